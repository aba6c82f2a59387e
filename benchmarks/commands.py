"""Commands that a benchmark runs: as a user would, and an error of theirs ends it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def run_to_end(
    words: Sequence[str | Path], *, cwd: Path, variables: Mapping[str, str] | None = None
) -> str:
    """What a command prints, run in a folder with these variables besides those there are."""
    kept = {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        list(map(str, words)),
        cwd=cwd,
        env=kept | dict(variables or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, words))}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


__all__ = ["run_to_end"]
