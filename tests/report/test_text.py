"""The catalogue: both languages say the same, and a hole is an error."""

from datetime import date
from importlib.resources import files

import pytest

from perfanalysis.data.codebook import codebook
from perfanalysis.errors import ReportError
from perfanalysis.report import catalogue as catalogue_module
from perfanalysis.report import text as text_module
from perfanalysis.report.catalogue import catalogue
from perfanalysis.report.text import LANGS, placeholders, texts

NAMES = sorted(
    entry.name.removesuffix(".yaml")
    for entry in (files("perfanalysis.report") / "texts").iterdir()
    if entry.name.endswith(".yaml")
)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("choices", "phrases")])
def test_both_languages_have_the_same_keys_and_placeholders(name):
    for key, body in catalogue(name).items():
        assert set(body) == set(LANGS), f"{name}.{key}"
        assert placeholders(str(body["zh"])) == placeholders(str(body["en"])), f"{name}.{key}"


def test_every_choice_has_both_languages():
    for kind, labels in catalogue("choices").items():
        for code, both in labels.items():
            assert isinstance(code, str), f"{kind}.{code}"
            assert set(both) == set(LANGS), f"{kind}.{code}"


def test_chinese_labels_are_those_of_the_codebook():
    """Where a kind is named as a column of the codebook, a reader must meet one word for a code."""
    columns = {
        column.name: column.choices
        for table in codebook().values()
        for column in table.columns.values()
        if column.choices and column.name not in ("status", "kind", "stage", "source", "item")
    }
    checked = 0
    for kind in catalogue("choices"):
        if kind in columns and kind != "subject":
            for code, both in catalogue("choices")[kind].items():
                if code in columns[kind]:
                    assert both["zh"] == columns[kind][code], f"{kind}.{code}"
                    checked += 1
    assert checked >= 4


@pytest.fixture
def made(monkeypatch):
    """A catalogue of its own, beside the common one."""
    own = {
        "plain": {"zh": "{n}个{name}", "en": "{n} {name}"},
        "formats": {
            "zh": "{a:money}，{b:rate}，{c:pp}，{d:score}，{e:int}，{f:grade}，{g:date}，"
            "{h:rate.0}",
            "en": "{a:money}, {b:rate}, {c:pp}, {d:score}, {e:int}, {f:grade}, {g:date}, "
            "{h:rate.0}",
        },
        "half": {"zh": "只有中文"},
        "odd": {"zh": "{n:furlongs}", "en": "{n:furlongs}"},
        "deep": {"zh": "{n.__class__}", "en": "{n.__class__}"},
    }
    real = text_module.catalogue

    def both(name):
        return own if name == "made" else real(name)

    monkeypatch.setattr(text_module, "catalogue", both)


VALUES = {
    "a": 64286.41,
    "b": 0.9345,
    "c": -0.032,
    "d": 86.4,
    "e": 12345,
    "f": "good",
    "g": date(2021, 3, 31),
    "h": 0.6,
}


def test_formats_in_chinese(made):
    assert texts("made", "zh")("formats", **VALUES) == (
        "64,286.41万元，93.5%，降低3.2个百分点，86.40分，12,345，良，2021年3月31日，60%"
    )


def test_formats_in_english(made):
    assert texts("made", "en")("formats", **VALUES) == (
        "64,286.41 ten thousand yuan, 93.5%, down 3.2 percentage points, 86.40 points, 12,345, "
        "good, 31 March 2021, 60%"
    )


def test_another_country_is_never_labelled_wan(made):
    say = texts("made", "zh", money_unit="百万円", money_scale=1)
    assert say.money(12) == "12.00百万円"
    assert texts("made", "en", money_unit="億円").money(12) == "12.00 億円"


def test_scale_is_exact():
    assert texts("common", "zh", money_unit="元", money_scale=10000).money(1.00005) == "10,000.50元"


def test_a_grade_is_printed_with_its_score():
    assert texts("common", "zh").graded(86.4, "good") == "良（86.40分）"
    assert texts("common", "en").graded(86.4, "good") == "good (86.40 points)"


def test_intervals():
    assert texts("common", "zh").interval(4.3, 6.4) == "95%区间4.3至6.4分"
    assert texts("common", "zh").interval(0.6, 0.8, how="rate.0") == "95%区间60%至80%"


@pytest.mark.parametrize(
    ("key", "values", "words"),
    [
        ("nothing", {}, "都没有 nothing"),
        ("plain", {"n": 3}, "需要 name"),
        ("plain", {"n": 0.1, "name": "x"}, "没有写明格式"),
        ("plain", {"n": None, "name": "x"}, "没有写明格式"),
        ("plain", {"n": True, "name": "x"}, "没有写明格式"),
        ("odd", {"n": 1}, "未知的格式"),
        ("deep", {"n": 1}, "需要 n.__class__"),
    ],
)
def test_holes_are_errors(made, key, values, words):
    with pytest.raises(ReportError, match=words):
        texts("made", "zh")(key, **values)


def test_a_missing_language_is_an_error(made):
    with pytest.raises(ReportError, match="缺少语言 en"):
        texts("made", "en")("half")


def test_data_is_not_a_template(made):
    assert texts("made", "zh")("plain", n=1, name="{7*7}{n}") == "1个{7*7}{n}"


def test_unknown_language_and_file():
    with pytest.raises(ReportError, match="没有语言"):
        texts("common", "fr")
    with pytest.raises(ReportError, match=r"no_such\.yaml"):
        texts("no_such", "zh")("x")


def test_broken_yaml_names_the_file_and_line(monkeypatch, tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "x.yaml").write_text("a: {zh: x, en: x}\nb: {zh: 见{rules}, en: x}\n", "utf-8")
    monkeypatch.setattr(catalogue_module, "files", lambda _: tmp_path)
    with pytest.raises(ReportError, match=r"x\.yaml 第2行.*引号"):
        text_module.catalogue.__wrapped__("x")


def test_a_repeated_key_is_refused():
    loader = catalogue_module._StrictLoader("a: 1\nb: 2\na: 3\n")
    loader.name = "x.yaml"
    with pytest.raises(ReportError, match=r"x\.yaml 第1行起有重复的键：a"):
        loader.get_data()


def test_a_missing_figure_is_said_only_where_the_sentence_allows_it():
    say = texts("60_district", "zh")
    said = say("money-heading", year=2020, rate=float("nan"))
    assert said == "2020年度自评项目执行率未填报"
    assert say("money-heading", year=2020, rate=0.5) == "2020年度自评项目执行率50.0%"
    with pytest.raises(ReportError):
        say("losses-heading", level1="output", share=float("nan"))
