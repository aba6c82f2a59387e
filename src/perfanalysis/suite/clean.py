"""A clean process that makes reports for a program that must not fork itself.

It is given a `Setup` and then one request after the other on its standard input, and answers each
on its standard output, pickled.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from perfanalysis.suite.engine.process import end_with_parent
from perfanalysis.suite.outcome import Outcome
from perfanalysis.suite.worker import (
    ENVIRONMENT,
    Job,
    Setup,
    count_findings,
    make_report,
    start_worker,
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A report that is to be written elsewhere.

    Attributes
    ----------
    outcome : Outcome
    page, executed : bytes or None
        The page and the executed notebook, as far as they could be made.
    """

    outcome: Outcome
    page: bytes | None
    executed: bytes | None


_START = "from perfanalysis.suite.clean import main; main()"


class Ended(Exception):
    """The process is no more."""


class CleanProcess:
    """The process, seen from the program that it works for.

    Parameters
    ----------
    setup : Setup
        Its folders for what is written are not used.
    """

    def __init__(self, setup: Setup) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="perfanalysis-")
        here = Path(self._folder.name)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **ENVIRONMENT},
        )
        self._send(replace(setup, executed=here, pages=here))

    def make(self, job: Job) -> Sent:
        """Make one report.

        Raises
        ------
        Ended
            If the process ended meanwhile.
        """
        sent: Sent = self._ask(job)
        return sent

    def count_findings(self) -> Mapping[str, int] | None:
        """Count as `perfanalysis.suite.worker.count_findings` does."""
        counted: Mapping[str, int] | None = self._ask(None)
        return counted

    def kill(self) -> None:
        """End it and what it runs."""
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()

    def _ask(self, request: Job | None) -> Any:
        self._send(request)
        assert self._process.stdout is not None
        try:
            return pickle.load(self._process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            raise Ended from None

    def _send(self, request: object) -> None:
        assert self._process.stdin is not None
        try:
            pickle.dump(request, self._process.stdin)
            self._process.stdin.flush()
        except OSError:
            raise Ended from None


def _serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until nobody asks any more."""
    setup: Setup = pickle.load(requests)
    start_worker(setup)
    while True:
        try:
            request = pickle.load(requests)
        except EOFError:
            return
        pickle.dump(count_findings() if request is None else _make(request, setup.pages), answers)
        answers.flush()


def _make(job: Job, folder: Path) -> Sent:
    outcome = make_report(job)
    page = folder / job.page
    return Sent(outcome, _taken(page), _taken(page.with_suffix(".ipynb")))


def _taken(path: Path) -> bytes | None:
    """What a file holds; it is not left behind."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    path.unlink()
    return content


def main() -> None:
    """Keep the two pipes to ourselves: what cells read and print must not get into them."""
    end_with_parent(int(sys.argv[1]))
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    _serve(requests, answers)


__all__ = ["CleanProcess", "Ended", "Sent", "main"]
