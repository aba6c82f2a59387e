"""What surrounds each page: the ways up and on."""

from __future__ import annotations

from dataclasses import replace

from perfanalysis.report import INDEX
from perfanalysis.report.templating import Frame, Link
from perfanalysis.report.text import Texts, texts
from perfanalysis.report.years import years_page
from perfanalysis.suite.plan import Task, word_file
from perfanalysis.suite.prepare import Prepared


def frames(run: Prepared) -> dict[str, Frame]:
    """What surrounds each page: the way back to the index, and its neighbours of the same kind."""
    say = sentences_of(run)
    up = above(run)
    trail = (*up.trail, Link(say("trail", year=run.request.work_year), INDEX))
    shown = {}
    tasks = run.everything
    for before, task, after in zip((None, *tasks), tasks, (*tasks[1:], None), strict=False):
        word = word_file(task)
        shown[task.page] = replace(
            up,
            trail=trail,
            previous=_neighbour(task, before),
            following=_neighbour(task, after),
            downloads=(Link(say("download-word"), word),) if word else (),
        )
    return shown


def above(run: Prepared) -> Frame:
    """The way up to the other years; a public edition is put elsewhere by itself."""
    request = run.request
    if request.edition == "public":
        return Frame()
    folder = request.target.relative_to(request.reports).as_posix()
    root = "../" * (folder.count("/") + 1)
    years = Link(sentences_of(run)("trail-years"), root + years_page(request.lang))
    return Frame(trail=(years,), root=root, folder=folder)


def _neighbour(task: Task, other: Task | None) -> Link | None:
    if other is None or other.notebook.name != task.notebook.name:
        return None
    return Link(other.subject or other.scope_id, other.page)


def sentences_of(run: Prepared) -> Texts:
    """What the suite itself says, in the language and money unit of a run."""
    money = run.suite.money
    return texts("suite", run.request.lang, money_unit=money.unit, money_scale=money.scale)


__all__ = ["above", "frames", "sentences_of"]
