"""The commands: each parses, calls one function of the library, prints, and says how it went.

Imports stand inside the commands, so that a command pays for its own only. Exit codes: 0 done,
1 done with something to look at (each command says what), 2 not done.
"""

from __future__ import annotations

import atexit
import gc

from perfanalysis.cli import results, suite, tables
from perfanalysis.cli.shared import main

# A process that ends need not look for what is left to collect: half a second of every command.
atexit.register(gc.freeze)

__all__ = ["main", "results", "suite", "tables"]
