"""A pipe that a process of a test holds open for as long as it lives."""

import os
import select
import signal
import subprocess
import sys
from contextlib import contextmanager

LONG = 120
"""Seconds after which what should have happened is a failure of the test."""


_WAITING = """\
import os
with open({told!r}, "w") as told:
    told.write(str(os.getpid()))
with open({never!r}) as never:
    never.read()
"""


def waiting_cell(folder):
    """A cell that says its process in one pipe and waits for another; where it is said."""
    told, reader = open_pipe(folder)
    never = folder / "never"
    os.mkfifo(never)
    return _WAITING.format(told=str(told), never=str(never)), reader


def run_in_terminal(root, *options):
    """Start ``perfanalysis run`` with signals as a terminal's foreground job has them."""
    return subprocess.Popen(
        [sys.executable, "-m", "perfanalysis.cli", "run", *options],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        start_new_session=True,
        # a job in the background is started with the signal ignored, and hands that down
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def open_pipe(folder):
    """A pipe in a folder: its path, for the process to write to, and its reading end."""
    path = folder / "pipe"
    os.mkfifo(path)
    return path, os.open(path, os.O_RDONLY | os.O_NONBLOCK)


def ending_of(reader):
    """What is said in the pipe next; nothing once no process holds it any more."""
    assert select.select([reader], [], [], LONG)[0], "a process that should have ended lives"
    return os.read(reader, 100)


@contextmanager
def process_at(reader):
    """Wait for the process that says its number in the pipe; it does not outlive the test."""
    pid = int(first_said(reader))
    try:
        yield pid
    finally:
        if not select.select([reader], [], [], 0)[0]:
            os.kill(pid, signal.SIGKILL)
        os.close(reader)


def first_said(reader):
    """The first that is said; before a writer comes, the pipe looks as if its last had gone."""
    watch = select.poll()
    watch.register(reader, select.POLLIN)
    assert any(event & select.POLLIN for _, event in watch.poll(LONG * 1000)), "nothing was said"
    return os.read(reader, 100)
