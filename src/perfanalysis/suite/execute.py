"""Execute one notebook through papermill, and say what failed where."""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
import papermill
from papermill.translators import PythonTranslator, papermill_translators

from perfanalysis.suite.durable import write_whole
from perfanalysis.suite.limits import Limits
from perfanalysis.suite.outcome import EngineName, Failure, failure_of
from perfanalysis.suite.outputs import plain, tidy

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
"""Errors that say of the disk, not of a report, that nothing more can be written."""


@dataclass(frozen=True, slots=True)
class Executed:
    """An executed notebook, whole or up to the cell that failed.

    Attributes
    ----------
    notebook : NotebookNode or None
        None if not even a part could be kept.
    failure : Failure or None
    engine : {"forked", "jupyter"}
        What ran its cells.
    engine_reason : str
        Why it was not the engine that was asked for; empty if it was.
    """

    notebook: nbformat.NotebookNode | None
    failure: Failure | None
    engine: EngineName
    engine_reason: str = ""


class ReadableTranslator(PythonTranslator):  # type: ignore[misc]
    r"""Injects text as it is; papermill's own would write ``\u`` escapes for Chinese."""

    @classmethod
    def translate_escaped_str(cls, str_val: object) -> str:
        """One quoted Python string."""
        return json.dumps(str(str_val), ensure_ascii=False)


papermill_translators.register("python", ReadableTranslator)


def execute(
    notebook: Path,
    output: Path,
    parameters: Mapping[str, object],
    *,
    engine: EngineName,
    cwd: Path,
    limits: Limits = Limits(),  # noqa: B008  it is frozen
) -> Executed:
    """Execute a notebook and keep the result, tidied, at `output`.

    Parameters
    ----------
    notebook, output : Path
        The input is never modified.
    parameters : mapping of str to plain value
    engine : {"forked", "jupyter"}
    cwd : Path
        Folder that the cells run in.
    limits : Limits
        Those on time for one cell hold for both engines, the others for ``forked`` only.

    Raises
    ------
    OSError
        If the disk is full: that is not the report's failure. Any other error in writing is.
    """
    options = {"limits": limits} if engine == "forked" else {}
    executed, failure = None, None
    try:
        executed = papermill.execute_notebook(
            _literal(notebook),
            _literal(output),
            dict(parameters),
            engine_name="nbclient" if engine == "jupyter" else engine,
            kernel_name="python3",
            language="python",
            cwd=cwd,
            progress_bar=False,
            request_save_on_cell_execute=False,
            autosave_cell_every=0,
            execution_timeout=limits.cell_seconds,
            extra_arguments=["--log-level=CRITICAL"],
            **options,
        )
    except papermill.PapermillExecutionError as error:
        failure = _cell_failure(error)
    except Exception as error:  # a kernel that died, a time limit
        if isinstance(error, OSError) and error.errno in FULL:
            output.unlink(missing_ok=True)
            raise
        failure = failure_of(error)
    if executed is None:
        executed = _left_behind(output)
        if executed is None:
            return Executed(None, failure, engine)
    tidy(executed)
    try:
        text = nbformat.writes(executed)  # type: ignore[no-untyped-call]
        write_whole(output, f"{text.rstrip()}\n".encode())
    except OSError as error:
        if error.errno in FULL:
            raise
        output.unlink(missing_ok=True)  # papermill's, which is not tidied
        failure = failure or failure_of(error)
    facts = executed.metadata.papermill
    return Executed(
        executed,
        failure or _early_end(executed),
        facts.get("engine", engine),
        facts.get("engine_reason", ""),
    )


def _left_behind(output: Path) -> nbformat.NotebookNode | None:
    """What papermill kept up to a failure; nothing half-written stays."""
    try:
        read = nbformat.read(output, as_version=4)  # type: ignore[no-untyped-call]
        return nbformat.NotebookNode(read)  # type: ignore[no-untyped-call]
    except FileNotFoundError:
        return None
    except Exception:  # cut off in the middle, or unreadable
        output.unlink(missing_ok=True)
        return None


def _early_end(executed: nbformat.NotebookNode) -> Failure | None:
    """A notebook that ``sys.exit()`` left early: to papermill that is no failure."""
    for number, cell in enumerate(executed.cells, start=1):
        if cell.metadata.get("papermill", {}).get("exception"):
            message = "单元格提前结束了笔记本，其后的单元格没有运行"
            return Failure(number, cell.source, "SystemExit", message, "")
    return None


def _cell_failure(error: papermill.PapermillExecutionError) -> Failure:
    return Failure(
        cell=error.cell_index + 1,
        source=error.source,
        error=error.ename,
        message=error.evalue,
        traceback=plain("\n".join(error.traceback)),
    )


def _literal(path: Path) -> str:
    """A path that papermill, which fills in ``{name}``, leaves as it is."""
    return str(path).replace("{", "{{").replace("}", "}}")


__all__ = [
    "FULL",
    "Executed",
    "ReadableTranslator",
    "execute",
]
