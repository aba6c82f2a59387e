"""Everything that is checked before a run starts anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from perfanalysis.data.tables import REQUIRED, YearData, load_year
from perfanalysis.errors import DataError, ParameterError
from perfanalysis.report.templating import Frame
from perfanalysis.rules.loader import evaluation_date, load_rules
from perfanalysis.suite.books import book_key
from perfanalysis.suite.cache.keys import cache_folder, digest_of, local_modules
from perfanalysis.suite.cache.program import combined, program
from perfanalysis.suite.config import Edition, Suite
from perfanalysis.suite.job import Job, Setup
from perfanalysis.suite.notebooks import SCOPES, Notebook, find_notebooks
from perfanalysis.suite.plan import Subjects, Task, choose_tasks, plan_tasks, subjects_of
from perfanalysis.suite.request import Request, Sources, from_root
from perfanalysis.suite.workyear import WorkYear, open_work_year


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run with nothing left to check.

    Attributes
    ----------
    suite : Suite
    request : Request
    notebooks : tuple of Notebook
        Those of the edition.
    everything : tuple of Task
        Every report of the edition.
    tasks : tuple of Task
        Those to make now.
    sources : mapping of str to (mapping of str to str)
        sha256 of all that the reports are made from, before any of it was read.
    """

    suite: Suite
    request: Request
    notebooks: tuple[Notebook, ...]
    everything: tuple[Task, ...]
    tasks: tuple[Task, ...]
    sources: Sources

    @property
    def partial(self) -> bool:
        """Whether reports are left out, so that published ones stay as they are."""
        return len(self.tasks) < len(self.everything)

    @property
    def executed(self) -> Path:
        """Where the executed notebooks are kept."""
        return self.suite.root / "build" / self.request.name

    def opened(self) -> WorkYear:
        """The work year and edition of the run, opened in this process."""
        return open_work_year(
            work_year=self.request.work_year,
            data_dir=self.request.data,
            suite_file=self.suite.path,
            edition=self.request.edition,
        )

    def setup(self, *, executed: Path, pages: Path) -> Setup:
        """What the workers are told; with the folders that they write into."""
        request, root = self.request, self.suite.root.resolve()
        return Setup(
            root=root,
            engine=request.engine,
            notebooks=request.notebooks.resolve(),
            work_year=request.work_year,
            data_dir=from_root(root, request.data),
            suite_file=self.suite.path.name,
            preload=may_preload(self.sources),
            executed=executed.resolve(),
            pages=pages.resolve(),
            limits=self.suite.run,
            cache=cache_folder(self.suite).resolve(),
            force=request.force,
            inputs=combined(self.sources["inputs"]),
            page_part=program().pages,
            lang=request.lang,
            edition=request.edition,
            book=book_key(self),
        )

    def jobs(self, frames: Mapping[str, Frame]) -> list[Job]:
        """The tasks as the workers are told of them; those of the whole district first."""
        request, sources = self.request, self.sources
        common = {
            "program": program().execution,
            "settings": combined({**sources["settings"], **sources["rules"]}),
            "engine": request.engine,
        }
        local = local_modules(self.suite.root, request.notebooks)
        return [
            Job(
                page=task.page,
                notebook=task.notebook.path.resolve(),
                parameters=task.parameters,
                frame=frames[task.page],
                parts={
                    **common,
                    "notebook": combined(
                        {**local, "": sources["notebooks"][task.notebook.path.name]}
                    ),
                    "parameters": digest_of(task.parameters),
                },
                view=task.notebook.view,
                scope=(task.scope_id,) if SCOPES[task.notebook.scope] else (),
            )
            for task in sorted(self.tasks, key=_narrow)  # they take longest
        ]


def _narrow(task: Task) -> bool:
    return task.notebook.scope != "district"


def may_preload(sources: Sources) -> bool:
    """Whether workers may have the data open before they fork: reading Parquet starts threads."""
    return not any(name.endswith(".parquet") for name in sources["inputs"])


def prepare(suite: Suite, request: Request, sources: Sources, *, whole: bool = False) -> Prepared:
    """Check a request against the settings, the notebooks and the data.

    Parameters
    ----------
    suite : Suite
    request : Request
    sources : mapping
        See `sources_of`.
    whole : bool
        Read every table of the two years, for `open_work_year` to find, not the needed ones only.

    Raises
    ------
    ParameterError
        If a notebook or a parameter cannot be used, or a final report would rest on rules that
        nobody compared with their documents.
    DataError
        If the evaluated or the monitored year cannot be read.
    """
    _check_final(suite, request.work_year)
    notebooks = _of_edition(find_notebooks(request.notebooks), suite, request.edition)
    evaluated, *_ = [_usable(each) for each in _years(suite, request, whole=whole)]
    common = {
        "work_year": request.work_year,
        "data_dir": from_root(suite.root.resolve(), request.data),
        "suite_file": suite.path.name,
        "lang": request.lang,
        "edition": request.edition,
    }
    subjects = subjects_of(evaluated)
    if request.edition == "public":
        subjects = _unsealed(subjects, evaluated, set(suite.publish.sealed))
    everything = plan_tasks(notebooks, subjects, common=common, extra=request.extra)
    tasks = choose_tasks(everything, scopes=request.scopes, only=request.only)
    return Prepared(suite, request, notebooks, everything, tasks, sources)


def _check_final(suite: Suite, work_year: int) -> None:
    """Refuse a final report while a rule in force was not compared with its document."""
    if suite.engagement.status != "定稿":
        return
    day = evaluation_date(work_year + suite.stages.evaluation)
    unverified = [rule for rule in load_rules(*suite.rule_files).on(day).all() if rule.unverified]
    if unverified:
        named = "、".join(rule.key for rule in unverified[:5])
        raise ParameterError(
            f"{suite.path.name} 的 status 为定稿，但{day:%Y-%m-%d}有效的规则中有{len(unverified)}条"
            f"尚未与文件原文核对（如 {named}）。请核对后在规则文件中填写 verified，"
            f"或改为征求意见稿；清单用 perfanalysis rules --unverified --on {day:%Y-%m-%d} 查看。"
        )


def _of_edition(
    notebooks: tuple[Notebook, ...], suite: Suite, edition: Edition
) -> tuple[Notebook, ...]:
    """All notebooks; for the public edition, those that suite.toml lets out."""
    if edition == "internal":
        return notebooks
    allowed = suite.publish.public
    public = tuple(
        notebook
        for notebook in notebooks
        if any(fnmatchcase(notebook.name, pattern) for pattern in allowed)
    )
    if not public:
        raise ParameterError(
            f"{suite.path.name} 的 publish.public 没有列出可公开的笔记本（现为 {list(allowed)}）。"
            f"可用：{'、'.join(notebook.name for notebook in notebooks)}。请列出后再生成公开版。"
        )
    return public


def _unsealed(subjects: Subjects, evaluated: YearData, sealed: set[str]) -> Subjects:
    """The units and projects that the public edition may have pages about."""
    projects = evaluated["projects"]
    of_units = projects.loc[projects["unit_id"].isin(sealed), "project_id"]
    hidden = sealed | set(of_units)
    return {
        scope: {each: name for each, name in named.items() if each not in hidden}
        for scope, named in subjects.items()
    }


def _years(suite: Suite, request: Request, *, whole: bool) -> Iterator[YearData]:
    """The evaluated and, where it is another one, the monitored year."""
    stages = suite.stages
    offsets = dict.fromkeys((stages.evaluation, stages.monitoring))
    if not whole:
        for offset in offsets:
            yield load_year(request.data / str(request.work_year + offset), only=REQUIRED)
        return
    year = open_work_year(
        work_year=request.work_year,
        data_dir=request.data,
        suite_file=suite.path,
        edition=request.edition,
    )
    yield year.evaluation
    if len(offsets) > 1:
        yield year.monitoring


def _usable(read: YearData) -> YearData:
    """The year, which has the tables that no report can do without.

    Raises
    ------
    DataError
        If one of them is not there, cannot be read or has no row.
    """
    year = read.budget_year
    if missing := [table for table in REQUIRED if table not in read.sources]:
        problems = "；".join(f.message for f in read.findings if f.subject in missing)
        raise DataError(
            f"{year} 预算年度的数据无法使用：缺少 {'、'.join(missing)}。{problems}。"
            "请补齐后重新运行。"
        )
    if empty := [table for table in REQUIRED if read[table].empty]:
        raise DataError(
            f"{year} 预算年度的 {'、'.join(empty)} 只有表头，没有可评价的内容。"
            "请填入数据，或用 perfanalysis import 读入单位报送的表，再重新运行。"
        )
    return read


__all__ = ["Prepared", "may_preload", "prepare"]
