"""The guide: builds without a warning, and its commands do what they say, in their order."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GUIDE = [ROOT / "docs" / "guide" / f"{name}.md" for name in (
    "first-year", "ledger", "local-rules", "new-year",
)]  # fmt: skip
ENDS = {"check": (0, 1), "rules": (0, 1)}
"""Exit codes of commands that say something other than done; the others give 0."""


def commands(page):
    for block in re.findall(r"```console\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                yield shlex.split(line[2:], comments=True)


@pytest.mark.slow
def test_the_commands_of_the_guide_run_in_their_order(tmp_path):
    shown = 0
    for page in GUIDE:
        for program, *words in commands(page):
            assert program == "perfanalysis"
            done = subprocess.run(
                [sys.executable, "-m", "perfanalysis.cli", *words],
                cwd=tmp_path,
                capture_output=True,
                encoding="utf-8",
                check=False,
            )
            assert done.returncode in ENDS.get(words[0], (0,)), (words, done.stderr, done.stdout)
            shown += 1
    assert shown > 8
    assert (tmp_path / "reports" / "2021" / "index.html").is_file()
    assert (tmp_path / "reports" / "2022" / "index.html").is_file()


@pytest.mark.slow
def test_the_guide_builds_without_a_warning(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", ROOT / "docs", tmp_path],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "从收件箱到发布的报告" in (tmp_path / "index.html").read_text("utf-8")


def test_every_page_of_the_guide_is_listed():
    listed = (ROOT / "docs" / "index.md").read_text("utf-8")
    assert all(f"guide/{page.stem}" in listed for page in (ROOT / "docs" / "guide").glob("*.md"))
    assert set((ROOT / "docs" / "guide").glob("*.md")) == set(GUIDE)
