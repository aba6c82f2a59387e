"""What the cache takes for granted of the suite's own notebooks, held to it.

A notebook that names its view reads no figure of the year around it, and no cell runs what only
makes pages.
"""

import ast
import subprocess
import sys
from fnmatch import fnmatchcase
from functools import cached_property
from importlib import import_module
from pathlib import Path

import matplotlib as mpl
import nbformat
import pytest

from perfanalysis.rules.loader import load_rules
from perfanalysis.suite import workyear
from perfanalysis.suite.cache.program import PAGE_ONLY
from perfanalysis.suite.cache.slices import digest
from perfanalysis.suite.config import load_suite
from perfanalysis.suite.notebooks import SCOPES, find_notebooks
from perfanalysis.suite.plan import subjects_of

ROOT = Path(__file__).parents[2]
VIEWED = [notebook for notebook in find_notebooks(ROOT / "notebooks") if notebook.view]
FREE = {"rules", "public"}
"""Kept of the settings and the rules, which are part of every key."""


class Around(AssertionError):
    """A figure was read around the view."""


class Guarded(workyear.WorkYear):
    """A work year whose figures can be had only while `reading`."""

    reading = False

    def __getattribute__(self, name):
        kept = getattr(workyear.WorkYear, name, None)
        if isinstance(kept, cached_property) and name not in FREE and not Guarded.reading:
            raise Around(name)
        return super().__getattribute__(name)


@pytest.fixture(scope="module")
def year():
    suite = load_suite(ROOT / "suite.toml")
    return Guarded(suite, suite.work_year, ROOT / "data", load_rules(*suite.rule_files))


@pytest.fixture
def guarded(year, monkeypatch):
    monkeypatch.setattr(workyear, "open_work_year", lambda **_: year)
    for notebook in VIEWED:
        module, _, name = notebook.view.partition(":")
        monkeypatch.setattr(f"{module}.{name}", opened(getattr(import_module(module), name)))
    return year


def opened(view):
    def read(*arguments):
        Guarded.reading = True
        try:
            return view(*arguments)
        finally:
            Guarded.reading = False

    return read


def run_cells(notebook, scope, extra=""):
    """The code cells one after the other, as a kernel would; a figure is drawn and thrown away."""
    values = dict(notebook.parameters) | {SCOPES[notebook.scope]: scope}
    cells = [c for c in nbformat.read(notebook.path, as_version=4).cells if c.cell_type == "code"]
    with mpl.rc_context():
        for cell in cells[1:]:
            exec(compile(cell.source, notebook.name, "exec"), values)
        exec(extra, values)


def scope_of(notebook, year):
    Guarded.reading = True
    try:
        subjects = subjects_of(year.evaluation)[notebook.scope]
    finally:
        Guarded.reading = False
    return list(subjects)[:2]


@pytest.mark.parametrize("notebook", VIEWED, ids=lambda notebook: notebook.name)
def test_a_notebook_reads_no_figure_around_its_view(notebook, guarded, capsys):
    for scope in scope_of(notebook, guarded):
        run_cells(notebook, scope)
        with pytest.raises(Around, match="scores"):
            run_cells(notebook, scope, extra="year.scores")
    assert "Figure" not in capsys.readouterr().err


@pytest.mark.parametrize("notebook", VIEWED, ids=lambda notebook: notebook.name)
def test_a_view_has_a_digest_of_its_own(notebook, guarded):
    module, _, name = notebook.view.partition(":")
    view = getattr(import_module(module), name)
    one, other = (view(guarded, scope) for scope in scope_of(notebook, guarded))
    assert digest(one) == digest(view(guarded, scope_of(notebook, guarded)[0]))
    assert digest(one) != digest(other)


def test_the_notebooks_about_one_of_many_name_their_views():
    about_one = {each.name for each in find_notebooks(ROOT / "notebooks") if SCOPES[each.scope]}
    assert {each.name for each in VIEWED} == about_one


def test_no_cell_runs_what_only_makes_pages():
    """Import all that the notebooks import; what only makes pages is not among what is loaded."""
    lines = []
    for notebook in find_notebooks(ROOT / "notebooks"):
        for cell in nbformat.read(notebook.path, as_version=4).cells:
            if cell.cell_type == "code":
                tree = ast.parse(cell.source)
                imports = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
                lines += [ast.unparse(node) for node in imports]
    code = "\n".join([*lines, "import sys", "print(*sorted(sys.modules))"])
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8"
    ).stdout.split()
    assert "perfanalysis.report.page" in loaded
    ours = [name.replace(".", "/") for name in loaded if name.startswith("perfanalysis.")]
    files = [name for each in ours for name in (f"{each}.py", f"{each}/__init__.py")]
    patterns = [f"perfanalysis/{pattern}" for pattern in PAGE_ONLY]
    assert not [name for name in files if any(fnmatchcase(name, each) for each in patterns)]
