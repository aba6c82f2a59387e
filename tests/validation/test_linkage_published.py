"""Standard errors against published tables, and what the simulations are made of."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from validation import linkage_published, linkage_size

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT.parent / "shared" / "data" / "reference"
PLACES = {"value": 6, "value se": 6, "capital": 6, "capital se": 6, "within R2": 5}


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the published data is not beside the project")
def test_petersens_table_to_the_printed_digits():
    """Petersen (2009): four decimals; CR2 and CRV3 by firm are not what was printed (CR1)."""
    table = linkage_published.compare_petersen(REFERENCE / "sandwich_PetersenCL.csv")
    printed = table.dropna()
    assert len(printed) == 7
    assert printed["ours"].round(4).tolist() == printed["published"].tolist()
    own = table.set_index("what")["ours"]
    assert own["firm"] < own["firm, CR2"] < own["firm, CRV3"] < 1.01 * own["firm"]


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the published data is not beside the project")
def test_grunfelds_fixed_effects_to_the_printed_digits():
    """Croissant and Millo (2008): ten firms, 1935–1954."""
    table = linkage_published.compare_grunfeld(REFERENCE / "plm_Grunfeld.csv")
    assert set(table["what"]) == set(PLACES)
    for row in table.itertuples():
        assert round(row.ours, PLACES[row.what]) == row.published, row.what


def test_stata_errors_are_those_of_statsmodels():
    """CR1 with Stata's correction, by another library."""
    table = linkage_size.made_units(8, seed=3)
    fit = linkage_published.fit_within(table, outcome="y", regressors=["x"], cluster="unit")
    other = sm.OLS(table["y"], sm.add_constant(table[["x"]])).fit(
        cov_type="cluster", cov_kwds={"groups": table["unit"]}, use_t=True
    )
    own = np.sqrt(linkage_published.stata_variance(fit))
    np.testing.assert_allclose(own, other.bse["x"])


def test_made_units_have_no_effect_and_alike_years():
    """Two years of a unit correlate by 4 ÷ 5; treated units are the first."""
    tables = [linkage_size.made_units(8, seed=each) for each in range(100)]
    table = pd.concat(tables)
    assert table.groupby("unit")["x"].first().sum() == 8
    assert abs(table.groupby("x")["y"].mean().diff().iloc[-1]) < 0.2
    wide = [each.pivot(index="unit", columns="year", values="y") for each in tables]
    assert abs(np.mean([np.corrcoef(each[0], each[3])[0, 1] for each in wide]) - 0.8) < 0.02


def test_sizes_are_told_apart_by_few_treated_units():
    """At three treated units the usual test rejects many times too often, the program none."""
    table = linkage_size.measure_size(draws=60).set_index(["treated", "test"])
    assert table.loc[(3, "cr1_normal"), "rate"] > 0.1 > table.loc[(3, "cr2"), "rate"]
    assert not table.loc[(3, "cr2"), "printed"]
    assert np.isnan(table.loc[(3, "randomisation"), "rate"])
    assert table.loc[(33, "cr2"), "printed"]
    assert table.loc[(8, "cr2"), "df"] == pytest.approx(9.0, abs=0.1)
