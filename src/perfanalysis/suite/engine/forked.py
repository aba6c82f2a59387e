"""The papermill side: hand each cell to the fork, and put what comes back into the notebook."""

from __future__ import annotations

import multiprocessing
import platform
import signal
from types import TracebackType
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine
from papermill.log import logger

from perfanalysis.suite.engine.shell import CellRun, serve_cells

PATIENCE = 5.0  # seconds that a process which has nothing left to do gets to end by itself


class ForkedEngine(Engine):  # type: ignore[misc]
    """Runs the cells of a notebook in a fork of this process.

    What is imported here is imported there, so a report pays for its own work only. Outputs are
    those of an ordinary kernel. Call it from a process with one thread: a lock that another
    thread holds at the moment of the fork stays locked in it for ever.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        log_output: bool = False,
        execution_timeout: float | None = None,
        **_: object,
    ) -> None:
        """Run the cells until one fails; papermill raises for that one afterwards.

        Parameters
        ----------
        nb_man : NotebookExecutionManager
        kernel_name : str
            Ignored: the cells run in this interpreter.
        log_output : bool
        execution_timeout : float, optional
            Seconds that one cell may take.
        """
        client = PapermillNotebookClient(nb_man, log=logger, log_output=log_output)
        client.reset_execution_trackers()
        with CellProcess(execution_timeout) as process:
            for index, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, index)
                try:
                    if _runs(cell, client) and not _run_cell(process, client, cell, index):
                        nb_man.cell_exception(cell, cell_index=index)
                        break
                finally:
                    nb_man.cell_complete(cell, cell_index=index)
        nb_man.nb.metadata["language_info"] = _language_info()


class CellProcess:
    """A fork that runs cells one after the other; a context manager that leaves none behind.

    Parameters
    ----------
    limit : float or None
        Seconds that one cell may take.
    """

    def __init__(self, limit: float | None) -> None:
        context = multiprocessing.get_context("fork")
        self._limit = limit
        self._connection, there = context.Pipe()
        self._process = context.Process(
            target=serve_cells, args=(there, self._connection), daemon=True
        )
        self._process.start()
        there.close()

    def run(self, source: str) -> CellRun:
        """Run one cell.

        Raises
        ------
        ProcessEnded
            If the process ended or was ended before the cell was done.
        """
        try:
            self._connection.send(source)
            if self._connection.poll(self._limit):
                run: CellRun = self._connection.recv()
                return run
        except (EOFError, OSError):
            self._process.join(PATIENCE)
            raise ProcessEnded(_ending(self._process.exitcode)) from None
        self._process.kill()
        raise ProcessEnded(f"超过了每个单元格 {self._limit:g} 秒的时限")

    def __enter__(self) -> CellProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()
        self._process.join(PATIENCE if kind is None else 0)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


class ProcessEnded(Exception):
    """The process that ran the cells is no more; the message says why, in Chinese."""


def _runs(cell: NotebookNode, client: Any) -> bool:
    return bool(
        cell.cell_type == "code"
        and cell.source.strip()
        and client.skip_cells_with_tag not in cell.metadata.get("tags", [])
    )


def _run_cell(process: CellProcess, client: Any, cell: NotebookNode, index: int) -> bool:
    """Run a cell and put its outputs into the notebook; False if the notebook stops here."""
    cell.outputs = []
    client.clear_before_next_output = False
    try:
        run = process.run(cell.source)
    except ProcessEnded as ended:
        facts = {"ename": "ProcessEnded", "evalue": str(ended), "traceback": [str(ended)]}
        cell.outputs.append(new_output("error", **facts))  # type: ignore[no-untyped-call]
        return False
    cell.execution_count = run.execution_count
    for kind, content in run.messages:
        header = {"msg_type": kind}
        message = {"header": header, "msg_type": kind, "content": content, "parent_header": {}}
        client.process_message(message, cell, index)
    return not run.failed or "raises-exception" in cell.metadata.get("tags", [])


def _ending(code: int | None) -> str:
    if code is None:
        return "运行单元格的进程没有了回应"
    if code < 0:
        return f"运行单元格的进程被信号 {signal.Signals(-code).name} 终止"
    return f"运行单元格的进程自行退出（代码 {code}）"


def _language_info() -> dict[str, Any]:
    """What the kernel of this Python says of its language."""
    return {
        "name": "python",
        "version": platform.python_version(),
        "mimetype": "text/x-python",
        "codemirror_mode": {"name": "ipython", "version": 3},
        "pygments_lexer": "ipython3",
        "nbconvert_exporter": "python",
        "file_extension": ".py",
    }


__all__ = ["CellProcess", "ForkedEngine", "ProcessEnded"]
