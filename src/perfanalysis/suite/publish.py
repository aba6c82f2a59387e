"""What surrounds the reports: failure pages, the index, the shared files and the manifest."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from perfanalysis.errors import DataError
from perfanalysis.report import INDEX
from perfanalysis.report.search import search_files
from perfanalysis.report.site import Entry, Frame, Link, assets, render_failure, render_index
from perfanalysis.suite import manifest
from perfanalysis.suite.books import book_name, take_book
from perfanalysis.suite.config import FILE_NAME
from perfanalysis.suite.frames import above, frames, sentences_of
from perfanalysis.suite.outcome import Failure, Outcome
from perfanalysis.suite.plan import Task
from perfanalysis.suite.prepare import Prepared
from perfanalysis.suite.request import from_root, sources_of
from perfanalysis.suite.scanner import refuse_unfit
from perfanalysis.suite.staging import Staging
from perfanalysis.suite.views.common import cover
from perfanalysis.suite.wording import choices
from perfanalysis.suite.years import rebuild_years

_PLACES = ("data_dir", "suite_file")  # parameters that name folders of this machine


def publish(
    run: Prepared, staging: Staging, outcomes: Mapping[str, Outcome], kept: Mapping[str, str]
) -> Path:
    """Complete the folder that holds the pages made, and put it in place.

    Parameters
    ----------
    run : Prepared
    staging : Staging
        Already with every page that could be made, and its .docx.
    outcomes : mapping of str to Outcome
        By page.
    kept : mapping of str to str
        From `kept_files`.

    Returns
    -------
    Path
        The index.

    Raises
    ------
    DataError
        If what the reports were made from was changed meanwhile.
    ParameterError
        If they are published and the page over the years cannot be written.
    """
    _check_sources(run)
    staging.clear_parts()
    surrounds = frames(run)
    pages = _kept_pages(run, kept)
    still = sorted(pages)
    for task in run.tasks:
        outcome = outcomes[task.page]
        pages[task.page] = _about(run, task, outcome)
        if outcome.failure is not None:
            frame = replace(surrounds[task.page], downloads=())
            staging.write(task.page, _failure_page(run, task, outcome.failure, frame))
    for name, content in assets().items():
        staging.write(name, content)
    _write_book(run, staging)
    for name, html in _index(run, pages, made={task.page for task in run.tasks}).items():
        staging.write(name, html)
    for name, script in _search(staging, pages).items():
        staging.write(name, script)
    manifest.write_manifest(staging.folder, _facts(run, pages, still), kept=kept)
    if run.request.edition == "public":
        refuse_unfit(staging.folder, list(pages), allowed=run.suite.publish.allowed)
    staging.publish()
    rebuild_years(run.request.reports)
    return staging.target / INDEX


def _write_book(run: Prepared, staging: Staging) -> None:
    for earlier in staging.folder.glob("tables-*.xlsx"):
        earlier.unlink()
    if name := book_name(run):
        staging.write(name, take_book(run))


def _check_sources(run: Prepared) -> None:
    now = sources_of(run.suite, run.request)
    changed = sorted(
        name
        for kind, stated in run.sources.items()
        for name in manifest.compared(stated, now[kind])
    )
    if changed:
        raise DataError(
            f"运行过程中有文件被改动：{choices(changed)}。报告所依据的数据已不一致，"
            "本次结果未发布，原有报告保持不变。请待文件改好后重新运行。"
        )


def _kept_pages(run: Prepared, kept: Mapping[str, str]) -> dict[str, Any]:
    """What the manifest of an earlier run says of the pages that stay."""
    if not kept:
        return {}
    earlier = manifest.read_manifest(run.request.target)["pages"]
    return {page: about for page, about in earlier.items() if page in kept}


def _about(run: Prepared, task: Task, outcome: Outcome) -> dict[str, Any]:
    """What the index and the manifest say of a page."""
    failure = outcome.failure
    return {
        "notebook": task.notebook.name,
        "group": _title(task, run.request.lang),
        "title": task.subject or outcome.facts.get("title") or _title(task, run.request.lang),
        "summary": _summary(run, outcome),
        "listing": outcome.facts.get("listing", {}),
        "headline": outcome.facts.get("headline", {}),
        "members": list(outcome.facts.get("members", ())),
        "places": list(outcome.facts.get("places", ())),
        "failed": failure is not None,
        "parameters": {n: v for n, v in task.parameters.items() if n not in _PLACES},
    }


def _summary(run: Prepared, outcome: Outcome) -> str:
    """The first finding of a page, or what failed; of the public edition, only its kind."""
    if outcome.failure is None:
        return next(iter(outcome.facts["findings"]), "")
    if run.request.edition == "public":
        return outcome.failure.error
    return f"{outcome.failure.error}: {_first_line(outcome.failure.message)}"


def _title(task: Task, lang: str) -> str:
    return task.notebook.titles.get(lang) or task.notebook.titles["zh"]


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


def _index(run: Prepared, pages: Mapping[str, Any], *, made: set[str]) -> dict[str, str]:
    suite, request, say = run.suite, run.request, sentences_of(run)
    name = book_name(run)
    downloads = (Link(say("download-book"), name),) if name else ()
    entries = [
        Entry(
            href=page,
            group=about["group"],
            title=about["title"],
            status="failed" if about["failed"] else "made" if page in made else "kept",
            summary=about["summary"],
            listing=about["listing"],
            headline=about.get("headline", {}),
            members=about.get("members", ()),
            places=about.get("places", ()),
        )
        for page, about in sorted(pages.items())
    ]
    return render_index(
        entries,
        title=_index_title(run),
        frame=replace(above(run), downloads=downloads),
        lang=request.lang,
        sample=suite.district.sample,
        facts=cover(run.opened(), say),
        money_unit=suite.money.unit,
        money_scale=suite.money.scale,
    )


def _index_title(run: Prepared) -> str:
    return sentences_of(run)("title", district=run.suite.district.name, year=run.request.work_year)


def _search(staging: Staging, pages: Mapping[str, Any]) -> dict[str, str]:
    """The search index of the pages as they stand in the folder."""
    return search_files(
        {page: (staging.folder / page).read_text("utf-8") for page in sorted(pages)}
    )


def _failure_page(run: Prepared, task: Task, failure: Failure, frame: Frame) -> str:
    title = _title(task, run.request.lang)
    if run.request.edition == "public":  # what failed may quote what may not be public
        failure = Failure(failure.cell, "", failure.error, sentences_of(run)("failure-public"), "")
    return render_failure(
        title=f"{title}　{task.subject}" if task.subject else title,
        notebook=task.notebook.name,
        error=failure.error,
        message=failure.message,
        lang=run.request.lang,
        sample=run.suite.district.sample,
        cell=failure.cell,
        source=failure.source,
        traceback=failure.traceback,
        parameters={n: v for n, v in task.parameters.items() if n not in _PLACES},
        command=_command(run, task),
        frame=frame,
    )


def _command(run: Prepared, task: Task) -> str:
    """The command that makes this page again; folders outside the workspace are not named."""
    request, suite = run.request, run.suite
    words = ["perfanalysis", "run", "--work-year", str(request.work_year)]
    if suite.path.name != FILE_NAME:
        words += ["--suite", suite.path.name]
    for option in ("data", "reports", "notebooks"):
        folder = from_root(suite.root.resolve(), getattr(request, option))
        if folder != option and not Path(folder).is_absolute():
            words += [f"--{option}", folder]
    if request.lang != suite.language:
        words += ["--lang", request.lang]
    if request.edition != "internal":
        words += ["--edition", request.edition]
    for name, value in request.extra.items():
        words += ["-p", f"{name}={value}"]
    return shlex.join([*words, "--only", task.page.removesuffix(".html")])


def _facts(run: Prepared, pages: Mapping[str, Any], kept: Sequence[str]) -> dict[str, Any]:
    """All that the manifest holds but the outputs; no time, place, engine or number of jobs."""
    request = run.request
    return {
        "work_year": request.work_year,
        "lang": request.lang,
        "edition": request.edition,
        "title": _index_title(run),
        "sample": run.suite.district.sample,
        "money": asdict(run.suite.money),
        "partial": run.partial,
        "kept": list(kept),
        "commit": manifest.commit_of(run.suite.root),
        "versions": manifest.versions(),
        "pages": dict(pages),
        **run.sources,
    }


__all__ = ["publish"]
