"""Processes of a Dask cluster on this machine."""

import os
import re
import subprocess
import sys
from contextlib import ExitStack, contextmanager

LONG = 60
"""Seconds after which a process that should have ended is a failure of the test."""
LOOPBACK = ("--host", "127.0.0.1", "--no-dashboard")


@contextmanager
def dask(*arguments, variables=None):
    """One process of Dask; the address that it says it has."""
    command = [sys.executable, "-m", f"distributed.cli.dask_{arguments[0]}", *arguments[1:]]
    environment = os.environ | (variables or {})
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, encoding="utf-8", env=environment
    ) as process:
        try:
            said = (re.search(r" (?:at|to): +(t(?:cp|ls)://\S+)", line) for line in process.stderr)
            yield process, next(filter(None, said))[1]
        finally:
            process.terminate()
            process.communicate(timeout=LONG)


@contextmanager
def cluster_of(members, *options, variables=None):
    """A scheduler with so many members of one thread: its address, and the members' processes."""
    with ExitStack() as stack:
        scheduler = dask("scheduler", "--port", "0", *LOOPBACK, *options, variables=variables)
        _, address = stack.enter_context(scheduler)
        alone = [*LOOPBACK, "--no-nanny", "--nthreads", "1"]
        started = [
            stack.enter_context(dask("worker", address, *alone, variables=variables))
            for _ in range(members)
        ]
        yield address, [process for process, _ in started]
