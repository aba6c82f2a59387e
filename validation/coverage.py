"""How often each interval holds the truth, in draws whose truth is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from perfanalysis.data.codebook import codebook
from perfanalysis.data.tables import YearData
from perfanalysis.data.typed import empty_table
from perfanalysis.evidence.gap import gap_between
from perfanalysis.evidence.grades import Errors, GradeOdds, grade_odds
from perfanalysis.evidence.panel import score_panels
from perfanalysis.evidence.proportions import design_share
from perfanalysis.evidence.reliability import one_way
from perfanalysis.evidence.visits import supports
from perfanalysis.rules.loader import evaluation_date, load_rules
from perfanalysis.scoring.shrinkage import shrink_means
from validation.section import Section, Table

DRAWS = 1_000
FLOORS = {"优": 90.0, "良": 80.0, "中": 60.0, "差": 0.0}
BANDS = (0.0, 0.6, 0.8, 0.95, 1.01)
BAND_NAMES = ("under 0.6", "0.6 to 0.8", "0.8 to 0.95", "0.95 and more")
Rng = np.random.Generator
Floats = npt.NDArray[np.float64]
Held = Callable[[Rng], float]
"""One draw: 1 if the interval holds the truth, 0 if not, or the share of several that do."""


def panel_means(experts: int, *, rounded: float) -> float:
    """Share of panel means whose interval holds the true score: `DRAWS` projects at once."""
    rng = np.random.default_rng(1)
    truth = rng.uniform(60, 95, DRAWS)
    scores = truth[:, None] + rng.normal(0, 4, (DRAWS, experts))
    scores = np.clip(np.round(scores / rounded) * rounded, 0, 100)
    ids = [f"P{number:04d}" for number in range(DRAWS)]
    sheets = pd.DataFrame(
        {
            "project_id": np.repeat(ids, experts),
            "indicator": "总分",
            "expert_id": [f"{each}E{n}" for each in ids for n in range(experts)],
            "entry": 1,
            "score": scores.ravel(),
            "full": 100.0,
        }
    )
    rules = load_rules().on(evaluation_date(2021))
    found = score_panels(_year(panel_scores=sheets), rules).projects.set_index("project_id")
    held = (found["low"].loc[ids].to_numpy() <= truth) & (truth <= found["high"].loc[ids])
    return float(held.mean())


def icc(sizes: Floats, icc_true: float) -> Held:
    """ICC(1) of panels of their own."""
    targets = np.repeat(np.arange(len(sizes)), sizes.astype(int))

    def draw(rng: Rng) -> float:
        quality = rng.normal(0, icc_true**0.5, len(sizes))
        scores = quality[targets] + rng.normal(0, (1 - icc_true) ** 0.5, len(targets))
        found = one_way(scores, targets)
        return float(found.low <= icc_true <= found.high)

    return draw


def share(n: int, p: float) -> Held:
    """A simple random sample of a large population."""
    population = pd.Series({"甲": 1_000_000})

    def draw(rng: Rng) -> float:
        answers = pd.DataFrame({"yes": rng.random(n) < p, "weight": 1.0, "stratum": "甲"})
        answers["cluster"] = pd.Series(pd.NA, answers.index, dtype="str")
        found = design_share(answers, population)
        return float(found.low <= p <= found.high)

    return draw


def clustered(clusters: int, size: int) -> Held:
    """Three strata of unequal shares, clusters that answer alike, unequal weights."""
    shares = {"甲": 0.9, "乙": 0.75, "丙": 0.8}
    people = pd.Series({"甲": 400_000, "乙": 100_000, "丙": 200_000})
    truth = float((pd.Series(shares) * people).sum() / people.sum())
    layout = pd.DataFrame(
        [(s, f"{s}{c}") for s in shares for c in range(clusters) for _ in range(size)],
        columns=["stratum", "cluster"],
    )
    weight = layout["stratum"].map(people) / (clusters * size)

    def draw(rng: Rng) -> float:
        mean = {name: rng.beta(9 * p, 9 * (1 - p), clusters) for name, p in shares.items()}
        chance = np.repeat(np.concatenate(list(mean.values())), size)
        answers = layout.assign(yes=rng.random(len(layout)) < chance, weight=weight)
        found = design_share(answers, people)
        return float(found.low <= truth <= found.high)

    return draw


def gap(units: int) -> Held:
    """Gaps of one to six projects a unit that share the unit's habit; the true mean is 4."""

    def draw(rng: Rng) -> float:
        projects = _gaps(rng, units)
        found = gap_between(projects, draws=999, seed=int(rng.integers(1 << 30)))
        return float(found.low <= 4 <= found.high)

    return draw


def limits(units: int) -> Held:
    """Share of further projects between the limits of agreement."""

    def draw(rng: Rng) -> float:
        found = gap_between(_gaps(rng, units), draws=99, seed=1)
        ends = stats.norm.cdf([found.limit_low, found.limit_high], 4, (4 + 9) ** 0.5)
        return float(ends[1] - ends[0])

    return draw


def _gaps(rng: Rng, units: int) -> pd.DataFrame:
    sizes = 1 + np.arange(units) % 6
    unit = np.repeat(np.arange(units), sizes)
    gaps = 4 + rng.normal(0, 2, units)[unit] + rng.normal(0, 3, len(unit))
    reviewed = rng.uniform(60, 90, len(unit))
    return pd.DataFrame({"unit_id": unit.astype(str), "stated": reviewed + gaps}).assign(
        reviewed=reviewed
    )


def shrunken(groups: int, between: float) -> Held:
    """Share of groups whose true mean lies in the interval of the shrunken one."""
    return _shrunken(groups, between, ranks=False)


def ranked(groups: int, between: float) -> Held:
    """Share of groups whose true rank lies in the interval of ranks."""
    return _shrunken(groups, between, ranks=True)


def _shrunken(groups: int, between: float, *, ranks: bool) -> Held:
    sizes = 1 + np.arange(groups) % 6
    names = np.array([f"U{number:03d}" for number in range(groups)])

    def draw(rng: Rng) -> float:
        truth = 80 + rng.normal(0, between, groups)
        values = np.repeat(truth, sizes) + rng.normal(0, 5, int(sizes.sum()))
        table = shrink_means(values, np.repeat(names, sizes)).table
        if ranks:
            true = stats.rankdata(-truth)
            return float(((table["rank_low"] <= true) & (true <= table["rank_high"])).mean())
        return float(((table["low"] <= truth) & (truth <= table["high"])).mean())

    return draw


def _graded(rng: Rng, truth: float, *, experts: int, draws: int) -> GradeOdds:
    """Odds of a key project whose panel, survey and visits err as they say; weights held."""
    points = np.array([20.0, 20.0, 30.0, 30.0])
    seen = rng.normal(0, 3, experts)
    error = float(seen.mean() + rng.normal(0, 0.6) + rng.normal(0, 1.0))
    panel = float(seen.std(ddof=1) / experts**0.5)
    return grade_odds(
        pd.DataFrame({"points": points, "score": points * truth / 100 + error / 4}),
        Errors(panel, experts - 1, survey=0.6, verification=1.0),
        FLOORS,
        key="P001",
        draws=draws,
        seed=int(rng.integers(1 << 30)),
        concentration=1e9,
    )


def total(experts: int) -> Held:
    """The total of a key project around which grades are drawn."""

    def draw(rng: Rng) -> float:
        found = _graded(rng, 85.0, experts=experts, draws=2_000)
        return float(found.low <= 85 <= found.high)

    return draw


def grades(draws: int = DRAWS) -> pd.DataFrame:
    """Stated probability of the likeliest grade beside how often it is the true one.

    Returns
    -------
    DataFrame
        One row a band of stated probabilities: ``stated`` (band), ``projects``, ``stated, mean``,
        ``true grade`` (share), ``error`` (standard error of that share if the stated ones hold).
    """
    rng = np.random.default_rng(2)
    rows = []
    for _ in range(draws):
        truth = float(rng.uniform(72, 97))
        odds = _graded(rng, truth, experts=5, draws=2_000).probabilities
        likeliest = max(odds, key=lambda grade: odds[grade])
        true = next(grade for grade, floor in FLOORS.items() if truth >= floor)
        rows.append((odds[likeliest], likeliest == true))
    table = pd.DataFrame(rows, columns=["odds", "right"])
    bands = pd.cut(table["odds"], BANDS, right=False, labels=BAND_NAMES)
    groups = table.assign(variance=table["odds"] * (1 - table["odds"])).groupby(
        bands, observed=True
    )
    return pd.DataFrame(
        {
            "projects": groups.size(),
            "stated, mean": groups["odds"].mean(),
            "true grade": groups["right"].mean(),
            "error": groups["variance"].sum() ** 0.5 / groups.size(),
        }
    ).reset_index(names="stated")


def checked(items: int, wrong: float) -> Held:
    """Upper limit of the share of wrong items."""

    def draw(rng: Rng) -> float:
        return float(wrong <= supports(items, int(rng.binomial(items, wrong))).high)

    return draw


CASES: tuple[tuple[str, str, float, Held], ...] = (
    ("ICC(1) of panels", "30 projects × 5 experts, true 0.5", 0.95, icc(np.full(30, 5.0), 0.5)),
    (
        "ICC(1) of panels",
        "10 projects with 3 to 7 experts, true 0.3",
        0.95,
        icc(np.array([3.0, 4, 5, 6, 7] * 2), 0.3),
    ),
    ("share of a survey (Wilson)", "60 answers, true 0.90", 0.95, share(60, 0.9)),
    ("share of a survey (Wilson)", "300 answers, true 0.97", 0.95, share(300, 0.97)),
    ("share, strata and clusters", "3 strata × 10 clusters × 12", 0.95, clustered(10, 12)),
    ("share, strata and clusters", "3 strata × 4 clusters × 12", 0.95, clustered(4, 12)),
    ("mean gap, units drawn again", "60 units of 1 to 6 projects", 0.95, gap(60)),
    ("mean gap, units drawn again", "12 units of 1 to 6 projects", 0.95, gap(12)),
    ("limits of agreement: projects inside", "60 units", 0.95, limits(60)),
    ("shrunken means: units inside", "67 units of 1 to 6, spread 3", 0.95, shrunken(67, 3.0)),
    ("shrunken means: units inside", "67 units of 1 to 6, spread 0.5", 0.95, shrunken(67, 0.5)),
    ("intervals of ranks: units inside", "67 units of 1 to 6, spread 3", 0.95, ranked(67, 3.0)),
    ("total behind the odds of a grade", "panel of 5, survey, visits", 0.95, total(5)),
    ("upper limit of wrong items, one-sided", "40 checked, true 0.05", 0.95, checked(40, 0.05)),
)


def coverage(held: Held, *, draws: int = DRAWS, seed: int = 1) -> float:
    """Mean of `held` over seeded draws."""
    rng = np.random.default_rng(seed)
    return float(np.mean([held(rng) for _ in range(draws)]))


def _tables() -> Iterator[Table]:
    rows = [
        ("mean of a panel (t)", "5 experts, whole points", 0.95, panel_means(5, rounded=1.0)),
        ("mean of a panel (t)", "3 experts, steps of 5 points", 0.95, panel_means(3, rounded=5.0)),
        *((name, case, level, coverage(held)) for name, case, level, held in CASES),
    ]
    table = pd.DataFrame(rows, columns=["interval", "case", "nominal", "found"])
    yield Table(
        table.round({"found": 3}),
        f"{DRAWS:,} draws a row; by chance alone a figure of 0.95 lies between 0.936 and 0.964 in "
        "19 of 20 rows.",
    )
    yield Table(
        grades().round(3),
        f"Odds of the likeliest grade: {DRAWS:,} key projects with true totals drawn evenly from "
        "72 to 97, a panel of 5, survey and visits; error is the standard error of the share.",
    )


def _year(**tables: pd.DataFrame) -> YearData:
    frames = {name: empty_table(table) for name, table in codebook().items()}
    for name, rows in tables.items():
        empty = frames[name]
        frames[name] = rows.reindex(columns=empty.columns).astype(empty.dtypes)
    return YearData(2021, frames, {}, ())


SECTIONS = (
    Section(
        "coverage",
        "How often the intervals hold the truth",
        "simulation; each draw's truth is set here. ICC: normal scores; survey: beta-distributed "
        "clusters; gaps: a habit of the unit (sd 2) and projects (sd 3).",
        _tables,
    ),
)
