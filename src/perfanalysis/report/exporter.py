"""Our pages for ``jupyter nbconvert``, of a notebook that was run by hand.

::

    jupyter nbconvert --to perfanalysis.report.exporter.PageExporter 30_unit.ipynb

nbconvert's own HTML exporter spends nine tenths of its time in BeautifulSoup, prints the code and
links outside; this one is `report.site.render_page`. The page wants ``style.css`` and
``script.js`` beside it (`report.site.assets`).
"""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode

from perfanalysis.report.site import render_page


class PageExporter(Exporter):
    """nbconvert exporter of our pages."""

    file_extension = ".html"
    output_mimetype = "text/html"
    export_from_notebook = "perfanalysis"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Return the page of an executed notebook, and the resources as they came."""
        made = self._init_resources(resources)  # type: ignore[no-untyped-call]
        return render_page(nb), made


__all__ = ["PageExporter"]
