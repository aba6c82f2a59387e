"""The public interface: what `perfanalysis` itself holds."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import perfanalysis

SOURCE = Path(perfanalysis.__file__)
# design.md section 7: the functions that mirror the commands
DESIGNED = {
    "execution_rates",
    "load_year",
    "propose_budget",
    "run_suite",
    "score_projects",
}
HEAVY = {"IPython", "click", "numpy", "pandas", "papermill", "pyarrow", "yaml"}
MOST_BY_PLACE = 2  # the data and the rules, or where it goes
JOINS_FOUR = {"propose_budget"}  # results, work year, requests, rules


def imported_for_types():
    """Public name to module, from the imports that only type checkers see."""
    block = next(node for node in ast.parse(SOURCE.read_text("utf-8")).body if type(node) is ast.If)
    return {
        alias.name: node.module.removeprefix("perfanalysis.")
        for node in block.body
        for alias in node.names
    }


def public(kind):
    values = {name: getattr(perfanalysis, name) for name in perfanalysis.__all__}
    return {name: value for name, value in values.items() if kind(value)}


def test_the_list_is_sorted_and_complete():
    assert perfanalysis.__all__ == sorted(perfanalysis.__all__)
    assert set(perfanalysis.__all__) >= DESIGNED
    assert set(perfanalysis.__all__) == set(perfanalysis._HOME)
    assert set(perfanalysis.__all__) <= set(dir(perfanalysis))


def test_types_and_names_come_from_the_same_modules():
    assert imported_for_types() == perfanalysis._HOME


@pytest.mark.parametrize("name", perfanalysis.__all__)
def test_every_name_is_there_documented_and_public_where_it_lives(name):
    value = getattr(perfanalysis, name)
    home = sys.modules[f"perfanalysis.{perfanalysis._HOME[name]}"]
    assert value is getattr(home, name)
    assert name in home.__all__
    assert inspect.getdoc(value)
    assert value.__module__.startswith("perfanalysis.")


def test_every_error_of_ours_is_public():
    from perfanalysis import errors

    assert set(errors.__all__) <= set(perfanalysis.__all__)
    for error in public(lambda value: isinstance(value, type) and issubclass(value, Exception)):
        assert issubclass(getattr(perfanalysis, error), perfanalysis.PerfAnalysisError)


@pytest.mark.parametrize("name", public(inspect.isfunction))
def test_functions_take_data_first_and_the_rest_by_name(name):
    parameters = inspect.signature(getattr(perfanalysis, name)).parameters.values()
    by_place = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert len(by_place) <= (4 if name in JOINS_FOUR else MOST_BY_PLACE)
    assert all(p.default is p.empty for p in by_place[1:])


def test_a_name_that_is_not_there_is_an_ordinary_error():
    with pytest.raises(AttributeError, match="nothing_of_that_name"):
        perfanalysis.nothing_of_that_name  # noqa: B018


@pytest.mark.parametrize(
    ("module", "spared"), [("perfanalysis", HEAVY), ("perfanalysis.cli", HEAVY - {"click"})]
)
def test_importing_it_imports_nothing_heavy(module, spared):
    """`perfanalysis --help` must not wait for pandas."""
    code = f"import sys, {module}; print(*sorted(name.partition('.')[0] for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert spared & set(done.stdout.split()) == set()
