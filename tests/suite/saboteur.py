"""Run the suite in a workspace and let one step on the disk go wrong, or the process die at it.

    python saboteur.py fail|kill|count STEP

A step is a flush, a rename, a link or an exchange of folders, or a report that is done, in the main
process. ``count`` prints how many there were.
"""

import errno
import os
import signal
import sys
from pathlib import Path

from perfanalysis.cli import main
from perfanalysis.suite import durable, progress


class Steps:
    """Counts the steps, and acts at one of them."""

    def __init__(self, mode, at):
        self.mode, self.at, self.seen = mode, at, 0

    def __call__(self):
        self.seen += 1
        if self.seen != self.at:
            return
        if self.mode == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.mode == "fail":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def before(self, call):
        def stepped(*arguments, **named):
            self()
            return call(*arguments, **named)

        return stepped


if __name__ == "__main__":
    steps = Steps(sys.argv[1], int(sys.argv[2]))
    for owner, name in (
        (os, "fsync"),
        (os, "replace"),
        (os, "link"),
        (os, "rename"),
        (Path, "rename"),
    ):
        setattr(owner, name, steps.before(getattr(owner, name)))
    exchange = durable._renameat2()
    durable._renameat2 = lambda: steps.before(exchange) if exchange else None
    if steps.mode != "fail":  # showing progress does not fail for want of space
        progress.Lines.done = steps.before(progress.Lines.done)
    try:
        main(["run", "--jobs", "1"])
    finally:
        if steps.mode == "count":
            print(steps.seen)
