"""Charts: contrast, fonts, the words that go with them, the same bytes twice."""

import dataclasses
import io
import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from PIL import Image

from perfanalysis.errors import ReportError
from perfanalysis.report import charts
from perfanalysis.report.canvas import BAND, GRAPHICS, GREY, TEXT_COLOURS, Chart, image_of
from perfanalysis.report.columns import money_col, rate_col, score_col
from perfanalysis.report.pairs import spread
from perfanalysis.report.text import texts
from perfanalysis.report.typeface import families_for, weight_for, wrapped

SAY = texts("common", "zh")
FLOORS = {"excellent": 90, "good": 80, "fair": 60, "poor": 0}
UNITS = pd.DataFrame(
    {
        "name": ["甲局", "乙局", "丙局"],
        "score": [79.99, 91.0, 85.5],
        "grade": ["fair", "excellent", "good"],
        "low": [75.0, 88.0, 84.0],
        "high": [83.0, 94.0, 87.0],
        "wan": [10.0, 30.0, 20.0],
        "flag": [True, False, False],
    }
)
MONTHS = pd.DataFrame(
    {
        "key": ["甲局"] * 12 + ["乙局"] * 12,
        "month": [*range(1, 13)] * 2,
        "share": [*np.linspace(0.05, 0.9, 12), *np.linspace(0.01, 1.0, 12)],
        "elapsed": [month / 12 for month in range(1, 13)] * 2,
    }
)
STEPS = pd.DataFrame(
    {
        "name": ["年初", "压减", "新增", "建议"],
        "wan": [100.0, -20.5, 5.25, 84.75],
        "total": [True, False, False, True],
    }
)
BANDS = pd.DataFrame({"month": range(1, 13), "low": [0.0] * 12, "high": [1.0] * 12})

ESTIMATES = pd.DataFrame(
    {
        "name": ["复核等级", "执行率", "重点评价"],
        "b": [-0.052, 0.031, 0.012],
        "from": [-0.09, 0.004, -0.018],
        "to": [-0.014, 0.058, 0.042],
        "mde": [0.054, 0.038, 0.043],
    }
)

MADE = {
    "bars": lambda say: charts.bars(
        UNITS, name="name", value="wan", column=money_col("预算"), caption="预算", say=say,
        flagged="flag"),
    "points_lost": lambda say: charts.points_lost(
        UNITS, name="name", lost="score", caption="扣分", say=say),
    "grade_dots": lambda say: charts.grade_dots(
        UNITS, name="name", score="score", grade="grade", floors=FLOORS, caption="得分", say=say),
    "intervals": lambda say: charts.grade_dots(
        UNITS, name="name", score="score", grade="grade", floors=FLOORS, low="low", high="high",
        caption="得分", say=say),
    "waterfall": lambda say: charts.waterfall(
        STEPS, name="name", amount="wan", is_total="total", column=money_col("预算"),
        caption="挂钩", say=say),
    "cumulative": lambda say: charts.cumulative(
        MONTHS, key="key", month="month", share="share", elapsed="elapsed", band=BANDS,
        flagged=["乙局"], caption="进度", say=say),
    "gap": lambda say: charts.gap(
        UNITS.assign(d=[1.0, -2.0, 9.0]), name="name", average="score", difference="d", mean=1.0,
        limits=(-5.0, 7.0), caption="差异", say=say),
    "coefficients": lambda say: charts.coefficients(
        ESTIMATES, name="name", estimate="b", low="from", high="to", detectable="mde",
        column=rate_col("预算变化"), caption="估计", say=say),
    "slope": lambda say: charts.slope(
        UNITS, name="name", before="low", after="high", headings=("2019年度", "2020年度"),
        column=score_col("得分"), caption="两年", say=say),
}  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", MADE)
def test_every_chart_has_words_numbers_and_the_same_bytes_twice(kind, lang):
    say = texts("common", lang)
    once, twice = MADE[kind](say), MADE[kind](say)
    assert once.alt == twice.alt
    assert once.alt.strip()
    assert "nan" not in once.alt
    assert set(once.columns) <= set(once.data.columns)
    mime, data = image_of(once)
    assert (mime, data) == image_of(twice)
    assert (mime, data) == image_of(once), "drawing a chart must not change it"
    picture = Image.open(io.BytesIO(data))
    assert picture.width == 1260, "160 mm at 200 dots an inch"
    assert picture.convert("RGB").getpixel((1, 1)) == (255, 255, 255)
    assert len(data) < 60_000


@pytest.mark.parametrize("kind", MADE)
def test_few_colours_look_like_all_of_them(kind):
    """Beside what the canvas holds: white stays white, no pixel is a quarter of the way off."""
    chart = MADE[kind](SAY)
    _, data = image_of(chart)
    drawn = np.asarray(chart.figure.canvas.buffer_rgba())[..., :3].astype(int)
    kept = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
    assert (kept[(drawn == 255).all(axis=2)] == 255).all()
    assert np.abs(kept - drawn).max() < 64
    assert np.abs(kept - drawn)[(drawn < 255).any(axis=2)].mean() < 6


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_formula_on_the_published_example():
    """Computed values of reports.md section 3."""
    assert contrast("#12436D", "#FFFFFF") == pytest.approx(10.25, abs=0.005)
    assert contrast("#F46A25", "#FFFFFF") == pytest.approx(3.03, abs=0.005)


@pytest.mark.parametrize("colour", GRAPHICS)
def test_graphics_stand_out_from_the_page(colour):
    assert contrast(colour, "#FFFFFF") >= 3


@pytest.mark.parametrize("colour", TEXT_COLOURS)
def test_text_is_readable(colour):
    assert contrast(colour, "#FFFFFF") >= 4.5


def test_lines_stand_out_from_the_band():
    assert contrast(GREY, BAND) >= 3
    assert contrast(GRAPHICS[0], BAND) >= 3


def test_bars_are_sorted_and_missing_ones_counted():
    frame = pd.concat([UNITS, pd.DataFrame({"name": ["丁局"], "flag": [False]})])
    made = charts.bars(
        frame, name="name", value="wan", column=money_col("预算"), caption="预算", say=SAY
    )
    assert list(made.data["name"]) == ["乙局", "丙局", "甲局"]
    assert made.alt.startswith("按预算由高到低排列的3项：最高为乙局（30.00），最低为甲局（10.00）")
    assert made.note == "另有1项没有数据，未画出。"


def test_flags_are_words_too():
    made = MADE["bars"](SAY)
    words = [text.get_text() for text in made.figure.axes[0].texts]
    assert "10.00 需核实" in words
    assert "标为需核实的有1项：甲局" in made.alt


def test_a_grade_is_sure_only_inside_one_band():
    made = MADE["intervals"](SAY)
    words = [text.get_text() for text in made.figure.axes[0].texts]
    assert "79.99 中 等级不确定" in words
    assert "85.50 良 等级确定" in words
    low, high = made.figure.axes[0].get_xlim()
    assert low <= 75
    assert high >= 94


def test_an_estimate_says_whether_its_interval_leaves_out_zero():
    made = MADE["coefficients"](SAY)
    words = [text.get_text() for text in made.figure.axes[0].texts]
    assert words[-4:] == [
        "+3.1%（+0.4%至+5.8%）",
        "+1.2%（−1.8%至+4.2%）不定",
        "−5.2%（−9.0%至−1.4%）",
        "预算变化",
    ]
    assert made.alt == (
        "预算变化的3个估计，2个的区间不含零：最大为执行率 +3.1%（+0.4%至+5.8%），"
        "最小为复核等级 −5.2%（−9.0%至−1.4%）。"
    )
    assert made.note == "线段为95%区间。灰框以内为看不出的差别。"


def test_the_axis_of_estimates_holds_intervals_and_what_could_be_detected():
    low, high = MADE["coefficients"](SAY).figure.axes[0].get_xlim()
    assert low < -9.0
    assert high > 5.8
    (boxes, *_) = MADE["coefficients"](SAY).figure.axes[0].collections
    widths = [np.ptp(path.vertices[:, 0]) for path in boxes.get_paths()]
    assert widths == pytest.approx([7.6, 8.6, 10.8])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"from": [-0.01, 0.004, -0.018]}, "复核等级.*不含估计值"),
        ({"mde": [0.05, -0.01, 0.04]}, "执行率.*小于0"),
        ({"to": [None, 0.058, 0.042]}, "为空"),
    ],
)
def test_estimates_that_cannot_be_drawn_are_refused(change, said):
    with pytest.raises(ReportError, match=said):
        charts.coefficients(
            ESTIMATES.assign(**change),
            name="name",
            estimate="b",
            low="from",
            high="to",
            detectable="mde",
            column=rate_col("预算变化"),
            caption="估计",
            say=SAY,
        )


def test_the_band_of_the_peers_is_among_the_numbers():
    made = MADE["cumulative"](SAY)
    assert {"band_low", "band_high"} <= set(made.columns)
    assert made.data["band_high"].eq(1.0).all()


def test_grades_are_those_given():
    assert "优1个、良1个、中1个" in MADE["grade_dots"](SAY).alt


def test_an_axis_that_does_not_start_at_zero_says_so():
    words = [text.get_text() for text in MADE["grade_dots"](SAY).figure.axes[0].texts]
    assert "得分（分），横轴自70分起" in words


def test_steps_that_do_not_add_are_refused():
    broken = STEPS.assign(wan=[100.0, -20.5, 5.25, 84.74])
    with pytest.raises(ReportError, match="差额"):
        charts.waterfall(
            broken,
            name="name",
            amount="wan",
            is_total="total",
            column=money_col("预算"),
            caption="挂钩",
            say=SAY,
        )


@pytest.mark.parametrize("rows", [0, 49])
def test_too_few_or_too_many_rows(rows):
    frame = pd.DataFrame({"name": ["x"] * rows, "v": [1.0] * rows})
    with pytest.raises(ReportError, match="1至48行"):
        charts.bars(frame, name="name", value="v", column=score_col("分"), caption="图", say=SAY)


def test_too_many_panels_and_slopes():
    many = pd.DataFrame({"key": range(13), "month": 1, "share": 0.5, "one": 1.0, "two": 2.0})
    with pytest.raises(ReportError, match="12格"):
        charts.cumulative(many, key="key", month="month", share="share", caption="图", say=SAY)
    with pytest.raises(ReportError, match="26条线，应为1至15条"):
        charts.slope(
            pd.concat([many, many]),
            name="key",
            before="one",
            after="two",
            headings=("a", "b"),
            column=score_col("分"),
            caption="图",
            say=SAY,
        )


def test_one_bar_of_zero_and_equal_values():
    for values in ([0.0], [5.0, 5.0], [-3.0, -1.0]):
        frame = pd.DataFrame({"name": [f"单位{i}" for i in range(len(values))], "v": values})
        made = charts.bars(
            frame, name="name", value="v", column=score_col("分"), caption="图", say=SAY
        )
        image_of(made)


@pytest.mark.parametrize(
    "name",
    [
        "$x_1$",
        "$\\nosuch$",
        "$",
        "<b>甲</b>",
        "\u202e反向",
        "名" * 10_000,
        "a\nb",
        "镕喆堃",
        "対発県",
        "",
    ],
)
def test_any_name_can_be_drawn(name):
    frame = UNITS.assign(name=[name, "乙局", "丙局"])
    image_of(
        charts.bars(
            frame, name="name", value="wan", column=money_col("预算"), caption="预算", say=SAY
        )
    )


def test_a_character_in_no_font_is_named():
    with pytest.raises(ReportError, match=r"U\+E123"):
        families_for("甲\ue123局")


def test_a_character_in_no_font_stops_the_figure():
    made = MADE["bars"](SAY)
    made.figure.axes[0].text(0, 0, "\ue123")
    with pytest.raises(ReportError, match=r"U\+E123"):
        image_of(made)


def test_gbk_is_drawn_with_our_own_font():
    pairs = (bytes(pair) for pair in itertools.product(range(0x81, 0xFF), range(0x40, 0xFF)))
    text = "".join(pair.decode("gbk", errors="ignore") for pair in pairs)
    assert len(text) > 21_000
    assert families_for("".join(sorted({c for c in text if "\u4e00" <= c <= "\u9fa5"})))[0] == (
        "PerfAnalysis Sans SC"
    )
    assert families_for("≥①℃“”《》−±×÷％‰〔〕—…〔保〕") == ["PerfAnalysis Sans SC"]


def test_bold_is_real_or_not_asked_for():
    assert weight_for("教育局") == "bold"
    assert weight_for("镕") == "normal"


def test_the_numbers_under_a_figure_need_no_drawing():
    blank = Chart(Figure(), "图", "没有内容的图。", UNITS)
    assert dataclasses.replace(blank, note="注").note == "注"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("教育局", "教育局"),
        ("一二三四五", "一二三\n四五"),
        ("一二三四五六七", "一二三\n四五…"),
        ("", ""),
        ("a b\nc", "a b c"),
    ],
)
def test_labels_are_wrapped_then_cut(text, lines):
    assert wrapped(text, 3) == lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("义务教育学校校园保安服务：预算执行率", "义务教育学校校园保安服务：\n预算执行率"),
        ("执行率低于60%：核减基数的20%", "执行率低于60%：\n核减基数的20%"),
        ("Budget execution in the year", "Budget execution\nin the year"),
    ],
)
def test_labels_break_at_punctuation_and_between_words(text, lines):
    assert wrapped(text, 14) == lines


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=12), st.floats(0.1, 5))
def test_spread_keeps_order_and_distance(values, least):
    placed = spread(values, least)
    order = sorted(range(len(values)), key=lambda at: (values[at], at))
    for one, two in itertools.pairwise(order):
        assert placed[two] - placed[one] >= least - 1e-6
    assert sum(placed) == pytest.approx(sum(values), abs=1e-6)


@pytest.mark.parametrize("kind", MADE)
def test_no_chart_makes_tick_objects(kind, monkeypatch):
    """They take three quarters of the time of a chart of 20 rows (benchmarks/charts.py)."""
    made = []
    monkeypatch.setattr("matplotlib.axis.Tick.draw", lambda *_: made.append(1))
    image_of(MADE[kind](SAY))
    assert not made
