"""Whole-unit evaluation on a unit's page: the ledger, and where the unit stands."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from perfanalysis.data.lookup import texts_of
from perfanalysis.errors import RuleError
from perfanalysis.report.layout import labelled, layout
from perfanalysis.report.page import Page
from perfanalysis.report.text import Texts
from perfanalysis.scoring.summary import total_lost
from perfanalysis.suite.views.by_unit import ByUnit, by_unit, kept
from perfanalysis.suite.views.common import Said
from perfanalysis.suite.workyear import WorkYear

WHO_SEES = ("own", "peers", "none")
"""Values of ``unit.comparison_shown``: its own place, all of its sector by name, nothing."""


@dataclass(frozen=True)
class WholeUnit:
    """What a unit's page shows of its whole-unit evaluation.

    Attributes
    ----------
    unit : DataFrame
        Its row of ``UnitScores.units``; empty where the evaluated year has none.
    indicators : DataFrame
        Its rows of ``UnitScores.indicators``; points are missing where an indicator does not apply.
    ledger : DataFrame
        Its deductions with ``rule_title``.
    places : DataFrame
        The rows of `place_units` that the page may show, the unit itself marked by ``own``.
    left_out : dict of str to float
        Groups of indicators that have points by rule and no figures, and their points.
    """

    unit: pd.DataFrame
    indicators: pd.DataFrame
    ledger: pd.DataFrame
    places: pd.DataFrame
    left_out: dict[str, float]

    @property
    def scored(self) -> bool:
        """Whether there is a score."""
        return bool((self.unit["status"] == "scored").any())

    @property
    def lost(self) -> float:
        """Points lost, exact to the hundredth."""
        return total_lost(self.ledger)


def whole_unit(year: WorkYear, unit_id: str) -> WholeUnit:
    """Gather what a unit's section shows.

    Raises
    ------
    RuleError
        If ``unit.comparison_shown`` is none of `WHO_SEES`.
    """
    parts = _of_units(year)
    shown = year.rules.value("unit.comparison_shown")
    if shown not in WHO_SEES:
        raise RuleError(
            f"规则 unit.comparison_shown 的值 {shown!r} 未知；可用：{'、'.join(WHO_SEES)}。"
        )
    places = year.unit_places
    own = places["unit_id"] == unit_id
    if shown == "none" or not own.any():
        chosen = own & False
    else:
        chosen = own if shown == "own" else places["sector"].isin(places.loc[own, "sector"])
    return WholeUnit(
        unit=parts["units"][unit_id],
        indicators=parts["indicators"][unit_id],
        ledger=parts["ledger"][unit_id],
        places=places.assign(own=own)[chosen].reset_index(drop=True),
        left_out=year.unit_scores.left_out,
    )


@kept
def _of_units(year: WorkYear) -> dict[str, ByUnit]:
    """Units, indicators and deductions of all units."""
    found = year.unit_scores
    applies = found.indicators["status"] != "not_applicable"
    points = found.indicators["points"].where(applies)
    kept_points = found.indicators["kept"].where(applies)
    titles = {rule.key: rule.title for rule in found.rules}
    return {
        "units": by_unit(found.units),
        "indicators": by_unit(found.indicators.assign(points=points, kept=kept_points)),
        "ledger": by_unit(
            found.ledger.assign(rule_title=texts_of(found.ledger["rule"], titles, missing=""))
        ),
    }


def whole_unit_finding(whole: WholeUnit) -> list[Said]:
    """The main point, as a key of ``30_unit``; nothing where there is no score."""
    if not whole.scored:
        return []
    row = whole.unit.iloc[0]
    values = {"score": row["score"], "grade": row["grade"], "lines": len(whole.ledger)}
    return [("main-whole", values)]


def add_whole_unit(page: Page, say: Texts, whole: WholeUnit, year: int) -> None:
    """Show the section; one sentence where nothing can be scored."""
    if not whole.scored:
        page.section(say("whole-none", year=year), "whole")
        reason = "" if whole.unit.empty else str(whole.unit.iloc[0]["refused_reason"])
        page.paragraph(say("whole-refused", reason=reason) if reason else say("whole-nothing"))
        return
    row = whole.unit.iloc[0]
    page.section(say("whole-heading", score=row["score"], grade=row["grade"], year=year), "whole")
    page.paragraph(
        say(
            "whole-text",
            table=page.ref("table-whole"),
            kept=row["kept"],
            points=row["points"],
            score=row["score"],
        )
    )
    _add_indicators(page, say, whole, year)
    _add_ledger(page, say, whole)
    _add_places(page, say, whole)


def _add_indicators(page: Page, say: Texts, whole: WholeUnit, year: int) -> None:
    row = whole.unit.iloc[0]
    left = [say("whole-left", group=group, points=of) for group, of in whole.left_out.items()]
    page.table(
        labelled(whole.indicators, say, level3="said", standard="said", status="indicator_status"),
        caption=say("whole-caption", year=year),
        columns=layout(
            say,
            level3="text",
            standard="text",
            rate="rate",
            points="points",
            kept="points",
            status="text",
            source_cell="text",
        ),
        total={"points": row["points"], "kept": row["kept"]},
        notes=[say("whole-note"), *left],
        anchor="table-whole",
    )


def _add_ledger(page: Page, say: Texts, whole: WholeUnit) -> None:
    if whole.ledger.empty:
        page.paragraph(say("whole-ledger-none"))
        return
    page.paragraph(say("whole-ledger-text", table=page.ref("table-whole-ledger"), lost=whole.lost))
    page.table(
        labelled(
            whole.ledger, say, indicator="said", reason="said", rule_title="said", basis="basis"
        ),
        caption=say("whole-ledger-caption"),
        columns=layout(
            say,
            indicator="text",
            full="score",
            kept="score",
            lost="points",
            reason="text",
            rule_title="text",
            basis="text",
            source_cell="text",
        ),
        total={"lost": whole.lost},
        anchor="table-whole-ledger",
    )


def _add_places(page: Page, say: Texts, whole: WholeUnit) -> None:
    if whole.places.empty:
        page.paragraph(say("whole-places-none"))
        return
    own = whole.places[whole.places["own"]].iloc[0]
    clear = own["rank_high"] - own["rank_low"] < own["peers"] - 1
    page.paragraph(
        say(
            "whole-place" if clear else "whole-place-open",
            table=page.ref("table-places"),
            **{name: int(own[name]) for name in ("peers", "years", "rank_low", "rank_high")},
            **{name: float(own[name]) for name in ("raw", "mean", "low", "high")},
            sector=own["sector"],
        )
    )
    page.table(
        whole.places.rename(columns={"years": "score_years", "raw": "score_mean"}),
        caption=say("whole-places-caption", sector=own["sector"]),
        columns=layout(
            say,
            name="text",
            score_years="int",
            score_mean="score",
            mean="score",
            low="score",
            high="score",
            rank_low="int",
            rank_high="int",
        ),
        notes=[say("whole-places-note")],
        anchor="table-places",
    )


__all__ = ["WHO_SEES", "WholeUnit", "add_whole_unit", "whole_unit", "whole_unit_finding"]
