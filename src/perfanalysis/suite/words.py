"""The reports of a run as .docx, beside their pages: from the same executed notebooks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import nbformat

from perfanalysis.report.word import render_word
from perfanalysis.suite.cache.keys import cache_folder
from perfanalysis.suite.cache.program import combined, program
from perfanalysis.suite.cache.store import Store
from perfanalysis.suite.durable import write_whole
from perfanalysis.suite.outcome import Outcome, failure_of
from perfanalysis.suite.plan import word_file
from perfanalysis.suite.prepare import Prepared


def write_words(run: Prepared, folder: Path, outcomes: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """Write the .docx of every report that was made and has one.

    Parameters
    ----------
    run : Prepared
    folder : Path
        Where the pages stand.
    outcomes : mapping of str to Outcome
        By page.

    Returns
    -------
    dict of str to Outcome
        `outcomes`, with the entry that was kept of each .docx, and with a failure where a page has
        no form in Word.
    """
    store, now = Store(cache_folder(run.suite)), dict(outcomes)
    for task in run.tasks:
        outcome = outcomes[task.page]
        if not task.notebook.word or outcome.failure is not None:
            continue
        try:
            notebook = (run.executed / task.page).with_suffix(".ipynb").read_bytes()
            key = _key(notebook)
            word = _word(notebook, key, store, force=run.request.force)
            write_whole(folder / word_file(task), word)
            now[task.page] = replace(outcome, entries=(*outcome.entries, key))
        except OSError:
            raise
        except Exception as error:  # one report without a form in Word does not lose the rest
            now[task.page] = replace(outcome, failure=failure_of(error))
    return now


def _key(notebook: bytes) -> str:
    """What the .docx of an executed notebook is kept by."""
    executed, used = hashlib.sha256(notebook).hexdigest(), program()
    return combined({"executed": executed, "code": used.execution, "pages": used.pages})


def _word(notebook: bytes, key: str, store: Store, *, force: bool) -> bytes:
    """The .docx of an executed notebook, kept from one run to the next."""
    word = None if force else store.get(key)
    if word is None:
        read = nbformat.v4.reads(notebook.decode())  # type: ignore[no-untyped-call]
        word = render_word(read)
        with suppress(OSError):  # without the entry, the next run only does more
            store.put(key, word)
    return word


__all__ = ["write_words"]
