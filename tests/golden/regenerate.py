"""Rewrite the executed notebooks that nbval compares with: ``make golden``.

Look at what changed (``git diff tests/golden``) before committing it: a number that moved is one
that readers will see moved. The district in ``data/`` is kept as it is; remove the folder to draw
a new one. Nothing here holds a path, a time or a picture.
"""

import multiprocessing
import re
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.modules.setdefault("rfc3987_syntax", None)

import nbformat  # noqa: E402
from nbval.plugin import get_sanitize_patterns  # noqa: E402

from perfanalysis.data.sample import write_sample  # noqa: E402
from perfanalysis.suite.execute import execute  # noqa: E402

HERE = Path(__file__).parent
NOTEBOOKS = HERE.parents[1] / "notebooks"
COMMON = {"work_year": 2021, "data_dir": "data", "suite_file": "suite.toml"}
UNITS, YEARS = 5, (2020, 2022)
# Name of the copy to notebook and its own parameters.
COPIES = {
    "00_data_quality-zh": ("00_data_quality", {"lang": "zh"}),
    "05_pre_assessment-zh": ("05_pre_assessment", {"lang": "zh"}),
    "05_pre_assessment-en": ("05_pre_assessment", {"lang": "en"}),
    "10_target_review-zh": ("10_target_review", {"lang": "zh"}),
    "10_target_review-en": ("10_target_review", {"lang": "en"}),
    "20_monitoring-zh": ("20_monitoring", {"lang": "zh"}),
    "20_monitoring-en": ("20_monitoring", {"lang": "en"}),
    "30_unit-U001-zh": ("30_unit", {"lang": "zh", "unit_id": "U001"}),
    "30_unit-U003-en": ("30_unit", {"lang": "en", "unit_id": "U003"}),
    "35_section-zh": ("35_section", {"lang": "zh", "section": "教科文股"}),
    "40_key_project-P004-01-zh": ("40_key_project", {"lang": "zh", "project_id": "P004-01"}),
    "41_special_project-P001-03-zh": (
        "40_key_project",
        {"lang": "zh", "report": "41_special_project", "project_id": "P001-03"},
    ),
    "40_key_project-P003-02-en": ("40_key_project", {"lang": "en", "project_id": "P003-02"}),
    "50_self_vs_review-zh": ("50_self_vs_review", {"lang": "zh"}),
    "50_self_vs_review-en": ("50_self_vs_review", {"lang": "en"}),
    "60_district-zh": ("60_district", {"lang": "zh"}),
    "60_district-en": ("60_district", {"lang": "en"}),
    "70_linkage-zh": ("70_linkage", {"lang": "zh"}),
    "80_trends-zh": ("80_trends", {"lang": "zh", "work_year": 2022}),
    "80_trends-en": ("80_trends", {"lang": "en", "work_year": 2022}),
    "85_assessment-zh": ("85_assessment", {"lang": "zh"}),
    "85_assessment-en": ("85_assessment", {"lang": "en"}),
    "90_work_summary-zh": ("90_work_summary", {"lang": "zh"}),
    "90_work_summary-en": ("90_work_summary", {"lang": "en"}),
    "95_upward_assessment-zh": ("95_upward_assessment", {"lang": "zh"}),
    "95_upward_assessment-en": ("95_upward_assessment", {"lang": "en"}),
}


def sanitized(text, patterns):
    """The text as nbval compares it."""
    for regex, replacement in patterns:
        text = re.sub(regex, replacement, text)
    return text


def written(name, folder):
    """Execute one copy with the engine of the suite and put it beside this file."""
    notebook, parameters = COPIES[name]
    made = execute(
        NOTEBOOKS / f"{notebook}.ipynb",
        folder / f"{name}.ipynb",
        COMMON | parameters,
        engine="forked",
        cwd=HERE,
    )
    if made.failure:
        return f"{name}: {made.failure.error}: {made.failure.message}"
    patterns = get_sanitize_patterns((HERE / "sanitize.cfg").read_text("utf-8"))
    copy = made.notebook
    copy.metadata.pop("papermill", None)
    copy.metadata.language_info = {"name": "python"}
    for cell in copy.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            html = output.get("data", {}).get("text/html")
            if html:
                output.data["text/html"] = sanitized(html, patterns)
    text = nbformat.writes(copy)
    (HERE / f"{name}.ipynb").write_text(text if text.endswith("\n") else f"{text}\n", "utf-8")
    return ""


def main():
    """Draw the district if it is not there, and execute every copy."""
    if not (HERE / "data").exists():
        write_sample(HERE / "data", units=UNITS, years=YEARS)
    for old in HERE.glob("*.ipynb"):
        old.unlink()
    folder = Path(tempfile.mkdtemp())
    try:
        # A process of its own: the engine forks, and this one may have threads.
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            problems = list(pool.map(written, COPIES, [folder] * len(COPIES)))
    finally:
        shutil.rmtree(folder)
    failed = [problem for problem in problems if problem]
    print(*failed or [f"{len(COPIES)} notebooks written to {HERE.name}/"], sep="\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
