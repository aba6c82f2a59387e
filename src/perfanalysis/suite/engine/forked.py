"""The papermill side: hand each cell to the fork, and put what comes back into the notebook."""

from __future__ import annotations

import os
import platform
import sys
import threading
from dataclasses import replace
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.log import logger

from perfanalysis.suite.engine.process import (
    CellProcess,
    EngineRefused,
    ProcessEnded,
    cell_process,
)
from perfanalysis.suite.engine.recorder import Message
from perfanalysis.suite.limits import Limits
from perfanalysis.suite.processes import can_fork

NAME = "forked"
FALLBACK = "jupyter"


class ForkedEngine(NBClientEngine):  # type: ignore[misc]
    """Runs the cells of a notebook in a fork of this process.

    What is imported here is imported there, so a report pays for its own work only. A process that
    cannot be forked safely, because libraries have started threads in it, starts a new interpreter
    instead. Outputs are those of an ordinary kernel; what only such a kernel can do is run by one.
    ``metadata.papermill`` of the notebook then says so: ``engine`` is ``forked`` or ``jupyter``,
    ``engine_reason`` says why.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        log_output: bool = False,
        stdout_file: Any = None,
        stderr_file: Any = None,
        execution_timeout: float | None = None,
        limits: Limits | None = None,
        **kwargs: Any,
    ) -> None:
        """Run the cells until one fails; papermill raises for that one afterwards.

        Parameters
        ----------
        nb_man : NotebookExecutionManager
        kernel_name : str
            Kernel to use if the cells cannot run in a fork.
        log_output, stdout_file, stderr_file
            As papermill's own engine takes them.
        execution_timeout : float, optional
            Seconds that one cell may take; in the place of `limits.cell_seconds`.
        limits : Limits, optional
        **kwargs
            For the ordinary kernel only.
        """
        limits = limits or Limits()
        if execution_timeout:
            limits = replace(limits, cell_seconds=execution_timeout)
        outlets = {
            "log_output": log_output, "stdout_file": stdout_file, "stderr_file": stderr_file
        }  # fmt: skip
        _stop_watching_bar(nb_man.pbar)
        alone = count_threads() == 1
        reason = why_not_here(nb_man.nb)
        if not reason:
            try:
                _run_notebook(
                    nb_man, limits, PapermillNotebookClient(nb_man, log=logger, **outlets)
                )
            except EngineRefused as refused:
                reason = str(refused)
                nb_man.notebook_start()  # what the cells gave so far goes
        if reason:
            logger.info(f"改用普通 Jupyter 内核运行：{reason}")
            super().execute_managed_notebook(
                nb_man,
                kernel_name,
                execution_timeout=limits.cell_seconds,
                **outlets,
                **kwargs,
            )
            if alone:
                _close_sockets()
        nb_man.nb.metadata.papermill["engine"] = FALLBACK if reason else NAME
        nb_man.nb.metadata.papermill["engine_reason"] = reason


def why_not_here(notebook: NotebookNode) -> str:
    """Why the cells of a notebook need a kernel; empty if they do not."""
    language = notebook.metadata.get("kernelspec", {}).get("language", "python")
    if language != "python":
        return f"笔记本的语言是 {language}"
    return "" if can_fork() else "本系统不支持 fork"


def is_forkable() -> bool:
    """Whether a fork of this process runs cells as a new interpreter would.

    A lock that another thread holds at the moment of the fork stays locked in it for ever; a shell
    or an inline backend that is here already would be there too.
    """
    return (
        count_threads() == 1
        and not InteractiveShell.initialized()
        and "matplotlib_inline.backend_inline" not in sys.modules
    )


def count_threads() -> int:
    """Threads of this process, those of compiled libraries included where the system tells."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return threading.active_count()


def _run_notebook(nb_man: Any, limits: Limits, client: Any) -> None:
    client.reset_execution_trackers()
    with cell_process(limits, fork=is_forkable()) as process:
        for index, cell in enumerate(nb_man.nb.cells):
            nb_man.cell_start(cell, index)
            try:
                if _runs(cell, client) and not _run_cell(process, client, cell, index):
                    nb_man.cell_exception(cell, cell_index=index)
                    break
            finally:
                nb_man.cell_complete(cell, cell_index=index)
    nb_man.nb.metadata["language_info"] = _language_info()


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
    client.code_cells_executed += 1
    try:
        run = process.run(cell.source)
    except ProcessEnded as ended:
        cell.execution_count = client.code_cells_executed
        for message in ended.messages:
            if message[0] != "error":
                _show(client, message, cell, index)
        cell.outputs.append(_error(ended))
        return False
    cell.execution_count = run.execution_count
    for message in run.messages:
        _show(client, message, cell, index)
    return not run.failed or "raises-exception" in cell.metadata.get("tags", [])


def _show(client: Any, message: Message, cell: NotebookNode, index: int) -> None:
    kind, content = message
    header = {"msg_type": kind}
    client.process_message(
        {"header": header, "msg_type": kind, "content": content, "parent_header": {}}, cell, index
    )


def _error(ended: ProcessEnded) -> Any:
    """An output that tells why the process ended, and where the cell was if that is known."""
    where = [line for kind, each in ended.messages if kind == "error" for line in each["traceback"]]
    facts = {
        "ename": "ProcessEnded", "evalue": str(ended), "traceback": [*where, str(ended)]
    }  # fmt: skip
    return new_output("error", **facts)  # type: ignore[no-untyped-call]


def _stop_watching_bar(bar: Any) -> None:
    """End the thread that redraws a progress bar that stands still; we need to be alone to fork."""
    if bar is not None and bar.monitor is not None:
        bar.monitor.exit()
        type(bar).monitor = None


def _close_sockets() -> None:
    """End the threads of a kernel's sockets, so that this process can be forked again."""
    import zmq

    zmq.Context.instance().destroy(linger=0)


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


__all__ = [
    "FALLBACK",
    "NAME",
    "ForkedEngine",
    "count_threads",
    "is_forkable",
    "why_not_here",
]
