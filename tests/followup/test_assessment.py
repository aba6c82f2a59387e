"""The assessment of units: points by hand, and what each lost point says."""

from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfanalysis.followup.assessment import CASE_COLUMNS, ITEMS, assess_units
from perfanalysis.followup.cases import assessment_cases
from perfanalysis.rules.loader import evaluation_date, load_rules
from year_tables import make_year

RULES = load_rules().on(evaluation_date(2020))
POINTS = RULES.value("assessment.points")


def cases(*rows):
    return pd.DataFrame(rows, columns=list(CASE_COLUMNS))


def case(item, got, full, unit="U01", what="事项", where="表.csv!A2"):
    return (unit, item, got, full, what, where)


def test_the_points_add_up_to_a_hundred():
    assert sum(POINTS.values()) == 100
    assert tuple(POINTS) == ITEMS


def test_a_unit_by_hand():
    """25 × 170/200 = 21.25; 10 × 1/3 = 3.33; 25 × 0.9 = 22.50; 60 points could be had."""
    found = assess_units(
        pd.Series(["U01"]),
        cases(
            case("targets", 90, 100, what="目标甲"),
            case("targets", 80, 100, what="目标乙", where="表.csv!A3"),
            case("warnings", 1, 1),
            case("warnings", 0, 1, what="预警一", where="表.csv!A4"),
            case("warnings", 0, 1, what="预警二", where="表.csv!A5"),
            case("results", 90, 100, what="结果"),
        ),
        RULES,
    )
    row = found.units.iloc[0]
    assert row[["targets", "warnings", "results"]].tolist() == [21.25, 3.33, 22.5]
    assert row[["rectification", "publication", "self_evaluation"]].isna().all()
    assert (row["possible"], row["kept"], row["score"]) == (60, 47.08, 78.47)  # 4708/60 = 78.466…
    lines = found.ledger[["item", "lost", "reason", "source_cell"]].values.tolist()
    assert lines == [
        ["targets", 3.75, "目标乙；目标甲", "表.csv!A3；表.csv!A2"],
        ["warnings", 6.67, "预警一；预警二", "表.csv!A4；表.csv!A5"],
        ["results", 2.5, "结果", "表.csv!A2"],
    ]
    assert set(found.ledger["rule"]) == {"assessment.points"}
    assert set(found.ledger["basis"]) == {"convention"}


def test_a_unit_of_which_too_little_is_known_gets_no_score():
    found = assess_units(pd.Series(["U01", "U02"]), cases(case("targets", 100, 100)), RULES)
    assert found.units["score"].isna().all()
    assert found.units["refused_reason"].tolist() == [
        "可考核的只有25分，不给总分",
        "可考核的只有0分，不给总分",
    ]
    assert found.ledger.empty


def test_only_three_cases_are_named():
    rows = [case("warnings", 0, 1, what=f"预警{n}", where=f"表.csv!A{n}") for n in range(2, 7)]
    ledger = assess_units(pd.Series(["U01"]), cases(*rows), RULES).ledger
    assert ledger.loc[0, "reason"] == "预警2；预警3；预警4；另有2项"


@given(
    st.lists(
        st.tuples(st.sampled_from(ITEMS), st.integers(0, 20), st.integers(1, 20)).map(
            lambda drawn: (drawn[0], min(drawn[1:]), drawn[2])
        ),
        min_size=1,
        max_size=12,
    )
)
def test_what_is_kept_and_lost_is_what_was_possible(drawn):
    found = assess_units(pd.Series(["U01"]), cases(*(case(*each) for each in drawn)), RULES)
    row, lost = found.units.iloc[0], found.ledger["lost"].sum()
    assert row["kept"] + lost == pytest.approx(row["possible"])
    for item in ITEMS:
        own = [each for each in drawn if each[0] == item]
        if own:
            share = Decimal(sum(e[1] for e in own)) / Decimal(sum(e[2] for e in own))
            exact = (Decimal(str(POINTS[item])) * share).quantize(Decimal("0.01"), ROUND_HALF_UP)
            assert row[item] == float(exact)


def test_cases_say_what_was_due_and_where():
    reviewed = pd.DataFrame(
        {"project_id": ["P1"], "unit_id": ["U01"], "name": ["甲"], "last_score": [88.5]}
    )
    targets = make_year(
        target_review=[
            {"project_id": "P1", "unit_id": "U01", "criterion": "明确清晰性", "stage": "last"}
        ]
    )
    evaluated = make_year(projects=[{"project_id": "P1", "unit_id": "U01", "name": "甲"}])
    warnings = pd.DataFrame(
        {
            "warning_id": ["Y1", "Y2", "Y3"],
            "unit_id": "U01",
            "status": ["answered", "late", "open"],
            "where": ["w1", "w2", "w3"],
        }
    )
    scores = pd.DataFrame(
        {
            "project_id": ["P1"],
            "unit_id": ["U01"],
            "name": ["甲"],
            "stated_total": [95.0],
            "review_total": [97.0],
        }
    )
    rectified = pd.DataFrame(
        {"finding_id": ["Z1", "Z2"], "unit_id": "U01", "state": ["overdue", "open"], "where": "z"}
    )
    published = pd.DataFrame(
        {"unit_id": ["U01"], "kind": ["budget"], "published": [pd.NaT], "where": ["u"]}
    )
    found = assessment_cases(
        reviewed=reviewed,
        targets=targets,
        warnings=warnings,
        scores=scores,
        evaluated=evaluated,
        rectified=rectified,
        published=published,
    )
    assert found.drop(columns="unit_id").values.tolist() == [
        ["targets", 88.5, 100.0, "“甲”的目标终审88.50分", "target_review.csv!D2"],
        ["warnings", 1.0, 1.0, "预警Y1按期答复", "w1"],
        ["warnings", 0.0, 1.0, "预警Y2逾期答复", "w2"],
        # scoring oneself under the review costs nothing
        ["self_evaluation", 95.0, 95.0, "“甲”自评95.00分，复核97.00分", "projects.csv!A2"],
        ["results", 97.0, 100.0, "“甲”复核97.00分", "projects.csv!A2"],
        ["rectification", 0.0, 1.0, "问题Z1到期未整改完", "z"],
        ["publication", 0.0, 1.0, "预算未公开", "u"],
    ]
