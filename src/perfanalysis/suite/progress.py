"""What a run shows while it works: a bar on a terminal, plain lines elsewhere; on stderr."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from perfanalysis.report.markup import clean


class Display(Protocol):
    """What a run tells of its progress."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def start(self, total: int) -> None:
        """`total` reports are to be made."""

    def done(self, page: str, problem: str) -> None:
        """One report was made; or, if `problem` is not empty, failed."""

    def say(self, text: str) -> None:
        """Show a line."""


class Silent:
    """Nothing is shown."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing is left open."""

    def start(self, total: int) -> None:
        """Not shown."""

    def done(self, page: str, problem: str) -> None:
        """Not shown."""

    def say(self, text: str) -> None:
        """Not shown."""


class Bar:
    """A progress bar, for a terminal."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def start(self, total: int) -> None:
        self._task = self._progress.add_task("生成报告", total=total)

    def done(self, page: str, problem: str) -> None:
        if problem:
            self.say(f"{page} 失败：{problem}")
        self._progress.update(self._task, advance=1, description=f"生成报告 {page}")

    def say(self, text: str) -> None:
        self._progress.console.print(escape(clean(text)), highlight=False)


class Lines(Silent):
    """A line a report, for a log."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._total = self._count = 0

    def start(self, total: int) -> None:
        self._total = total

    def done(self, page: str, problem: str) -> None:
        self._count += 1
        width = len(str(self._total))
        result = f" 失败：{problem}" if problem else ""
        self.say(f"[{self._count:>{width}}/{self._total}] {page}{result}")

    def say(self, text: str) -> None:
        self._console.print(clean(text), markup=False, highlight=False, soft_wrap=True)


def display() -> Display:
    """A bar where stderr is a terminal, else plain lines."""
    console = Console(stderr=True)
    return Bar(console) if console.is_terminal else Lines(console)


__all__ = ["Bar", "Display", "Lines", "Silent", "display"]
