"""The made-up district: what it must add up to, that it is the same everywhere, what is planted.

Counts and sums are those of the district's work summary of 2021 (docs/, design.md section 2).
"""

import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from planted_kinds import DETECTORS, rule_score

from perfanalysis.data.codebook import codebook
from perfanalysis.data.sample import write_sample
from perfanalysis.data.sample.planting import GROUP
from perfanalysis.data.tables import load_year
from perfanalysis.errors import ParameterError

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
YEARS = range(2019, 2024)
# What looks the same to the detector: honest cases, and what another planted defect brings along.
ALIKE = {
    "payment-duplicate": ("payment-split",),  # two pieces of a split payment can be equal
    "target-too-low": (
        "decoy:target-back-to-normal",
        "targets-copied",
        "indicators-identical",
    ),
    "visit-overreported": ("targets-copied",),  # what another project is to make is not found
}


@pytest.fixture(scope="module")
def district():
    return {year: load_year(DATA / str(year)) for year in YEARS}


@pytest.fixture(scope="module")
def planted():
    return json.loads((DATA / "planted.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    out = tmp_path_factory.mktemp("clean")
    write_sample(out, clean=True)
    return out


@pytest.fixture(scope="module")
def clean_years(clean):
    return load_year(clean / "2020"), load_year(clean / "2021")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    out = tmp_path_factory.mktemp("small")
    write_sample(out, seed=7, units=5, years=(2020, 2021))
    return out


def exact(year, table, columns):
    """Columns of a table as exact decimals, read straight from the file."""
    frame = pd.read_csv(DATA / str(year) / f"{table}.csv", dtype="str", keep_default_na=False)
    return frame.assign(**{c: frame[c].map(lambda text: Decimal(text or "0")) for c in columns})


def project_sum(year, flag, column="annual_wan"):
    flags = exact(year, "projects", [])
    wanted = flags[flags[flag] == "true"].project_id
    funds = exact(year, "funds", [column])
    return len(wanted), funds[funds.project_id.isin(wanted)][column].sum()


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# -- what the work summary states --------------------------------------------------------------


def test_self_evaluated_projects_of_2020():
    assert project_sum(2020, "is_self_evaluated") == (183, Decimal("64286.41"))


def test_monitored_money_of_2021_holds_the_carry_over():
    assert project_sum(2021, "is_monitored")[1] == Decimal("65498.42")
    carried = exact(2021, "funds", ["carried_in_wan"])
    assert carried.carried_in_wan.sum() > 0


@pytest.mark.parametrize("year", YEARS)
def test_units_are_67_first_level_ones(district, year):
    units = district[year]["units"]
    assert len(units) == 67
    assert set(units.level) == {1}
    assert (units.department_id == units.unit_id).all()
    assert units.name.str.startswith("示例区").all()


def test_seven_key_projects_and_three_special_ones_outside_them(district):
    projects = district[2020]["projects"]
    special = projects[projects.is_special].set_index("special_kind")
    assert projects.is_key.sum() == 7
    assert not (projects.is_key & projects.is_special).any()
    assert "消防站" in special.name["general_bond"]
    assert "车辆采购" in special.name["procurement"]
    assert "绿道" in special.name["none"]
    assert special.fund_kind["none"] == "government_fund"


def test_each_unit_has_one_to_eight_projects(district):
    for year in YEARS:
        counts = district[year]["projects"].unit_id.value_counts()
        assert len(counts) == 67
        assert counts.max() <= 8


@pytest.mark.parametrize("year", YEARS)
def test_every_unit_files_targets_and_is_evaluated_as_a_whole(district, year):
    tables = district[year]
    units = set(tables["units"].unit_id)
    whole = tables["indicators"][tables["indicators"].project_id.isna()]
    assert set(whole.unit_id) == units
    assert (whole.groupby("unit_id").points.sum() == 90).all()
    assert set(tables["target_review"].unit_id) == units
    assert set(tables["unit_finance"].unit_id) == units


def test_five_documents_and_an_evaluation_office_in_work_year_2021(district):
    assert len(district[2021]["regulations"]) == 5
    assert district[2021]["regulations"].number.str.startswith("示财").all()
    assert district[2021]["organisation"].name.str.contains("绩效评价办公室").any()
    assert len(district[2021]["initiatives"]) == 7


def test_special_projects_stand_for_their_kinds_of_money(district):
    projects = district[2020]["projects"]
    subjects = district[2020]["initiatives"].dropna(subset=["project_id"])
    shown = subjects.set_index("subject").project_id
    for subject in ("debt", "procurement", "government_fund"):
        assert shown[subject] in set(projects[projects.is_special].project_id)


# -- the tables ---------------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
def test_the_committed_district_loads_without_a_finding(district, year):
    assert district[year].findings == ()


@pytest.mark.parametrize("year", YEARS)
def test_every_table_of_the_codebook_is_filled(district, year):
    assert [name for name in codebook() if district[year][name].empty] == []


def test_the_year_after_holds_requests_only():
    names = sorted(path.name for path in (DATA / "2024").iterdir())
    assert names == ["SAMPLE.txt", "budget_requests.csv"]
    requests = pd.read_csv(DATA / "2024" / "budget_requests.csv")
    assert (requests.requested_wan >= requests.approved_wan).all()
    assert requests.requested_wan.sum() > 1.05 * requests.approved_wan.sum()


@pytest.mark.parametrize("year", YEARS)
def test_files_are_plain_utf8_with_the_codebooks_columns(year):
    for path in (DATA / str(year)).glob("*.csv"):
        raw = path.read_bytes()
        assert not raw.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in raw
        header = raw.split(b"\n", 1)[0].decode("utf-8").split(",")
        assert header == list(codebook()[path.stem].columns)


@pytest.mark.parametrize("year", YEARS)
def test_payments_add_up_to_what_was_executed(year):
    executed = exact(year, "funds", ["executed_wan"]).groupby("project_id").executed_wan.sum()
    paid = exact(year, "payments", ["amount_wan"]).groupby("project_id").amount_wan.sum()
    assert (paid.reindex(executed.index, fill_value=Decimal(0)) == executed).all()


@pytest.mark.parametrize("year", YEARS)
def test_payments_are_made_on_working_days_of_the_year(district, year, planted):
    payments = district[year]["payments"]
    after = {
        subject
        for record in planted["planted"]
        if record["kind"] == "payment-after-year"
        for subject in record["subjects"]
    }
    assert (payments.date.dt.day_of_week < 5).all()
    assert set(payments[payments.date.dt.year != year].payment_id) <= after


@pytest.mark.parametrize("year", YEARS)
def test_funds_have_sources_that_add_up(year, planted):
    columns = ["initial_wan", "annual_wan", "received_wan", "executed_wan"]
    columns += ["carried_in_wan", "carried_out_wan"]
    funds = exact(year, "funds", columns)
    assert "total" not in set(funds.fund_source)
    carried = funds[funds.fund_source == "carried_in"]
    assert (carried.annual_wan == carried.carried_in_wan).all()
    assert (funds[funds.fund_source != "carried_in"].carried_in_wan == 0).all()
    own = funds.groupby("project_id")[columns].sum()
    over = {
        record["subjects"][0]
        for record in planted["planted"]
        if record["kind"] == "executed-over-budget" and record["budget_year"] == year
    }
    within = own[~own.index.isin(over)]
    assert (within.executed_wan <= within.received_wan).all()
    assert (within.received_wan <= within.annual_wan).all()
    assert (within.carried_out_wan <= within.annual_wan - within.executed_wan).all()


@pytest.mark.parametrize("year", YEARS[1:])
def test_what_is_carried_in_was_carried_out_the_year_before(year):
    before = exact(year - 1, "funds", ["carried_out_wan"])
    out = before.groupby("project_id").carried_out_wan.sum()
    after = exact(year, "funds", ["carried_in_wan"])
    into = after.groupby("project_id").carried_in_wan.sum()
    keys = out.index.union(into.index)
    assert (out.reindex(keys, fill_value=0) == into.reindex(keys, fill_value=0)).all()


@pytest.mark.parametrize("year", YEARS)
def test_initial_budgets_are_what_was_approved(year):
    approved = exact(year, "budget_requests", ["approved_wan"]).set_index("project_id")
    funds = exact(year, "funds", ["initial_wan"])
    fiscal = funds[funds.fund_source == "current_fiscal"].set_index("project_id").initial_wan
    added = fiscal.index.difference(approved.index)
    assert (fiscal[added] == 0).all()
    assert (fiscal.drop(added) == approved.approved_wan.reindex(fiscal.drop(added).index)).all()


@pytest.mark.parametrize("year", YEARS)
def test_budget_lines_add_up_to_the_annual_budget(year):
    annual = exact(year, "funds", ["annual_wan"]).groupby("project_id").annual_wan.sum()
    lines = exact(year, "budget_lines", ["amount_wan"]).groupby("project_id").amount_wan.sum()
    assert (lines == annual.reindex(lines.index)).all()
    assert set(lines.index) == set(annual.index)


@pytest.mark.parametrize("year", YEARS)
def test_monitoring_runs_through_the_year_and_ends_with_what_was_executed(district, year):
    projects, rows = district[year]["projects"], district[year]["monitoring_funds"]
    unit = rows[rows.source == "unit"]
    assert set(unit.project_id) == set(projects[projects.is_monitored].project_id)
    assert (unit.groupby("project_id").month.agg(list).map(sorted).map(len) == 12).all()
    steps = unit.sort_values("month").groupby("project_id").executed_wan.diff().dropna()
    assert (steps >= -1e-9).all()
    executed = district[year]["funds"].groupby("project_id").executed_wan.sum()
    last = unit[unit.month == 12].set_index("project_id").executed_wan
    np.testing.assert_allclose(last, executed[last.index], atol=1e-6)


@pytest.mark.parametrize("year", YEARS)
def test_key_scores_follow_the_framework(district, year):
    projects, scores = district[year]["projects"], district[year]["key_scores"]
    visited = projects[projects.is_key | projects.is_special].project_id
    assert set(scores.project_id) == set(visited)
    assert (scores.groupby("project_id").indicator.nunique() == 17).all()
    assert (scores.groupby("project_id").points.sum() == 100).all()
    assert (scores.score <= scores.points).all()
    assert scores[scores.score < scores.points].reason.notna().all()


def test_panels_are_nested_but_for_a_crossed_subset(district):
    panel = district[2020]["panel_scores"]
    experts = panel.groupby("project_id").expert_id.agg(frozenset)
    crossed = experts[experts.duplicated(keep=False)]
    nested = experts[~experts.duplicated(keep=False)]
    assert len(crossed) == 3
    assert len(nested) >= 2
    assert all(3 <= len(group) <= 5 for group in experts)
    assert not frozenset.intersection(*nested)
    assert not crossed.iloc[0] & nested.iloc[0]


# -- lifelike -----------------------------------------------------------------------------------


def test_budgets_are_skewed_scores_saturated_spending_late(district):
    tables = district[2020]
    annual = tables["funds"].groupby("project_id").annual_wan.sum()
    assert annual.mean() > 1.5 * annual.median()
    stated = tables["projects"].stated_total.dropna()
    assert (stated >= 95).mean() > 0.7
    payments = tables["payments"]
    share = payments.groupby(payments.date.dt.month).amount_wan.sum() / payments.amount_wan.sum()
    assert share[12] > 2 / 12
    assert share[[10, 11, 12]].sum() > 0.3


def results(year):
    """Results of the self-evaluated projects in points of 100, by the national rule."""
    rows = load_year(DATA / str(year), only=["units", "projects", "indicators"])
    own = rows["projects"][rows["projects"].is_self_evaluated].project_id
    form = rows["indicators"][rows["indicators"].project_id.isin(own)]
    score = rule_score(form).where(form.op != "qualitative", form.self_score)
    known = score.notna()
    return (
        100
        * score[known].groupby(form.project_id).sum()
        / form[known].groupby("project_id").points.sum()
    )


def approved(folder, year):
    path = folder / str(year) / "budget_requests.csv"
    money = pd.read_csv(path, index_col="project_id").approved_wan
    return np.log(money[money > 0])


def test_the_planted_effect_of_results_on_budgets_is_there(planted):
    """Least squares within years; the noise alone gives a standard error of about 0.003."""
    effect = planted["effects"]["linkage"]
    grown, result = [], []
    for year, later in effect["transitions"]:
        growth = (approved(DATA, later) - approved(DATA, later - 1)).dropna()
        both = pd.concat({"growth": growth, "result": results(year)}, axis=1).dropna()
        grown.append(both.growth - both.growth.mean())
        result.append(both.result - both.result.mean())
    y, x = pd.concat(grown), pd.concat(result)
    slope = (x * y).sum() / (x * x).sum()
    error = np.sqrt(((y - slope * x) ** 2).mean() / (x * x).sum())
    assert len(effect["transitions"]) == 4
    assert abs(slope - effect["log_points_per_point"]) < 3 * error
    assert slope > 3 * error


# -- planted ------------------------------------------------------------------------------------


def test_every_kind_is_planted_a_few_times_a_year(planted):
    records = pd.DataFrame(planted["planted"])
    counts = records.groupby(["budget_year", "kind"]).size()
    for kind in GROUP:
        missing_first = {"target-too-low", "carry-over-two-years"}
        first = {"decoy:satisfaction-not-required": 2021}.get(kind, 2019 + (kind in missing_first))
        for year in range(first, 2024):
            assert 3 <= counts.get((year, kind), 0) <= 15, (kind, year)
    assert records.kind.str.startswith("decoy:").any()
    assert set(records.kind.unique()) - set(GROUP) == {
        kind for kind in records.kind.unique() if kind.startswith("decoy:") and kind not in GROUP
    }


def test_every_unit_evaluates_itself(district):
    for year in YEARS:
        projects = district[year]["projects"]
        evaluated = projects.loc[projects.is_self_evaluated.astype("bool"), "unit_id"]
        assert set(evaluated) == set(district[year]["units"].unit_id)


def test_what_is_planted_names_a_year_a_table_and_ids(planted):
    for record in planted["planted"]:
        assert list(record) == ["kind", "budget_year", "subjects", "table", "note"]
        assert record["budget_year"] in YEARS
        assert record["table"] in codebook()
        assert record["subjects"]
        assert record["note"]


@pytest.mark.parametrize("kind", [kind for kind in GROUP if not kind.startswith("decoy:")])
def test_what_is_planted_shows_in_the_tables_and_nothing_else_does(kind, district, planted):
    for year in YEARS:
        listed = [
            record
            for record in planted["planted"]
            if record["kind"] == kind and record["budget_year"] == year
        ]
        seen = DETECTORS[kind](district[year], district.get(year - 1, district[year]))
        assert all(record["subjects"][0] in seen for record in listed)
        known = {subject for record in listed for subject in record["subjects"]}
        known |= {
            record["subjects"][0]
            for record in planted["planted"]
            if record["kind"] in ALIKE.get(kind, ()) and record["budget_year"] == year
        }
        assert seen <= known


@pytest.mark.parametrize("kind", [kind for kind in GROUP if not kind.startswith("decoy:")])
def test_a_clean_district_shows_nothing(kind, clean_years):
    before, tables = clean_years
    assert DETECTORS[kind](tables, before) == set()


def test_a_clean_district_lists_nothing(clean):
    listed = json.loads((clean / "planted.json").read_text("utf-8"))
    assert listed["clean"] is True
    assert listed["planted"] == []
    assert listed["effects"]["linkage"]["log_points_per_point"] == 0


def test_planting_leaves_units_and_projects_alone(clean):
    for table in ("units", "accounts"):
        name = f"2020/{table}.csv"
        assert (clean / name).read_bytes() == (DATA / name).read_bytes()


# -- the same everywhere ------------------------------------------------------------------------


def test_the_default_is_the_committed_district_byte_for_byte(tmp_path):
    write_sample(tmp_path)
    assert files(tmp_path) == files(DATA)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(small, tmp_path):
    write_sample(tmp_path / "same", seed=7, units=5, years=(2020, 2021))
    write_sample(tmp_path / "other", seed=8, units=5, years=(2020, 2021))
    assert files(tmp_path / "same") == files(small)
    assert files(tmp_path / "other") != files(small)


@pytest.mark.parametrize(
    ("seed", "units", "years"),
    [
        pytest.param(0, 1, (2020, 2020), id="one unit, one year"),
        pytest.param(7, 5, (2020, 2021), id="small"),
        pytest.param(3, 20, (2015, 2017), id="earlier years"),
        pytest.param(11, 90, (2022, 2025), id="more units than names"),
    ],
)
def test_other_districts_load_without_a_finding(tmp_path, seed, units, years):
    write_sample(tmp_path, seed=seed, units=units, years=years)
    for year in range(years[0], years[1] + 1):
        tables = load_year(tmp_path / str(year))
        assert tables.findings == ()
        assert len(tables["units"]) == units
        paid = tables["payments"].groupby("project_id").amount_wan.sum()
        executed = tables["funds"].groupby("project_id").executed_wan.sum()
        np.testing.assert_allclose(
            paid.reindex(executed.index, fill_value=0.0), executed, atol=1e-6
        )
    assert (tmp_path / str(years[1] + 1) / "budget_requests.csv").is_file()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"seed": -1}, "--seed"),
        ({"units": 0}, "--units"),
        ({"units": 1000}, "--units"),
        ({"years": (2021, 2020)}, "--years"),
        ({"years": (1, 2)}, "--years"),
    ],
)
def test_what_cannot_be_made_is_refused_with_the_option_to_change(tmp_path, options, words):
    with pytest.raises(ParameterError, match=words):
        write_sample(tmp_path, **options)
    assert list(tmp_path.iterdir()) == []


def test_every_folder_says_that_it_is_made_up():
    for folder in (DATA, *(DATA / str(year) for year in range(2019, 2025))):
        assert "虚构" in (folder / "SAMPLE.txt").read_text("utf-8")
    assert "made up" in (DATA / "README.md").read_text("utf-8")
    assert "虚构" in json.loads((DATA / "planted.json").read_text("utf-8"))["notice"]


def test_the_district_is_small_enough_for_git():
    assert sum(len(raw) for raw in files(DATA).values()) < 8_000_000


def test_nothing_but_the_public_names_and_the_commands_import_the_sample():
    source = ROOT / "src" / "perfanalysis"
    users = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if "data.sample" in path.read_text("utf-8")
        if "data/sample/" not in path.as_posix()
    }
    assert {user.split("/")[0].removesuffix(".py") for user in users} <= {"__init__", "cli"}
