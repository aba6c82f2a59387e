"""A small published suite, and a browser that sees every request and every complaint."""

import json
import os
import shutil
from pathlib import Path

import pytest

from perfanalysis.suite.run import run_suite

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TOOLS = HERE / "node_modules"
FAILING = "raise ValueError('<b>数据不全</b>')"


def _failing_notebook(path):
    """A copy of the district's notebook that ends in an error."""
    notebook = json.loads((ROOT / "notebooks" / "60_district.ipynb").read_text("utf-8"))
    notebook["metadata"]["perfanalysis"]["title"] = {"zh": "做不成的报告", "en": "Fails"}
    notebook["cells"][-1]["source"] = [FAILING]
    path.write_text(json.dumps(notebook), "utf-8")


def _let_out(settings, notebooks):
    """Name in suite.toml what may be public."""
    text = settings.read_text("utf-8")
    settings.write_text(f"{text}\n[publish]\npublic = {json.dumps(notebooks)}\n", "utf-8")


@pytest.fixture(scope="session")
def reports(tmp_path_factory):
    """The reports folder: the district of tests/golden in both languages, one report failed.

    Of the next work year, one unit; of the public edition, a page of each kind that it changes.
    """
    root = tmp_path_factory.mktemp("suite")
    shutil.copytree(ROOT / "tests" / "golden" / "data", root / "data")
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    shutil.copy(ROOT / "tests" / "golden" / "suite.toml", root)
    _failing_notebook(root / "notebooks" / "99_fails.ipynb")
    for lang in ("zh", "en"):
        run_suite(root / "suite.toml", lang=lang, jobs=2)
    run_suite(root / "suite.toml", work_year=2022, only=["30_unit-U001"], jobs=1)
    _let_out(root / "suite.toml", ["30_unit", "40_key_project", "60_district"])
    kinds = ["30_unit-U001", "40_key_project-P004-01", "60_district"]
    run_suite(root / "suite.toml", edition="public", only=kinds, jobs=2)
    return root / "reports"


@pytest.fixture(scope="session")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("needs Chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


class Watched:
    """A page of the browser with what went wrong on it.

    Attributes
    ----------
    page : playwright.sync_api.Page
    complaints : list of str
        Console messages, errors, and requests for anything but a file.
    """

    def __init__(self, context) -> None:
        self.complaints: list[str] = []
        context.route("**/*", self._decide)
        self.page = context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda each: self.complaints.append(f"failed {each.url}"))

    def _decide(self, route) -> None:
        if route.request.url.startswith(("file:", "data:")):
            route.continue_()
        else:
            self.complaints.append(f"asked for {route.request.url}")
            route.abort()


@pytest.fixture
def open_page(chromium):
    """Open a file in a new page; in the end nothing may have gone wrong on it."""
    opened = []

    def open_(path, *, width=1280, **options):
        viewport = {"width": width, "height": 900}
        watched = Watched(chromium.new_context(viewport=viewport, **options))
        opened.append(watched)
        watched.page.goto(path.as_uri() if isinstance(path, Path) else path)
        return watched.page

    yield open_
    for watched in opened:
        watched.page.context.close()
        assert watched.complaints == []


@pytest.fixture(scope="session")
def axe():
    """The script of axe-core."""
    path = TOOLS / "axe-core" / "axe.min.js"
    if not path.is_file():
        pytest.skip("needs axe-core: npm ci --prefix tests/browser")
    return path.read_text("utf-8")


@pytest.fixture(scope="session")
def vnu():
    """The command of the Nu HTML checker."""
    jar = TOOLS / "vnu-jar" / "build" / "dist" / "vnu.jar"
    java = shutil.which("java")
    if java is None or not jar.is_file():
        pytest.skip("needs java and vnu-jar: npm ci --ignore-scripts --prefix tests/browser")
    return [java, "-Xmx512m", "-jar", os.fspath(jar), "--stdout", "--exit-zero-always"]
