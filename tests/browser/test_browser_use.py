"""The pages used as a reader does: by keyboard, sorted, filtered, searched, followed."""

import shutil
from itertools import pairwise

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def listed(page, section):
    """Names shown in a listing, in order."""
    rows = page.locator(f"#{section} ~ .listing").first.locator("tbody tr:visible th")
    return rows.all_inner_texts()


@pytest.fixture
def index(open_page, reports):
    return open_page(reports / "2021" / "index.html")


def column(page, section, number):
    rows = page.locator(f"#{section} ~ .listing").first.locator("tbody tr:visible")
    return [row.locator("th, td").nth(number).get_attribute("data-value") for row in rows.all()]


def test_the_skip_link_comes_first_and_leads_to_the_content(index):
    index.keyboard.press("Tab")
    assert index.evaluate("document.activeElement.className") == "skip"
    assert index.locator(".skip").bounding_box()["x"] >= 0
    index.keyboard.press("Enter")
    index.wait_for_url("**#main")


def test_the_keyboard_alone_reaches_everything_in_reading_order(index):
    tops, reached = [], 0
    for _ in range(400):
        index.keyboard.press("Tab")
        where = index.evaluate(
            "(() => { const e = document.activeElement; return e === document.body ? null :"
            " [e.tagName, scrollY + e.getBoundingClientRect().top, !!e.closest('main'),"
            " getComputedStyle(e).outlineStyle] })()"
        )
        if where is None:
            break
        reached += 1
        assert where[3] != "none", where
        if where[2]:
            tops.append(where[1])
    wanted = index.locator("a:visible, button:visible, input:visible, select:visible").count()
    assert reached >= wanted
    assert all(two > one - 60 for one, two in pairwise(tops))


def test_a_listing_is_sorted_by_keyboard(index):
    head = index.locator("#members ~ .listing th", has_text="全年预算数")
    head.locator("button").focus()
    index.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    values = [float(each) for each in column(index, "members", 2) if each]
    assert len(values) > 5
    assert values == sorted(values, reverse=True)
    index.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "ascending"
    assert [float(each) for each in column(index, "members", 2) if each] == sorted(values)


def test_a_listing_is_filtered_by_words_grade_and_flag(index):
    every = listed(index, "members")
    box = index.locator("#members ~ .filter").first
    grade = box.get_by_label("等级")
    found = [each for each in grade.locator("option").all_inner_texts() if each != "全部"]
    assert found
    counted = 0
    for each in found:
        grade.select_option(each)
        counted += len(listed(index, "members"))
    assert counted == len(every)
    grade.select_option("全部")
    flag = box.get_by_label("需核实事项")
    flag.select_option(index=1)
    chosen = flag.input_value()
    rows = index.locator("#members ~ .listing").first.locator("tbody tr:visible")
    assert all(chosen in row.inner_text() for row in rows.all())
    assert f"显示{rows.count()}行" in box.inner_text()
    flag.select_option("全部")
    box.get_by_label("筛选").fill(every[3])
    assert every[3] in listed(index, "members")


def test_units_with_something_to_verify(index):
    every = len(listed(index, "group-1"))
    index.get_by_label("只看有需核实事项的").first.check()
    assert 0 < len(listed(index, "group-1")) <= every


def test_a_project_leads_to_its_row(index):
    link = index.locator("#members ~ .listing tbody th a").first
    name = link.inner_text()
    link.click()
    row = index.locator("tr:target")
    assert row.locator("th").inner_text() == name
    expect(row).to_be_in_viewport()


def search(page, words):
    page.get_by_role("searchbox", name="搜索").fill(words)
    return answered(page)


def answered(page):
    expect(page.locator(".search section:not([aria-busy]):not([hidden])")).to_be_visible()
    return page.get_by_role("region", name="搜索结果")


def test_a_chinese_word_is_found_and_leads_to_the_place(index):
    name = index.locator("#members ~ .listing tbody th a").first.inner_text()
    word = name[1:3]  # from within the name: nothing marks where a word begins
    results = search(index, word)
    found = results.locator("ol > li ul a", has_text=word)
    assert found.count() > 0
    assert found.first.locator("mark").inner_text() == word
    target = found.first.get_attribute("href")
    found.first.click()
    index.wait_for_url(f"**/{target}")
    anchor = target.partition("#")[2]
    expect(index.locator(f"[id='{anchor}']")).to_be_in_viewport()
    assert word in index.locator(f"[id='{anchor}']").inner_text()


def test_search_by_keyboard_alone(index):
    index.keyboard.press("Tab")
    for _ in range(5):
        index.keyboard.press("Tab")
        if index.evaluate("document.activeElement.type") == "search":
            break
    index.keyboard.type("U003")
    answered(index)
    index.keyboard.press("Enter")
    assert index.evaluate("document.activeElement.getAttribute('href')") == "30_unit-U003.html"
    index.keyboard.press("Escape")
    assert index.get_by_role("region", name="搜索结果").count() == 0
    assert index.evaluate("document.activeElement.type") == "search"


def test_one_character_and_two_words_and_nothing(index):
    assert search(index, "局").locator("ol > li").count() > 0
    both = search(index, "教育 执行率").locator("ol > li")
    assert 0 < both.count() <= search(index, "教育").locator("ol > li").count()
    assert search(index, "查无此词").get_by_role("status").inner_text() == "没有找到"


def test_hostile_words_are_only_words(index):
    results = search(index, "<img src=x onerror=alert(1)> a")
    assert results.get_by_role("status").inner_text()
    assert index.locator(".search img").count() == 0


def test_the_figures_of_the_index_stand_on_the_pages_they_link(index, reports):
    links = index.locator(".figures a").all()
    assert len(links) >= 8
    for link in links:
        numbers = [
            part for part in link.inner_text().replace("　", " ").split() if part[-1] in "分元%"
        ]
        page = (reports / "2021" / link.get_attribute("href")).read_text("utf-8")
        for number in numbers:
            assert number.strip("万元分") in page


def test_from_the_failure_on_the_index_to_its_page(index):
    index.locator("ul a", has_text="做不成的报告").click()
    assert "<b>数据不全</b>" in index.locator("main").inner_text()
    assert "--only 99_fails" in index.locator("main").inner_text()
    index.locator(".bar a").first.click()
    assert index.url.endswith("index.html")


def test_from_a_unit_to_the_same_unit_of_another_year_and_language(open_page, reports):
    page = open_page(reports / "2021" / "30_unit-U001.html")
    page.locator(".years summary").click()
    links = page.locator(".years li a")
    expect(links).to_have_count(2)
    assert [link.get_attribute("href") for link in links.all()] == [
        "../2022/30_unit-U001.html",
        "../2021/en/30_unit-U001.html",
    ]
    links.first.click()
    assert "2021年度" in page.locator("h1").inner_text()
    page.locator(".bar a").first.click()
    assert page.locator("thead th").all_inner_texts() == ["工作年度", "2022年度", "2021年度"]


def test_a_folder_that_stands_alone_asks_for_nothing_beside_it(open_page, reports, tmp_path):
    shutil.copytree(reports / "2021", tmp_path / "alone" / "2021")
    page = open_page(tmp_path / "alone" / "2021" / "30_unit-U001.html")
    assert page.locator(".years a").count() == 1
