"""The arrows of design.md section 4: who may import whom, and how large a module may be."""

import ast
from pathlib import Path

import pytest

import perfanalysis

SOURCE = Path(perfanalysis.__file__).parent
RANKS = (
    {"errors"},
    {"data", "rules"},
    {"scoring", "evidence", "money", "planning"},
    {"linkage", "followup"},
    {"report"},
    {"suite"},
    {"printing", "cli"},
)
RANK = {part: rank for rank, parts in enumerate(RANKS) for part in parts}
NOTEBOOKS = {"IPython", "ipykernel", "nbclient", "nbconvert", "nbformat", "papermill"}
MOST_LINES = 400
MODULES = {
    path.relative_to(SOURCE).as_posix(): path
    for path in sorted(SOURCE.rglob("*.py"))
    if path != SOURCE / "__init__.py"  # the public names: imports from everywhere, for types
}


def part_of(module):
    return module.removesuffix(".py").partition("/")[0]


def imported(path):
    """Dotted names that a module imports, wherever the import stands."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module for node in nodes if isinstance(node, ast.ImportFrom)}


def arrows():
    """Every import of one part of the package by another: (part, other part, module)."""
    for module, path in MODULES.items():
        for name in imported(path):
            if name.startswith("perfanalysis."):
                other = name.split(".")[1]
                if other != part_of(module):
                    yield part_of(module), other, module


def test_every_part_has_a_place():
    assert {part_of(module) for module in MODULES} <= set(RANK)


def test_arrows_point_one_way():
    wrong = [arrow for arrow in arrows() if RANK[arrow[1]] > RANK[arrow[0]]]
    assert wrong == []


def test_parts_of_one_rank_do_not_need_each_other():
    level = {(a, b) for a, b, _ in arrows() if RANK[a] == RANK[b]}
    assert [pair for pair in level if pair[::-1] in level] == []
    allowed = {("scoring", "money"), ("planning", "money"), ("planning", "scoring")}
    assert level <= allowed | {("cli", "printing")}


def test_only_reports_and_the_suite_know_of_notebooks():
    knowing = {
        part_of(module)
        for module, path in MODULES.items()
        for name in imported(path)
        if name.partition(".")[0] in NOTEBOOKS
    }
    assert knowing == {"report", "suite"}


def test_nothing_that_looks_for_defects_can_read_what_was_planted():
    for module, path in MODULES.items():
        if not module.startswith("data/sample/") and module != "cli/tables.py":
            assert not any(name.startswith("perfanalysis.data.sample") for name in imported(path))
            assert "planted" not in path.read_text("utf-8"), module


@pytest.mark.parametrize("module", MODULES)
def test_no_module_is_too_long(module):
    assert len(MODULES[module].read_text("utf-8").splitlines()) <= MOST_LINES
