"""What a worker is told: of the run once, then of each report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from perfanalysis.suite.config import Edition, Lang
from perfanalysis.suite.limits import Limits
from perfanalysis.suite.outcome import EngineName

if TYPE_CHECKING:
    from perfanalysis.report.templating import Frame


@dataclass(frozen=True, slots=True)
class Setup:
    """What every worker is told once.

    Attributes
    ----------
    root : Path
        Folder that the cells run in.
    engine : {"forked", "jupyter"}
    notebooks : Path
        Folder of the notebooks; what they import is imported before the first report.
    work_year, data_dir, suite_file
        As `open_work_year` takes them, relative to `root` or absolute.
    preload : bool
        Whether workers have the work year open before they fork.
    executed, pages : Path
        Folders that executed notebooks and pages are written into.
    limits : Limits
    cache : Path
        Folder of what earlier runs kept.
    force : bool
        Whether to make everything again all the same.
    inputs, page_part : str
        Digests of all the data, and of what makes pages of executed notebooks.
    lang, edition : str
    book : str
        What the workbook is to be kept under; empty for none.
    """

    root: Path
    engine: EngineName
    notebooks: Path
    work_year: int
    data_dir: str
    suite_file: str
    preload: bool
    executed: Path
    pages: Path
    limits: Limits
    cache: Path
    force: bool
    inputs: str
    page_part: str
    lang: Lang
    edition: Edition
    book: str


@dataclass(frozen=True, slots=True)
class Job:
    """One report, as a worker is told of it.

    Attributes
    ----------
    page : str
    notebook : Path
    parameters : mapping
    frame : Frame
    parts : mapping of str to str
        Digests of what its cells depend on, but for the data.
    view : str
        ``module:function`` of all that it reads of the data, given the work year and `scope`;
        empty where that may be anything.
    scope : tuple of str
        The unit or project that it is about; empty for the whole district.
    data : str
        Digest of what it reads of the data, where that is known; else a worker finds it.
    """

    page: str
    notebook: Path
    parameters: Mapping[str, object]
    frame: Frame
    parts: Mapping[str, str]
    view: str
    scope: tuple[str, ...]
    data: str = ""


__all__ = ["Job", "Setup"]
