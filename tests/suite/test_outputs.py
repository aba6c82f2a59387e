"""The canonical form of outputs."""

from copy import deepcopy
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook, new_output

from perfanalysis.suite.outputs import merge_streams, tidy

PIECES = st.lists(st.sampled_from(["stdout", "stderr", "display"]), max_size=12)


def made(pieces):
    return [
        new_output("display_data", {"text/plain": str(n)})
        if piece == "display"
        else new_output("stream", name=piece, text=f"{n};")
        for n, piece in enumerate(pieces)
    ]


@given(PIECES)
def test_merging_keeps_every_text_and_every_display_in_its_place(pieces):
    merged = merge_streams(made(pieces))
    for name in ("stdout", "stderr"):
        whole = "".join(o.text for o in merged if o.get("name") == name)
        assert whole == "".join(f"{n};" for n, piece in enumerate(pieces) if piece == name)
    displays = [o for o in merged if o.output_type == "display_data"]
    assert [o.data["text/plain"] for o in displays] == [
        str(n) for n, piece in enumerate(pieces) if piece == "display"
    ]


@given(PIECES)
def test_the_order_between_the_two_streams_does_not_show(pieces):
    """A kernel may hand over neighbouring stdout and stderr either way round."""
    outputs = made(pieces)
    swapped = [
        output
        for _, group in groupby(outputs, lambda output: output.output_type)
        for output in sorted(group, key=lambda output: output.get("name", ""))
    ]
    assert merge_streams(deepcopy(outputs)) == merge_streams(deepcopy(swapped))


def test_names_of_cell_files_lose_process_and_folder():
    text = "x" * 2_000_000 + "\n/tmp/a b/ipykernel_12/345.py:1: UserWarning: x\n"
    cell = new_code_cell("x", outputs=[new_output("stream", name="stderr", text=text)])
    notebook = new_notebook(cells=[cell])
    tidy(notebook)
    assert notebook.cells[0].outputs[0].text.endswith("x\n/tmp/a <cell>:1: UserWarning: x\n")
