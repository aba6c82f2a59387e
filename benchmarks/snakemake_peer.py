"""Snakemake driving the same notebooks by the same commands, in an environment of its own."""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from commands import run_to_end

BIN = Path(sys.executable).parent
_RULES = """
rule all:
    input: expand("snakemake/{{name}}-{{unit}}.html", name={name!r}, unit={units!r})

rule page:
    input: "notebooks/{name}.ipynb"
    output: "snakemake/{name}-{{unit}}.html"
    params: made="snakemake/{name}-{{unit}}.ipynb"
    shell:
        "{papermill} {{input}} {{params.made}} -p unit_id {{wildcards.unit}} "
        "-k python3 --no-progress-bar --cwd notebooks && "
        "{jupyter} nbconvert --to html --no-input {{params.made}}"
"""


def install(folder: Path) -> str:
    """Install Snakemake into a new environment; return why it could not be, empty if it is."""
    venv.create(folder, with_pip=True)
    done = subprocess.run(
        [folder / "bin" / "pip", "install", "--quiet", "snakemake"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr.strip().rpartition("\n")[2] if done.returncode else ""


def by_snakemake(
    environment: Path, folder: Path, notebook: str, units: Sequence[str], jobs: int
) -> None:
    """(g) Make the pages that are not there; an error ends the benchmark."""
    rules = _RULES.format(
        name=notebook, units=list(units), papermill=BIN / "papermill", jupyter=BIN / "jupyter"
    )
    (folder / "Snakefile").write_text(rules, "utf-8")
    run_to_end(
        [environment / "bin" / "snakemake", "--cores", str(jobs), "--quiet", "all"], cwd=folder
    )


__all__ = ["by_snakemake", "install"]
