"""Rule files: the value in force, its citation, local over national, and mistakes people make."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from perfanalysis.errors import RuleError, RuleFileError, RuleNotInForceError
from perfanalysis.rules.loader import evaluation_date, load_rules, rules_frame

SHIPPED = Path(load_rules.__code__.co_filename).parent
EXAMPLES = Path(__file__).parents[2] / "examples" / "rules"
LOCAL = """\
schema: 1
documents:
  example-2023:
    title: 示例区项目支出绩效自评操作规程（虚构，仅作示例）
    number: 示财绩〔2023〕5号
    issuer: 示例区财政局
    issued: 2023-03-01
rules:
  self.overachievement_review:
    title: 完成率达到多少须说明原因
    unit: ratio
    values:
      2023-03-01:
        value: 1.5
        basis: local
        source: {document: example-2023, clause: 第九条}
        verified: true
        verified_by: 示例
        verified_on: 2023-04-01
        until: 2024-12-31
"""


@pytest.fixture
def local(tmp_path):
    def write(text=LOCAL, name="local.yaml"):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("day", "value", "citation"),
    [
        ("2023-02-28", 1.3, "评价机构约定（无文件依据）"),
        ("2023-03-01", 1.5, "示财绩〔2023〕5号第九条"),
        ("2024-12-31", 1.5, "示财绩〔2023〕5号第九条"),
        ("2025-01-01", 1.3, "评价机构约定（无文件依据）"),
    ],
)
def test_a_local_value_wins_while_it_is_in_force(local, day, value, citation):
    rules = load_rules(local()).on(date.fromisoformat(day))
    dated = rules.get("self.overachievement_review")
    assert (dated.value, dated.cite()) == (value, citation)


def test_the_last_local_file_wins(local):
    second = local(LOCAL.replace("value: 1.5", "value: 2.0"), "second.yaml")
    rules = load_rules(local(), second).on(date(2024, 1, 1))
    assert rules.value("self.overachievement_review") == 2.0
    assert rules.get("self.overachievement_review").file == "second.yaml"


def test_an_ended_value_does_not_bring_back_an_older_one(local):
    older = "      2022-01-01: {value: 9.9, basis: convention, source: null}\n"
    text = LOCAL.replace("    values:\n", f"    values:\n{older}")
    rules = load_rules(local(text)).on(date(2025, 6, 1))
    assert rules.value("self.overachievement_review") == 1.3


def test_a_year_before_the_rule_stops():
    rules = load_rules().on(date(2019, 12, 31))
    assert "self.weights" not in rules
    with pytest.raises(RuleNotInForceError, match="2020-02-25") as caught:
        rules.get("self.weights")
    assert (caught.value.rule, caught.value.first) == ("self.weights", "2020-02-25")


def test_the_evaluation_date_is_the_end_of_march_of_the_next_year():
    assert evaluation_date(2020) == date(2021, 3, 31)
    # so budget year 2019 is scored by 财预〔2020〕10号 of 2020-02-25
    assert "self.weights" in load_rules().on(evaluation_date(2019))


def test_the_split_with_cost_comes_with_its_document():
    assert "self.weights_with_cost" not in load_rules().on(evaluation_date(2020))
    dated = load_rules().on(evaluation_date(2021)).get("self.weights_with_cost")
    assert dated.cite() == "财预〔2021〕101号"
    assert dated.value == {
        "execution": 10,
        "cost": 20,
        "output": 40,
        "benefit": 20,
        "satisfaction": 10,
    }


def test_an_unknown_rule_names_its_neighbours():
    with pytest.raises(RuleError, match=r"self\.weights"):
        load_rules().on(date(2021, 3, 31)).get("self.wieghts")


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"", 1), (b"schema: 1\nrules: \0\n", 2), ("schema: 1\n# 规则".encode("gbk"), 2)],
    ids=["empty", "NUL", "GBK"],
)
def test_a_file_that_is_no_text_is_named_with_its_line(tmp_path, content, line):
    (tmp_path / "local.yaml").write_bytes(content)
    with pytest.raises(RuleFileError) as caught:
        load_rules(tmp_path / "local.yaml")
    assert (caught.value.path, caught.value.line) == ("local.yaml", line)


def test_what_is_wrong_at_the_root_begins_with_what_is_wrong(tmp_path):
    (tmp_path / "local.yaml").write_text("[]", "utf-8")
    with pytest.raises(RuleFileError, match="有误：应为"):
        load_rules(tmp_path / "local.yaml")


@pytest.mark.parametrize("points", ["-1", "100.5", "1.0e+9"])
def test_points_below_0_or_above_100_are_refused(local, points):
    text = LOCAL.replace("overachievement_review", "weights").replace("ratio", "points")
    text = text.replace("value: 1.5", f"value: {{execution: {points}, output: 50}}")
    with pytest.raises(RuleFileError, match=r"values\.2023-03-01\.value.* execution") as caught:
        load_rules(local(text))
    assert caught.value.line == 14


MISTAKES = [
    # old, new, line of the mistake, words that must be in the message
    pytest.param("unit: ratio", "unit: ratio\n    units: x", 12, ["未知字段", "units"], id="field"),
    pytest.param("basis: local", "basis: locl", 15, ["basis", "locl"], id="basis"),
    pytest.param("2023-03-01:\n", "2023-13-01:\n", 13, ["2023-13-01"], id="date"),
    pytest.param("2023-03-01:\n", "20230301:\n", 13, ["20230301"], id="date without dashes"),
    pytest.param("document: example-2023,", "document: nowhere,", 16, ["nowhere"], id="document"),
    pytest.param(
        "basis: local\n        source: {document: example-2023, clause: 第九条}",
        "basis: national\n        source: null",
        16,
        ["没有文件依据"],
        id="national without a document",
    ),
    pytest.param("        verified_by: 示例\n", "", 17, ["核对人"], id="verified by nobody"),
    pytest.param("verified: true", "verified: yes please", 17, ["true 或 false"], id="verified"),
    pytest.param(
        "verified: true", "verified: false", 13, ["verified"], id="unverified by somebody"
    ),
    pytest.param("until: 2024-12-31", "until: 2022-12-31", 20, ["早于"], id="until"),
    pytest.param(
        "value: 1.5", "value: 1.5\n        value: 1.6", 15, ["重复的键", "value"], id="twice"
    ),
    pytest.param("self.over", "self.ovre", 9, ["self.overachievement_review"], id="key"),
    pytest.param("unit: ratio", "unit: points", 9, ["ratio"], id="unit"),
    pytest.param("value: 1.5", "value: 很高", 9, ["数值"], id="kind"),
    pytest.param("value: 1.5", "value: .nan", 14, ["nan"], id="not a number"),
    pytest.param("value: 1.5", "value: -.inf", 14, ["inf"], id="infinite"),
    pytest.param("schema: 1", "schema: 2", 1, ["schema"], id="schema"),
    pytest.param("value: 1.5", "value: *x", 14, ["别名"], id="alias"),
    pytest.param("value: 1.5", "value: [1", 15, ["YAML"], id="not YAML"),
    pytest.param("rules:\n", "rulse:\n", 8, ["rulse"], id="top"),
]


@pytest.mark.parametrize(("old", "new", "line", "words"), MISTAKES)
def test_mistakes_are_named_with_file_and_line(local, old, new, line, words):
    assert old in LOCAL
    with pytest.raises(RuleFileError) as caught:
        load_rules(local(LOCAL.replace(old, new, 1)))
    message = str(caught.value)
    assert (caught.value.path, caught.value.line) == ("local.yaml", line)
    assert f"local.yaml 第{line}行" in message
    assert all(word in message for word in words)


def test_two_values_of_one_date_are_refused(local):
    second = "      2023-03-01: {value: 1.4, basis: convention, source: null}\n"
    with pytest.raises(RuleFileError, match="重复的键 2023-03-01"):
        load_rules(local(LOCAL.replace("    values:\n", f"    values:\n{second}")))


def test_a_choice_outside_the_national_ones_is_refused(local):
    text = LOCAL.replace("self.overachievement_review", "self.ceiling_formula")
    text = text.replace("unit: ratio", "unit: choice").replace("value: 1.5", "value: linaer")
    with pytest.raises(RuleFileError, match="linear、ratio"):
        load_rules(local(text))


def test_a_file_that_is_not_there_or_empty_is_named(local, tmp_path):
    with pytest.raises(RuleFileError, match=r"none\.yaml"):
        load_rules(tmp_path / "none.yaml")
    with pytest.raises(RuleFileError, match="空的"):
        load_rules(local(""))


def test_unverified_is_said_of_documents_and_not_of_conventions():
    rules = load_rules().on(date(2024, 3, 31))
    for dated in rules.all():
        assert dated.unverified == (dated.document is not None and not dated.verified)
    frame = rules_frame(rules, unverified=True)
    assert set(frame["basis"]) <= {"national", "local"}
    assert "self.weights" in set(frame["key"])
    assert list(rules_frame(rules)["key"]) == sorted(rules_frame(rules)["key"])


def test_nothing_shipped_is_local():
    basis = {dated.basis for rule in load_rules().rules.values() for dated in rule.layers[0]}
    assert basis <= {"national", "convention"}


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("self_evaluation.yaml")), ids=lambda p: p.name)
def test_numbers_without_a_national_text_are_conventions(path):
    # rules.md 10.11: no over-completion percentage nationally; 1.5: no formula for a ceiling
    rules = yaml.safe_load(path.read_text("utf-8"))["rules"]
    for key in ("self.overachievement_review", "self.ceiling_formula", "self.missing_actual"):
        assert {body["basis"] for body in rules[key]["values"].values()} == {"convention"}


@pytest.mark.parametrize("name", ["hubei.yaml", "haidian.yaml"])
def test_the_example_files_load(name):
    rules = load_rules(EXAMPLES / name).on(date(2021, 3, 31))
    assert rules.value("self.ceiling_formula") == "ratio"
    assert rules.get("self.ceiling_formula").basis == "local"


def test_each_book_has_rules_of_its_own():
    # a value changed in one book, which nobody should do, must not reach the next
    def floors(book):
        return book.on(date(2021, 3, 31)).value("self.grade_floors")

    first = load_rules()
    floors(first)["excellent"] = 0
    assert floors(load_rules())["excellent"] != 0
