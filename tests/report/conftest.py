"""A page whose pieces are kept instead of displayed."""

from collections.abc import Callable

import nbformat.v4 as v4
import pytest
from nbformat import NotebookNode

from perfanalysis.report import page as page_module
from perfanalysis.report.page import Page


class Shown:
    """What a page displayed, and the executed notebook that holds it."""

    def __init__(self) -> None:
        self.outputs: list[NotebookNode] = []

    def display(self, data, *, raw, metadata):
        assert raw
        self.outputs.append(v4.new_output("display_data", data=data, metadata=metadata))

    @property
    def html(self) -> str:
        return "".join(output.data["text/html"] for output in self.outputs)

    @property
    def last(self) -> str:
        return self.outputs[-1].data["text/html"]

    def notebook(self, *more: NotebookNode) -> NotebookNode:
        cell = v4.new_code_cell("secret_code()", outputs=[*self.outputs, *more])
        return v4.new_notebook(cells=[v4.new_markdown_cell("# 给运行者看的说明"), cell])


@pytest.fixture
def shown(monkeypatch) -> Shown:
    kept = Shown()
    monkeypatch.setattr(page_module, "display", kept.display)
    return kept


@pytest.fixture
def new_page(shown) -> Callable[..., Page]:
    def make(**kwargs) -> Page:
        page = Page("30_unit", **kwargs)
        page.header("示例单位复核报告", {"版本": "征求意见稿"})
        return page

    return make
