"""The workbook of a run: made by a worker beside the last reports, kept, put beside the pages."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from perfanalysis.suite.cache.keys import basis_of, cache_folder, digest_of
from perfanalysis.suite.cache.program import combined, program
from perfanalysis.suite.cache.store import Store

if TYPE_CHECKING:
    from perfanalysis.suite.config import Lang
    from perfanalysis.suite.prepare import Prepared
    from perfanalysis.suite.workyear import WorkYear


def book_name(run: Prepared) -> str:
    """File name of the workbook; empty where the edition has none."""
    if run.request.edition == "public" and not run.suite.publish.sheets:
        return ""
    return f"tables-{run.request.work_year}.xlsx"


def book_key(run: Prepared) -> str:
    """What the workbook is kept under: all that it is made from; empty where there is none."""
    request = run.request
    if not book_name(run):
        return ""
    asked = digest_of([request.work_year, request.lang, request.edition])
    basis = basis_of(run.sources)
    return combined({"asked": asked, "basis": basis, "program": program().whole})


def keep_book(store: Store, key: str, year: WorkYear, lang: Lang) -> bytes:
    """Make the workbook and keep it.

    Raises
    ------
    DataError
        If a table does not fit on a sheet.
    """
    from perfanalysis.suite.workbook import work_year_workbook

    book = work_year_workbook(year, lang)
    with suppress(OSError):  # without the entry, the next run only does more
        store.put(key, book)
    return book


def take_book(run: Prepared) -> bytes:
    """The workbook of a run: the one that a worker or an earlier run made, else a new one."""
    key, store = book_key(run), Store(cache_folder(run.suite))
    book = store.get(key)
    return keep_book(store, key, run.opened(), run.request.lang) if book is None else book


__all__ = ["book_key", "book_name", "keep_book", "take_book"]
