"""pyproject.toml, the two locks and environment.yml hold the same packages and bounds."""

import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {"matplotlib": "matplotlib-base"}
"""PyPI name to conda-forge name, where they differ beyond case."""
CONDA_ONLY = {"python", "pip"}
PYTHONS = ("3.11", "3.12", "3.13")
LOCKS = {
    "requirements.lock": ("build",),
    "requirements-dev.lock": ("build", "cluster", "dev"),
}
"""Lock to the extras that it pins beside what every user needs."""


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def required(*extras):
    """Requirement of each package of pyproject that these extras need, by canonical name."""
    lists = [project()["dependencies"]]
    lists += [project()["optional-dependencies"][extra] for extra in extras]
    return {canonicalize_name(r.name): r for each in lists for r in map(Requirement, each)}


def conda():
    """Specifier of each package of environment.yml by name."""
    found = {}
    for entry in yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]:
        name, _, bounds = entry.partition(" ")
        assert name not in found, f"{name} stands twice in environment.yml"
        found[name] = SpecifierSet(bounds)
    return found


def locked(lock):
    """Lines of a lock: name to list of (version, marker)."""
    found = {}
    text = (ROOT / lock).read_text("utf-8")
    for line in re.findall(r"^[A-Za-z0-9].*$", text, re.MULTILINE):
        one = Requirement(line.removesuffix("\\").strip())
        (pin,) = one.specifier
        assert pin.operator == "=="
        name = canonicalize_name(one.name)
        found.setdefault(name, []).append((Version(pin.version), one.marker))
    return found


def test_environment_has_the_packages_and_bounds_of_pyproject():
    expected = {
        CONDA_NAMES.get(name, name): r.specifier for name, r in required("build", "dev").items()
    }
    assert {k: v for k, v in conda().items() if k not in CONDA_ONLY} == expected


def test_environment_has_the_python_of_pyproject():
    assert conda()["python"] == SpecifierSet(project()["requires-python"])


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("python", PYTHONS)
def test_each_lock_pins_each_package_within_its_bounds(python, lock):
    assert python in SpecifierSet(project()["requires-python"])
    pins = locked(lock)
    environment = {"python_version": python, "python_full_version": f"{python}.7", "extra": ""}
    for name, requirement in required(*LOCKS[lock]).items():
        fitting = [
            version
            for version, marker in pins.get(name, [])
            if marker is None or marker.evaluate(environment)
        ]
        assert len(fitting) == 1, f"{name}: {len(fitting)} pins for Python {python}"
        assert fitting[0] in requirement.specifier


def test_a_report_is_made_and_tested_with_the_same_versions():
    main, dev = (
        {name: {version for version, _ in pins} for name, pins in locked(lock).items()}
        for lock in LOCKS
    )
    assert {name: dev[name] for name in main} == main


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_has_a_hash_and_none_a_registry(lock):
    text = (ROOT / lock).read_text("utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert all("--hash=sha256:" in entry for entry in entries)
    for file in (lock, "environment.yml", "pyproject.toml"):
        assert "://" not in (ROOT / file).read_text("utf-8")


def test_the_packages_that_the_source_imports_are_required():
    """Third-party modules imported under src, by the package that brings them."""
    distributions = {"docx": "python-docx", "yaml": "pyyaml", "PIL": "pillow"}
    distributions |= dict.fromkeys(["IPython", "jupyter_client", "traitlets", "zmq"], "ipykernel")
    known = required(*project()["optional-dependencies"])
    stdlib_and_own = set(sys.stdlib_module_names) | {"perfanalysis"}
    pattern = re.compile(r"^\s*(?:from|import) ([A-Za-z_]\w*)", re.MULTILINE)
    for path in (ROOT / "src").rglob("*.py"):
        for module in set(pattern.findall(path.read_text("utf-8"))) - stdlib_and_own:
            name = canonicalize_name(distributions.get(module, module))
            assert name in known, f"{path.name} imports {module}"
