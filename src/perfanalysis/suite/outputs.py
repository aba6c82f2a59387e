"""Outputs of an executed notebook in the one form that both engines agree on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from nbformat import NotebookNode

# A kernel compiles each cell under a file name that holds its process id and a temporary folder.
# Looked for at the start of a word only: else a word of a million letters would take for ever.
_CELL_FILE = re.compile(r"(?<![^\s\"'])[^\s\"']*[/\\]ipykernel_\d+[/\\]\d+\.py")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def tidy(notebook: NotebookNode) -> None:
    """Put the outputs into their canonical form, in place.

    Text written between two displays is one stdout and one stderr, in that order: a kernel
    buffers the two apart, so the order in which it hands them over is chance. File names of
    cells lose the process id. The cell that papermill injects gets a fixed id.
    """
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
        if cell.cell_type != "code":
            continue
        cell.outputs = merge_streams(cell.outputs)
        for output in cell.outputs:
            if output.output_type == "stream":
                output.text = _CELL_FILE.sub("<cell>", output.text)
            elif output.output_type == "error":
                output.traceback = [_CELL_FILE.sub("<cell>", line) for line in output.traceback]


def merge_streams(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Merge neighbouring streams: all of stdout, then all of stderr."""
    merged: list[NotebookNode] = []
    for is_stream, group in groupby(outputs, lambda output: output.output_type == "stream"):
        if not is_stream:
            merged += group
            continue
        by_name: dict[str, NotebookNode] = {}
        for output in group:
            if output.name in by_name:
                by_name[output.name].text += output.text
            else:
                by_name[output.name] = output
        merged += [by_name[name] for name in ("stdout", "stderr") if name in by_name]
    return merged


def plain(text: str) -> str:
    """Text without the colour codes of a terminal."""
    return _COLOURS.sub("", text)


__all__ = ["merge_streams", "plain", "tidy"]
