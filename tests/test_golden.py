"""The executed copies that nbval compares with: whole, current, small and of no machine.

nbval runs the cells that stand in a copy. That they are the cells of the notebooks is held here,
that they give the outputs of the copy by `make test-all`.
"""

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
COPIES = {path.stem: path for path in sorted(GOLDEN.glob("*.ipynb"))}
MOST_BYTES = 3_000_000
# An absolute path of some machine, or the file name that a kernel gives a cell.
OF_A_MACHINE = re.compile(
    r"(?:[\"'\s(]|\\\\)/(?:home|root|tmp|usr|var|work|Users)/|ipykernel_\d|[A-Z]:\\\\"
)


def read(path):
    return nbformat.read(path, as_version=4)


REPORTS = {
    name: path
    for path in NOTEBOOKS
    for name in read(path).metadata["perfanalysis"].get("reports", [path.stem])
}


def report_of(copy):
    return max((name for name in REPORTS if copy.startswith(name)), key=len)


def outputs(copy):
    return [output for cell in read(COPIES[copy]).cells for output in cell.get("outputs", ())]


def test_every_report_has_a_copy_and_every_language_too():
    assert {report_of(copy) for copy in COPIES} == set(REPORTS)
    assert {copy.rpartition("-")[2] for copy in COPIES} == {"zh", "en"}


@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_holds_the_cells_of_its_notebook(copy):
    """Else nbval would test what the suite no longer runs: `make golden`."""
    own = [
        cell.source
        for cell in read(COPIES[copy]).cells
        if "injected-parameters" not in cell.metadata.get("tags", [])
    ]
    assert own == [cell.source for cell in read(REPORTS[report_of(copy)]).cells]


@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_was_run_to_its_end_for_what_its_name_says(copy):
    cells = [cell for cell in read(COPIES[copy]).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    injected = cells[1]
    assert "injected-parameters" in injected.metadata["tags"]
    given = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(injected.source).body
        if isinstance(node, ast.Assign)
    }
    assert given["lang"] == copy.rpartition("-")[2]
    scope = given.get("unit_id", given.get("project_id", ""))
    assert copy == "-".join(part for part in (report_of(copy), scope, given["lang"]) if part)


@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_has_outputs_a_heading_and_no_error(copy):
    assert len(outputs(copy)) > 5
    assert {output.output_type for output in outputs(copy)} == {"display_data"}
    text = "".join(output.data["text/html"] for output in outputs(copy))
    assert text.count("<h1>") == 1
    assert 'class="sample"' in text  # the district is made up, and says so


@pytest.mark.parametrize("path", [*COPIES.values(), GOLDEN / "sanitize.cfg"], ids=lambda p: p.name)
def test_a_copy_holds_no_picture_and_nothing_of_a_machine(path):
    text = path.read_text("utf-8")
    assert not OF_A_MACHINE.search(text)
    assert str(ROOT) not in text
    assert not re.search(r"base64,[A-Za-z0-9+/=]", text)
    if path.suffix == ".ipynb":
        assert "papermill" not in json.loads(text)["metadata"]


def test_all_of_it_is_small():
    files = [path for path in GOLDEN.rglob("*") if "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in files if path.is_file()) < MOST_BYTES
