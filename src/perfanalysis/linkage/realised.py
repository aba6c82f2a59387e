"""Did budgets follow results? The model, and lines that ask whether it stands.

ln(budget of Y + 2) on ln(base of Y + 1), the components of the score of Y, and effects of unit,
year and project type. Results and execution stand apart: they are different things, and the second
is made of money. What is never done, and why, is in docs/adr/linkage-model.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from perfanalysis.errors import DataError
from perfanalysis.linkage.inference import Effect, effects_frame, effects_of
from perfanalysis.linkage.robust import huber_effects, pooled_effects
from perfanalysis.linkage.wild import DRAWS, wild_p_values
from perfanalysis.linkage.within import Within, fit_within

BASE = "ln_base"
LARGEST = 3


@dataclass(frozen=True, slots=True)
class BudgetModel:
    """Which columns of a panel the model takes.

    Attributes
    ----------
    outcome, base : str
        Amounts > 0; their logarithms are taken.
    components : tuple of str
        Components of the score, points or percent.
    unit : str
        Errors are clustered by it and its effects taken out.
    effects : tuple of str
        Other effects.
    base_held : bool
        The coefficient of the base is 1 instead of estimated: growth is what is explained.
    """

    outcome: str = "approved_wan"
    base: str = "base_wan"
    components: tuple[str, ...] = ("result", "execution")
    unit: str = "unit_id"
    effects: tuple[str, ...] = ("budget_year", "project_type")
    base_held: bool = False


@dataclass(frozen=True)
class Realised:
    """What the budgets show.

    Attributes
    ----------
    model : BudgetModel
    effects : DataFrame
        One row a component: `Effect`'s attributes, wild_p (restricted wild cluster bootstrap; NaN
        where p is refused), family, p_adjusted. Estimates are log points of budget a point:
        0.01 is about 1%.
    robust : DataFrame
        line (`LINES`), regressor, n, clusters, estimate, low, high, refused: the same question
        asked in other ways.
    held_out : tuple of str
        The largest units, which one line leaves out.
    """

    model: BudgetModel
    effects: pd.DataFrame
    robust: pd.DataFrame
    held_out: tuple[str, ...]


LINES = ("crv3", "held", "without_largest", "huber", "pooled", "small", "large")


def follow_budgets(
    panel: pd.DataFrame,
    *,
    seed: int,
    model: BudgetModel | None = None,
    draws: int = DRAWS,
    family: str = "budget",
    robust: bool = True,
) -> Realised:
    """Estimate whether budgets followed the components of the score.

    Parameters
    ----------
    panel : DataFrame
        A row a project and year with the columns of the model; amounts > 0.
    seed : int
        Of the bootstraps.
    model : BudgetModel, optional
    draws : int
        Of the wild bootstrap; the Huber line takes a fiftieth of it.
    family : str
        Name of the family of tests that the adjusted p-values are of.
    robust : bool
        Whether the question is asked in the other ways too.

    Returns
    -------
    Realised

    Raises
    ------
    DataError
        If the main model cannot be estimated, or one unit's own past is its base (a project that
        stands for a unit of its own: see the notes).

    Notes
    -----
    The base is last year's outcome. That is sound beside effects of units that have several
    projects, since the base varies between projects; beside effects of each project it would be
    biased (Nickell 1981), so a model whose units have one row a year must hold the base at 1.
    """
    chosen = model or BudgetModel()
    table = _logs(panel, chosen)
    _check_base(table, chosen)
    fit = _fit(table, chosen)
    main = effects_frame(_components(effects_of(fit), chosen), family=family)
    wild = wild_p_values(fit, seed=seed, draws=draws)[-len(chosen.components) :]
    main.insert(main.columns.get_loc("p") + 1, "wild_p", np.where(main["p"].notna(), wild, np.nan))
    largest = _largest(table, chosen)
    lines = _robust(table, chosen, fit, largest, seed, draws) if robust else _lines([])
    return Realised(chosen, main, lines, largest)


def _logs(panel: pd.DataFrame, model: BudgetModel) -> pd.DataFrame:
    amounts = panel[[model.outcome, model.base]]
    if not (amounts > 0).all(axis=None):
        raise DataError(
            f"{model.outcome}、{model.base} 有空值或不大于零的金额，不能取对数。"
            "请先剔除这些项目并说明剔除了多少。"
        )
    logs = np.log(amounts.to_numpy("float64"))
    kinds = [name for name in model.effects if panel[name].nunique() > 1]
    keep = [model.unit, *kinds, *model.components]
    table = panel[list(dict.fromkeys(keep))].reset_index(drop=True)
    return table.assign(ln_outcome=logs[:, 0], ln_base=logs[:, 1], size=np.exp(logs[:, 1]))


def _check_base(table: pd.DataFrame, model: BudgetModel) -> None:
    """A lagged outcome may not stand beside effects of its own."""
    time = model.effects[0] if model.effects and model.effects[0] in table else None
    single = not table.duplicated([model.unit, *([time] if time else [])]).any()
    if single and not model.base_held:
        raise DataError(
            "每个单位每年只有一行，上年预算与单位效应同列会有 Nickell 偏差，估计不可用。"
            "请固定基数的系数（base_held=True），只解释增长。"
        )


def _fit(table: pd.DataFrame, model: BudgetModel) -> Within:
    rows = table
    names: Sequence[str] = (BASE, *model.components)
    if model.base_held:
        rows = table.assign(ln_outcome=table["ln_outcome"] - table["ln_base"])
        names = model.components
    return fit_within(
        rows, outcome="ln_outcome", regressors=names, cluster=model.unit, absorb=model.unit,
        effects=[name for name in model.effects if name in rows],
    )  # fmt: skip


def _components(effects: Sequence[Effect], model: BudgetModel) -> list[Effect]:
    return [effect for effect in effects if effect.regressor in model.components]


def _largest(table: pd.DataFrame, model: BudgetModel) -> tuple[str, ...]:
    sizes = table.groupby(model.unit)["size"].sum().sort_values(ascending=False, kind="stable")
    return tuple(sizes.index[:LARGEST])


def _robust(
    table: pd.DataFrame,
    model: BudgetModel,
    fit: Within,
    largest: tuple[str, ...],
    seed: int,
    draws: int,
) -> pd.DataFrame:
    middle = table["size"].median()
    held = replace(model, base_held=True)
    asked: dict[str, Callable[[], Sequence[Effect]]] = {
        "crv3": lambda: effects_of(fit, method="CRV3"),
        "held": lambda: effects_of(_fit(table, held)),
        "without_largest": lambda: effects_of(
            _fit(table[~table[model.unit].isin(largest)], model)
        ),
        "huber": lambda: huber_effects(fit, seed=seed, draws=max(1, draws // 50)),
        "pooled": lambda: pooled_effects(
            table, outcome="ln_outcome", regressors=(BASE, *model.components), unit=model.unit,
            effects=[name for name in model.effects if name in table],
        ),
        "small": lambda: effects_of(_fit(table[table["size"] <= middle], model)),
        "large": lambda: effects_of(_fit(table[table["size"] > middle], model)),
    }  # fmt: skip
    frames = []
    for line, ask in asked.items():
        try:
            found = effects_frame(_components(ask(), model))
        except DataError as error:
            found = pd.DataFrame({"regressor": model.components, "refused": str(error)})
        frames.append(found.assign(line=line))
    return _lines(frames)


def _lines(frames: list[pd.DataFrame]) -> pd.DataFrame:
    columns = ["line", "regressor", "n", "clusters", "estimate", "low", "high", "refused"]
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return table.reindex(columns=columns)


__all__ = ["BASE", "LARGEST", "LINES", "BudgetModel", "Realised", "follow_budgets"]
