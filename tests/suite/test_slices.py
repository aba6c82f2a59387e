"""The digest of a view: equal figures, equal digest; any other cell, another digest."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfanalysis.suite.cache.slices import digest

CELLS = (
    st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(max_size=4) | st.none()
    | st.booleans() | st.decimals(allow_nan=False) | st.dates()
)  # fmt: skip


@dataclass(frozen=True)
class View:
    frame: pd.DataFrame
    total: pd.Series
    notes: list[dict[str, str]]


def view(**changed):
    frame = pd.DataFrame({"名称": ["甲", None], "amount": [1.5, float("nan")], "n": [1, 2]})
    parts = {"frame": frame, "total": frame["n"], "notes": [{"project": "甲"}]} | changed
    return View(**parts)


CHANGED = {
    "a cell": lambda frame: frame.assign(n=[1, 3]),
    "missing to a value": lambda frame: frame.assign(amount=[1.5, 0.0]),
    "a type": lambda frame: frame.assign(n=[1.0, 2.0]),
    "text for a number": lambda frame: frame.assign(n=["1", "2"]),
    "a sign of zero": lambda frame: frame.assign(amount=[1.5, -0.0]),
    "the last digit": lambda frame: frame.assign(amount=[1.5000000000000002, None]),
    "an index": lambda frame: frame.set_index(pd.Index([1, 0])),
    "the name of the index": lambda frame: frame.rename_axis("unit_id"),
    "the order of rows": lambda frame: frame.iloc[::-1],
    "the order of columns": lambda frame: frame[["n", "amount", "名称"]],
    "a name": lambda frame: frame.rename(columns={"n": "m"}),
    "no rows": lambda frame: frame.iloc[:0],
    "more columns": lambda frame: frame.assign(x=1),
    "categories": lambda frame: frame.astype({"名称": "category"}),
    "an order of categories": lambda frame: frame.assign(
        名称=pd.Categorical(["甲", None], categories=["乙", "甲"])
    ),
    "objects": lambda frame: frame.assign(n=pd.Series([Decimal(1), Decimal("1.0")], dtype=object)),
    "dates": lambda frame: frame.assign(n=[date(2021, 1, 1), date(2021, 1, 2)]),
}


def test_every_change_is_seen_and_equal_views_are_not_told_apart():
    seen = {digest(view())}
    assert seen == {digest(view())}
    for change in CHANGED.values():
        frame = change(view().frame)
        seen.add(digest(view(frame=frame)))
        assert digest(view(frame=frame)) == digest(view(frame=frame.copy(deep=True)))
    seen |= {digest(view(notes=[])), digest(view(notes=[{"project": "甲", "reason": ""}]))}
    assert len(seen) == len(CHANGED) + 3


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=5), st.data())
def test_any_other_cell_gives_another_digest(rows, data):
    frame = pd.DataFrame(rows, dtype=object)
    assert digest(frame) == digest(pd.DataFrame([list(row) for row in rows], dtype=object))
    row = data.draw(st.integers(0, len(rows) - 1))
    other = data.draw(CELLS.filter(lambda cell: repr(cell) != repr(rows[row][1])))
    changed = [list(each) for each in rows]
    changed[row][1] = other
    assert digest(pd.DataFrame(changed, dtype=object)) != digest(frame)


@pytest.mark.parametrize("nested", [[[1, 2], [3]], [[1], [2, 3]], [(1, 2), [3]], [1, 2, 3]])
def test_where_a_list_ends_is_part_of_it(nested):
    others = [[[1, 2], [3]], [[1], [2, 3]], [(1, 2), [3]], [1, 2, 3]]
    assert sum(digest(nested) == digest(other) for other in others) == 1


def test_a_long_column_is_read_to_its_end():
    values = np.arange(100_000)
    changed = values.copy()
    changed[50_000] += 1
    assert digest(pd.Series(values)) != digest(pd.Series(changed))
    held = pd.Series([[values.tolist()]], dtype=object)
    assert digest(held) != digest(pd.Series([[changed.tolist()]], dtype=object))


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(TypeError, match="object"):
        digest({"x": object()})
    with pytest.raises(TypeError, match="set"):
        digest(pd.Series([{1, 2}], dtype=object))
