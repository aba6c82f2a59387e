"""What a run makes: a task is one notebook about one scope, with checked parameters."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase

from perfanalysis.data.tables import YearData
from perfanalysis.errors import DataError, ParameterError
from perfanalysis.suite.notebooks import REPORT, SCOPES, Notebook
from perfanalysis.suite.wording import choices

Subjects = Mapping[str, Mapping[str, str]]
_LONGEST_ID = 150
"""Bytes of an id in a file name; file systems take 255 for the whole name."""


@dataclass(frozen=True, slots=True)
class Task:
    """One report to make.

    Attributes
    ----------
    notebook : Notebook
    scope_id : str
        Id of the unit or project; ``district`` for the whole.
    subject : str
        Its name; empty for the whole district.
    page : str
        File name of the page.
    parameters : mapping of str to plain value
        All that papermill injects.
    """

    notebook: Notebook
    scope_id: str
    subject: str
    page: str
    parameters: Mapping[str, object]


def subjects_of(year: YearData) -> Subjects:
    """Ids and names that each scope has in the evaluated year, in the order of the tables.

    Parameters
    ----------
    year : YearData
        With tables units and projects.
    """
    units, projects = year["units"], year["projects"]
    key = projects.loc[projects["is_key"].fillna(False).astype(bool)]
    special = projects.loc[projects["is_special"].fillna(False).astype(bool)]
    sections = sorted(set(units["finance_section"].dropna()))
    return {
        "district": {"district": ""},
        "section": dict(zip(sections, sections, strict=True)),
        "unit": dict(zip(units["unit_id"], units["name"].fillna(""), strict=True)),
        "key_project": dict(zip(key["project_id"], key["name"].fillna(""), strict=True)),
        "special_project": dict(
            zip(special["project_id"], special["name"].fillna(""), strict=True)
        ),
    }


def page_name(notebook: str, scope: str, scope_id: str) -> str:
    """File name of a page: ``30_unit-U001.html``, ``60_district.html`` for the whole district.

    A character that a file name or a link cannot hold is written as its code: ``~2f`` for ``/``.
    An id too long for a file name is cut and ends in its digest.
    """
    if scope == "district":
        return f"{notebook}.html"
    safe = re.sub(r"[^\w.-]", lambda match: f"~{ord(match[0]):02x}", scope_id)
    if len(safe.encode()) > _LONGEST_ID:
        digest = hashlib.sha256(scope_id.encode()).hexdigest()[:12]
        safe = f"{safe.encode()[: _LONGEST_ID - 13].decode(errors='ignore')}~{digest}"
    return f"{notebook}-{safe}.html"


def word_file(task: Task) -> str:
    """Where the .docx of a report stands beside the pages; empty if it has none."""
    return word_path(task.page) if task.notebook.word else ""


def word_path(page: str) -> str:
    """Where the .docx of a page would stand."""
    return f"word/{page.removesuffix('.html')}.docx"


def plan_tasks(
    notebooks: Sequence[Notebook],
    subjects: Subjects,
    *,
    common: Mapping[str, object],
    extra: Mapping[str, object] | None = None,
) -> tuple[Task, ...]:
    """Every report there is to make, in the order of the notebooks and of the tables.

    Parameters
    ----------
    notebooks : sequence of Notebook
    subjects : mapping
        From `subjects_of`.
    common : mapping
        Parameters that every notebook must declare.
    extra : mapping, optional
        Parameters for the notebooks that declare them. Text is read as the declared type.

    Raises
    ------
    ParameterError
        On a name no notebook declares, or a value of another type than its default; each names
        the choices.
    DataError
        If two reports would be one file where the system does not tell ``a`` from ``A``.
    """
    extra = dict(extra or {})
    _check_names(notebooks, common, extra)
    tasks = tuple(
        task for notebook in notebooks for task in _tasks_of(notebook, subjects, common, extra)
    )
    _check_pages(tasks)
    return tasks


def choose_tasks(
    tasks: Sequence[Task], *, scopes: Mapping[str, object], only: Sequence[str] = ()
) -> tuple[Task, ...]:
    """The reports that were asked for, in the same order.

    Parameters
    ----------
    tasks : sequence of Task
    scopes : mapping of str to str
        ``unit_id`` and ``project_id`` to the one that the reports are to be about.
    only : sequence of str
        Glob patterns; a page is chosen if its name or its notebook's matches one.

    Raises
    ------
    ParameterError
        On an id that is not there, or a pattern that no page matches; each names the choices.
    """
    chosen = list(tasks)
    for name, wanted in scopes.items():
        known = [str(task.parameters[name]) for task in tasks if name in task.parameters]
        if str(wanted) not in known:
            raise ParameterError(
                f"{name} 没有取值 {wanted!r}。可用：{choices(known)}。请核对编码。"
            )
        chosen = [task for task in chosen if task.parameters.get(name) == str(wanted)]
    for pattern in only:
        if not any(_matches(task, pattern) for task in chosen):
            pages = choices([task.page for task in chosen])
            raise ParameterError(f"没有页面符合 {pattern!r}。可用：{pages}。请核对 --only。")
    return tuple(task for task in chosen if not only or any(_matches(task, each) for each in only))


def _check_names(
    notebooks: Sequence[Notebook], common: Mapping[str, object], extra: Mapping[str, object]
) -> None:
    declared = sorted({name for notebook in notebooks for name in notebook.parameters})
    own = {*common, *(REPORT for notebook in notebooks if notebook.shared)}
    for name in extra:
        if name in own:
            raise ParameterError(
                f"参数 {name} 由命令自己的选项决定，不能另外指定。可另外指定："
                f"{'、'.join(each for each in declared if each not in own)}。"
            )
        if name not in declared:
            raise ParameterError(
                f"没有笔记本声明参数 {name!r}。可用参数："
                f"{'、'.join(each for each in declared if each not in own)}。"
            )


def _check_pages(tasks: Sequence[Task]) -> None:
    """Refuse pages that would overwrite each other on Windows and macOS."""
    seen: dict[str, Task] = {}
    for task in tasks:
        other = seen.setdefault(unicodedata.normalize("NFC", task.page).casefold(), task)
        if other is not task:
            raise DataError(
                f"报告 {other.page}（笔记本 {other.notebook.name}，编码 {other.scope_id!r}）和 "
                f"{task.page}（笔记本 {task.notebook.name}，编码 {task.scope_id!r}）的文件名只有"
                "大小写不同或完全相同，在 Windows 和 macOS 上会互相覆盖。"
                "请改正编码或笔记本的文件名。"
            )


def _tasks_of(
    notebook: Notebook,
    subjects: Subjects,
    common: Mapping[str, object],
    extra: Mapping[str, object],
) -> list[Task]:
    own = SCOPES[notebook.scope]
    given = {
        **common,
        **{name: value for name, value in extra.items() if name in notebook.parameters},
    }
    if notebook.shared:
        given[REPORT] = notebook.name
    tasks = []
    for scope_id, subject in subjects[notebook.scope].items():
        values = {**given, own: scope_id} if own else given
        parameters = {name: fitted(notebook, name, value) for name, value in values.items()}
        page = page_name(notebook.name, notebook.scope, scope_id)
        tasks.append(Task(notebook, scope_id, subject, page, parameters))
    return tasks


_READERS: Mapping[type, Callable[[str], object]] = {
    int: int,
    float: float,
    bool: lambda text: {"true": True, "false": False}[text.lower()],
}


def fitted(notebook: Notebook, name: str, value: object) -> object:
    """A parameter's value in the type that the notebook declares.

    Raises
    ------
    ParameterError
        If the notebook does not declare the name, or declares another type.
    """
    if name not in notebook.parameters:
        raise ParameterError(
            f"笔记本 {notebook.name} 没有参数 {name!r}。"
            f"可用参数：{'、'.join(sorted(notebook.parameters))}。请在 parameters 单元格中声明。"
        )
    kind = type(notebook.parameters[name])
    if kind is type(None) or type(value) is kind:
        return value
    if kind is float and type(value) is int:
        return float(value)
    if isinstance(value, str) and kind in _READERS:
        with suppress(KeyError, ValueError):
            return _READERS[kind](value)
    raise ParameterError(
        f"笔记本 {notebook.name} 的参数 {name} 应为 {kind.__name__}，"
        f"实际为 {value!r}（{type(value).__name__}）。请改正。"
    )


def _matches(task: Task, pattern: str) -> bool:
    names = (task.page, task.page.removesuffix(".html"), task.notebook.name)
    return any(fnmatchcase(name, pattern) for name in names)


__all__ = [
    "Subjects",
    "Task",
    "choose_tasks",
    "fitted",
    "page_name",
    "plan_tasks",
    "subjects_of",
    "word_file",
    "word_path",
]
