"""What every report begins and ends with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial, wraps
from importlib.metadata import version
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd

from perfanalysis.data.lookup import texts_of
from perfanalysis.report.formats import half_up
from perfanalysis.report.page import Page
from perfanalysis.report.sentence import Sentence
from perfanalysis.report.text import Texts
from perfanalysis.rules.values import RulesInForce
from perfanalysis.suite.plan import page_name
from perfanalysis.suite.workyear import WorkYear

P = ParamSpec("P")
V = TypeVar("V")
Said = tuple[str, Mapping[str, Any]]


def once(view: Callable[Concatenate[WorkYear, P], V]) -> Callable[Concatenate[WorkYear, P], V]:
    """Let a view be worked out once in a row: a worker digests it, and its fork then shows it."""

    @wraps(view)
    def found(year: WorkYear, *scope: P.args, **named: P.kwargs) -> V:
        asked = (view, scope, named)
        last = vars(year).get("_last_view")
        if last is None or last[0] != asked:
            vars(year)["_last_view"] = last = (asked, view(year, *scope, **named))
        result: V = last[1]
        return result

    return found  # type: ignore[return-value]  # it takes what the view takes


def cover(year: WorkYear, say: Texts) -> dict[str, str]:
    """Who asked, who did it, which years, and the state of the report."""
    engagement = year.suite.engagement
    due, agency = engagement.reply_due, engagement.agency
    reply = {say("fact-reply"): say("reply-to", due=due, agency=agency)} if due else {}
    return {
        say("fact-client"): engagement.client,
        say("fact-agency"): engagement.agency,
        say("fact-lead"): engagement.lead_evaluator,
        say("fact-years"): say(
            "years",
            work=year.work_year,
            evaluation=year.evaluation_year,
            monitoring=year.monitoring_year,
            requests=year.requests_year,
        ),
        say("fact-status"): say(
            "status",
            status=say.label("status", engagement.status),
            version=engagement.version,
            date=engagement.report_date,
        ),
        **reply,
    }


def sentences(say: Texts, said: Iterable[Said]) -> list[str]:
    """The sentences of keys and their values, in order.

    A value that is a list of keys and values is the clauses that they say, one after the other.
    """
    return [
        say(
            key,
            **{
                name: _together(sentences(say, value)) if isinstance(value, list) else value
                for name, value in values.items()
            },
        )
        for key, values in said
    ]


def _together(clauses: list[str]) -> Sentence:
    return Sentence.of((each, each) for each in clauses)


def with_values(frame: pd.DataFrame, **kinds: str) -> dict[str, str]:
    """The columns of `kinds` that hold a value in any row, for `report.layout.layout`.

    A district that states no scores, or gives no grades, has no empty columns in its tables.
    """
    return {name: kind for name, kind in kinds.items() if frame[name].notna().any()}


def gap_of_means(stated: float, review: float) -> tuple[str, dict[str, float]]:
    """Which way two mean scores differ, and both with their difference, all as printed.

    The difference is that of the printed means, so that a reader who subtracts them gets it.
    """
    gap = half_up(stated, 2) - half_up(review, 2)
    direction = "above" if gap > 0 else "below" if gap < 0 else "same"
    return direction, {"stated": stated, "review": review, "gap": float(abs(gap))}


def unproposed(projects: pd.DataFrame) -> list[dict[str, str]]:
    """Name and reason of each project of `Proposal.projects` that has no proposal."""
    refused = projects[projects["proposed_wan"].isna()]
    return [{"project": row.name, "reason": row.reason} for row in refused.itertuples(index=False)]


def unit_pages(unit_ids: pd.Series) -> pd.Series:
    """File name of the page of each unit."""
    return unit_ids.map(partial(page_name, "30_unit", "unit"))


def with_units(table: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """The table with ``unit_name`` and ``page`` of the unit of each row; `names` by unit id."""
    units = table["unit_id"]
    return table.assign(unit_name=texts_of(units, names), page=unit_pages(units))


def of_project(frame: pd.DataFrame, project_id: str) -> pd.DataFrame:
    """The rows of a project."""
    return frame[frame["project_id"] == project_id]


def first_of_project(frame: pd.DataFrame, project_id: str) -> pd.Series:
    """The first row of a project; empty where it has none."""
    own = of_project(frame, project_id)
    return own.iloc[0] if len(own) else pd.Series(dtype="object")


def money_total(whole: Any) -> dict[str, Any]:
    """The last row of a table of money: the row of ``execution_rates(by="district")``."""
    names = ("projects", "annual_wan", "executed_wan", "execution_rate")
    return {name: whole[name] for name in names}


def add_limits(
    page: Page,
    say: Texts,
    year: WorkYear,
    keys: Iterable[str],
    *,
    rules: RulesInForce | None = None,
) -> None:
    """End a report with what it does not show: `keys`, then what holds for every report.

    `rules` are those that it goes by, where not those of evaluation.
    """
    unverified = sum(rule.unverified for rule in (rules or year.rules).all())
    lines = [say(key) for key in keys]
    lines.append(say("limit-conventions"))
    lines.append(
        say("limit-years", evaluation=year.evaluation_year, monitoring=year.monitoring_year)
    )
    if unverified:
        lines.append(say("limit-unverified", n=unverified))
    if say.lang != "zh":
        lines.append(say("limit-reasons"))
    page.section(say("limits-heading"), "limits")
    page.items(lines)


def add_reproduction(
    page: Page, say: Texts, year: WorkYear, *, rules: RulesInForce | None = None, **scope: str
) -> None:
    """Say how to make the same page again; `scope` is the notebook's own parameter."""
    name = "-".join([page.notebook, *scope.values()])
    local = year.suite.rules.local
    page.reproduction(
        {
            say("repro-version"): f"perfanalysis {version('perfanalysis')}",
            say("repro-day"): say.date((rules or year.rules).day),
            say("repro-rules"): say.joined(local) if local else say("repro-none"),
            say("repro-inputs"): say("repro-manifest"),
            say("repro-command"): (
                f"perfanalysis run --work-year {year.work_year} --only {name} --lang {say.lang}"
            ),
        }
    )


__all__ = [
    "Said",
    "add_limits",
    "add_reproduction",
    "cover",
    "first_of_project",
    "gap_of_means",
    "money_total",
    "of_project",
    "once",
    "sentences",
    "unit_pages",
    "unproposed",
    "with_units",
    "with_values",
]
