"""The entry page over the published years is rebuilt from their manifests."""

import json
import re

import pytest

from perfanalysis.suite.years import rebuild_years


def publish(reports, folder, *, year, lang="zh", edition="internal", annual=100, **more):
    """A manifest as a run leaves it."""
    pages = {
        "60_district.html": {
            "group": "全区", "title": "全区", "failed": False,
            "headline": {"annual": {"annual": annual}},
        },
        "30_unit-U1.html": {"group": "单位", "title": "甲局", "failed": True, "headline": {}},
    }  # fmt: skip
    about = {
        "work_year": year, "lang": lang, "edition": edition, "title": f"{year}年度报告",
        "sample": True, "money": {"unit": "万元", "scale": 1}, "pages": pages,
        "inputs": {}, "outputs": {},
    }  # fmt: skip
    (reports / folder).mkdir(parents=True)
    (reports / folder / "manifest.json").write_text(json.dumps(about | more), "utf-8")


def said(reports):
    script = (reports / "years.js").read_text("utf-8")
    return json.loads(re.fullmatch(r"yearsData\((.*)\);\n", script, re.DOTALL)[1])


def test_every_year_has_a_column_and_every_edition_a_link(tmp_path):
    publish(tmp_path, "2020", year=2020, annual=1)
    publish(tmp_path, "2021", year=2021, annual=2)
    publish(tmp_path, "2021/en", year=2021, lang="en", annual=2)
    publish(tmp_path, "2021-public", year=2021, edition="public", annual=2)
    rebuild_years(tmp_path)
    page = (tmp_path / "index.html").read_text("utf-8")
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page)
    assert heads == ["工作年度", "2021年度", "2020年度"]
    assert re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td>', page) == [
        ("全年预算数", "2.00万元", "1.00万元"),
    ]
    assert re.findall(r'<dt><a href="([^"]+)"', page) == [
        "2021/index.html", "2021-public/index.html", "2021/en/index.html", "2020/index.html",
    ]  # fmt: skip
    assert "内部版，2份报告，其中1份未能生成" in page
    assert "2.00 ten thousand yuan" in (tmp_path / "index-en.html").read_text("utf-8")
    assert {"style.css", "script.js"} <= {path.name for path in tmp_path.iterdir()}


def test_pages_are_told_of_internal_editions_only(tmp_path):
    publish(tmp_path, "2021", year=2021)
    publish(tmp_path, "2021-public", year=2021, edition="public")
    rebuild_years(tmp_path)
    assert [(each["folder"], each["pages"]) for each in said(tmp_path)] == [
        ("2021", ["index.html", "30_unit-U1.html", "60_district.html"])
    ]


def test_english_alone_has_the_entry_page_too(tmp_path):
    publish(tmp_path, "2021/en", year=2021, lang="en")
    rebuild_years(tmp_path)
    assert 'lang="en"' in (tmp_path / "index.html").read_text("utf-8")


@pytest.mark.parametrize("broken", ["{", '{"pages": {}, "inputs": {}, "outputs": {}}'])
def test_a_folder_that_cannot_be_read_is_passed_over(tmp_path, broken):
    publish(tmp_path, "2021", year=2021)
    for name in ("2020", "elsewhere"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(broken, "utf-8")
    rebuild_years(tmp_path)
    assert [each["folder"] for each in said(tmp_path)] == ["2021"]


def test_a_year_in_another_money_unit_says_so(tmp_path):
    publish(tmp_path, "2021", year=2021)
    publish(tmp_path, "2019", year=2019, money={"unit": "百万円", "scale": 1})
    rebuild_years(tmp_path)
    page = (tmp_path / "index.html").read_text("utf-8")
    assert "<td>100.00百万円</td>" in page
    assert "<td>100.00万元</td>" in page


def test_the_same_manifests_give_the_same_bytes_and_text_is_escaped(tmp_path):
    for folder in ("a", "b"):
        publish(tmp_path / folder, "2021", year=2021, title="<script>alert(1)</script>")
        rebuild_years(tmp_path / folder)
    first = {p.name: p.read_bytes() for p in (tmp_path / "a").iterdir() if p.is_file()}
    assert first == {p.name: p.read_bytes() for p in (tmp_path / "b").iterdir() if p.is_file()}
    assert b"<script>alert" not in first["index.html"]
