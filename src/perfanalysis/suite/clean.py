"""A clean process that makes reports for a program that must not fork itself.

It is given a `Setup` and then one `Job` after the other on its standard input, and answers each
on its standard output, pickled.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from perfanalysis.suite.job import Job, Setup
from perfanalysis.suite.outcome import Outcome
from perfanalysis.suite.processes import ENVIRONMENT, end_with_parent
from perfanalysis.suite.worker import make_report, open_run, start_worker


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
        self._send(job)
        assert self._process.stdout is not None
        try:
            sent: Sent = pickle.load(self._process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            raise Ended from None
        return sent

    def kill(self) -> None:
        """End it and what it runs."""
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()

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
    os.chdir(setup.root)
    start_worker(setup.engine, setup.notebooks)
    open_run(setup)
    while True:
        try:
            job: Job = pickle.load(requests)
        except EOFError:
            return
        pickle.dump(_make(job, setup.pages), answers)
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
