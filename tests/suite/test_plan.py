"""The plan: notebooks found, reports named, parameters refused before anything starts."""

import pandas as pd
import pytest
from tiny_notebooks import make_notebook

from perfanalysis.data.tables import load_year
from perfanalysis.errors import DataError, ParameterError
from perfanalysis.suite.notebooks import find_notebooks
from perfanalysis.suite.plan import choose_tasks, page_name, plan_tasks, subjects_of

COMMON = {"work_year": 2021, "data_dir": "data", "lang": "zh"}
DECLARED = "work_year = 2021  # 工作年度\ndata_dir = '../data'\nlang = 'zh'\n"
SUBJECTS = {
    "district": {"district": ""},
    "unit": {"001": "甲局", "002": "乙局"},
    "key_project": {"P7": "道路"},
    "special_project": {},
}
PARAMETERS = {0: ["parameters"]}


@pytest.fixture
def folder(tmp_path):
    def add(name, scope, declared):
        about = {"scope": scope, "title": {"zh": name, "en": name.upper()}}
        make_notebook(tmp_path / f"{name}.ipynb", declared, about=about, tags=PARAMETERS)

    add("60_district", "district", DECLARED + "seed = 1\nshare = 0.5\nquick = False")
    add("30_unit", "unit", DECLARED + "unit_id = ''")
    add("40_key", "key_project", DECLARED + "project_id = ''")
    make_notebook(tmp_path / "scratch.ipynb", "1 +")  # somebody's own: says nothing of a scope
    return tmp_path


def plan(folder, *, extra=None, scopes=None, only=()):
    tasks = plan_tasks(find_notebooks(folder), SUBJECTS, common=COMMON, extra=extra)
    return choose_tasks(tasks, scopes=scopes or {}, only=only)


def test_a_notebook_is_found_by_its_metadata(folder):
    found = find_notebooks(folder)
    assert [(n.name, n.scope) for n in found] == [
        ("30_unit", "unit"),
        ("40_key", "key_project"),
        ("60_district", "district"),
    ]
    assert found[0].titles == {"zh": "30_unit", "en": "30_UNIT"}
    assert found[0].parameters == {
        "work_year": 2021,
        "data_dir": "../data",
        "lang": "zh",
        "unit_id": "",
    }


def test_a_notebook_of_two_reports_is_told_which_one_it_makes(tmp_path):
    """The page of each is named after the report, whatever the file is called."""
    titles = {"title": {"zh": "项目", "en": "Project"}}
    reports = {"40_key": {"scope": "key_project"}, "41_special": {"scope": "special_project"}}
    about = {"reports": {name: each | titles for name, each in reports.items()}, "word": True}
    declared = DECLARED + "report = '40_key'\nproject_id = ''"
    make_notebook(tmp_path / "4x.ipynb", declared, about=about, tags=PARAMETERS)
    found = find_notebooks(tmp_path)
    assert [(n.name, n.scope, n.word, n.path.name) for n in found] == [
        ("40_key", "key_project", True, "4x.ipynb"),
        ("41_special", "special_project", True, "4x.ipynb"),
    ]
    subjects = SUBJECTS | {"special_project": {"P7": "道路", "P8": "消防站"}}
    tasks = plan_tasks(found, subjects, common=COMMON)
    assert [(task.page, task.parameters["report"]) for task in tasks] == [
        ("40_key-P7.html", "40_key"),
        ("41_special-P7.html", "41_special"),
        ("41_special-P8.html", "41_special"),
    ]
    assert [task.page for task in choose_tasks(tasks, scopes={}, only=["41*"])] == [
        "41_special-P7.html",
        "41_special-P8.html",
    ]
    with pytest.raises(ParameterError, match="参数 report 由命令自己的选项决定"):
        plan_tasks(found, subjects, common=COMMON, extra={"report": "40_key"})


def test_what_a_notebook_imports_is_known_before_it_runs(tmp_path):
    cells = ("a = 1", "import x.y as z\nfrom p.q import r, s", "%matplotlib inline\nimport no")
    about = {"scope": "district", "title": "x"}
    make_notebook(tmp_path / "n.ipynb", *cells, about=about, tags=PARAMETERS)
    (found,) = find_notebooks(tmp_path)
    assert found.imports == ("p.q", "p.q.r", "p.q.s", "x.y")


def test_a_task_is_a_notebook_and_a_scope(folder):
    tasks = plan(folder)
    assert [task.page for task in tasks] == [
        "30_unit-001.html",
        "30_unit-002.html",
        "40_key-P7.html",
        "60_district.html",
    ]
    assert tasks[1].parameters == {**COMMON, "unit_id": "002"}
    assert tasks[3].parameters == COMMON
    assert [task.subject for task in tasks] == ["甲局", "乙局", "道路", ""]


def test_a_page_name_holds_only_what_a_link_can():
    assert page_name("30_unit", "unit", "教育/01 a") == "30_unit-教育~2f01~20a.html"


def test_a_page_name_fits_into_a_file_name_and_stays_distinct():
    names = [page_name("30_unit", "unit", "教" * 200 + end) for end in ("甲", "乙")]
    assert names[0] != names[1]
    assert all(len(name.encode()) < 200 and name.endswith(".html") for name in names)


@pytest.mark.parametrize("ids", [("u1", "U1"), ("\uf900", "\u8c48")], ids=["case", "variant"])
def test_pages_that_would_overwrite_each_other_elsewhere_are_refused(folder, ids):
    """Windows and macOS take both for one file; macOS also two code points of one character."""
    subjects = {**SUBJECTS, "unit": dict.fromkeys(ids, "局")}
    with pytest.raises(DataError) as refused:
        plan_tasks(find_notebooks(folder), subjects, common=COMMON)
    assert all(f"编码 {each!r}" in str(refused.value) for each in ids)


def test_a_notebook_named_like_the_page_of_another_is_refused(folder):
    make_notebook(
        folder / "30_Unit-002.ipynb",
        DECLARED,
        about={"scope": "district", "title": "x"},
        tags=PARAMETERS,
    )
    with pytest.raises(DataError, match=r"笔记本 30_Unit-002.*笔记本 30_unit"):
        plan(folder)


def test_subjects_are_those_of_the_evaluated_year(tmp_path):
    year = tmp_path / "2020"
    year.mkdir()
    pd.DataFrame({"unit_id": ["002", "001"], "name": ["乙局", "甲局"]}).to_csv(
        year / "units.csv", index=False
    )
    columns = ["project_id", "unit_id", "name", "is_key", "is_special"]
    rows = [
        ["P1", "001", "道路", "是", "否"],
        ["P2", "002", "消防站", "否", "是"],
        ["P3", "001", "房", "", ""],
    ]
    pd.DataFrame(rows, columns=columns).to_csv(year / "projects.csv", index=False)
    subjects = subjects_of(load_year(year, only=["units", "projects"]))
    assert subjects["unit"] == {"002": "乙局", "001": "甲局"}
    assert subjects["key_project"] == {"P1": "道路"}
    assert subjects["special_project"] == {"P2": "消防站"}


@pytest.mark.parametrize(
    ("pattern", "pages"),
    [
        ("30_unit", ["30_unit-001.html", "30_unit-002.html"]),
        ("*-002*", ["30_unit-002.html"]),
        ("60_district.html", ["60_district.html"]),
    ],
)
def test_only_chooses_pages(folder, pattern, pages):
    assert [task.page for task in plan(folder, only=[pattern])] == pages


def test_a_unit_chooses_its_reports(folder):
    assert [task.page for task in plan(folder, scopes={"unit_id": "002"})] == ["30_unit-002.html"]


def test_an_extra_parameter_goes_where_it_is_declared(folder):
    tasks = plan(folder, extra={"seed": "7", "share": 1, "quick": "true"})
    assert tasks[3].parameters == {**COMMON, "seed": 7, "share": 1.0, "quick": True}
    assert tasks[0].parameters == {**COMMON, "unit_id": "001"}


REFUSED = {
    "unknown name": ({"extra": {"yaer": 1}}, ["yaer", "seed", "unit_id"]),
    "the command's own": ({"extra": {"work_year": 2020}}, ["work_year"]),
    "wrong type": ({"extra": {"seed": "x"}}, ["60_district", "seed", "int", "'x'"]),
    "true is no number": ({"extra": {"seed": True}}, ["seed", "int", "bool"]),
    "a unit that is not there": ({"scopes": {"unit_id": "9"}}, ["'9'", "001、002"]),
    "a project that is not there": ({"scopes": {"project_id": "P1"}}, ["P7"]),
    "no page": ({"only": ["31_*"]}, ["31_*", "30_unit-001.html"]),
}


@pytest.mark.parametrize(("more", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_done_is_refused_with_the_choices(folder, more, words):
    with pytest.raises(ParameterError) as caught:
        plan(folder, **more)
    assert all(word in str(caught.value) for word in words), caught.value


def test_a_notebook_must_declare_what_every_report_is_given(folder):
    about = {"scope": "unit", "title": "x"}
    declared = DECLARED.replace("lang = 'zh'\n", "") + "unit_id = ''"
    make_notebook(folder / "31_new.ipynb", declared, about=about, tags=PARAMETERS)
    with pytest.raises(ParameterError, match=r"31_new 没有参数 'lang'.*unit_id"):
        plan(folder)


def test_a_parameter_of_another_type_is_refused(folder):
    about = {"scope": "district", "title": "x"}
    declared = DECLARED.replace("work_year = 2021", "work_year = '2021'")
    make_notebook(folder / "31_new.ipynb", declared, about=about, tags=PARAMETERS)
    with pytest.raises(ParameterError, match="31_new 的参数 work_year 应为 str，实际为 2021"):
        plan(folder)


BROKEN = {
    "scope": ({"scope": "untt", "title": "x"}, "a = 1", ["untt", "unit", "district"]),
    "title": ({"scope": "unit"}, "a = 1", ["perfanalysis.title"]),
    "two reports": (
        {"reports": {"10_new": {"scope": "unit", "title": "x"}}},
        "unit_id = ''",
        ["参数 report"],
    ),
    "a call": ({"scope": "unit", "title": "x"}, "a = f(1)", ["parameters", "赋值"]),
    "an import": ({"scope": "unit", "title": "x"}, "import os", ["parameters"]),
    "syntax": ({"scope": "unit", "title": "x"}, "a =", ["parameters"]),
}


@pytest.mark.parametrize(("about", "declared", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_notebook_is_named(tmp_path, about, declared, words):
    make_notebook(tmp_path / "10_new.ipynb", declared, about=about, tags=PARAMETERS)
    with pytest.raises(ParameterError) as caught:
        find_notebooks(tmp_path)
    assert "10_new.ipynb" in str(caught.value)
    assert all(word in str(caught.value) for word in words), caught.value


def test_a_file_that_is_no_notebook_is_named(tmp_path):
    (tmp_path / "10_new.ipynb").write_text("{", "utf-8")
    with pytest.raises(ParameterError, match=r"10_new\.ipynb 无法读取"):
        find_notebooks(tmp_path)


def test_a_folder_without_notebooks_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="--notebooks"):
        find_notebooks(tmp_path)
