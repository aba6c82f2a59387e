"""Really published forms raise what a review of them must find, in both formats.

Expected findings: ../shared/real_forms/expected_findings.json, made with the forms by those who
transcribed them; the forms under tests/fixtures/forms are some of them under made-up names.
"""

import importlib.util
import json
from decimal import Decimal
from pathlib import Path

import pytest
from made_forms import sheet_of, write_docx, write_xls, write_xlsx

from perfanalysis.data.forms import read_forms
from perfanalysis.scoring.importing import import_forms

REPO = Path(__file__).parents[2]
SHARED = REPO.parent / "shared"
FIXTURES = sorted((REPO / "tests" / "fixtures" / "forms").glob("*.json"))
MOST_EXTRA = 1
WRITERS = {".xlsx": write_xlsx, ".docx": write_docx, ".xls": write_xls}


def listed():
    path = SHARED / "real_forms" / "expected_findings.json"
    if not path.is_file():
        pytest.skip("没有 ../shared/real_forms：真实表单不随仓库提供")
    return json.loads(path.read_text("utf-8"))


def renderer():
    path = SHARED / "tools" / "render_forms.py"
    spec = importlib.util.spec_from_file_location("render_forms", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory):
    """All forms in both formats, as render_forms.py lays them out; and what is expected."""
    expected = listed()
    render, folder = renderer(), tmp_path_factory.mktemp("forms")
    for stem in expected["forms"]:
        form = json.loads((SHARED / "real_forms" / f"{stem}.json").read_text("utf-8"))
        render.write_xlsx(form, folder / f"{stem}.xlsx")
        render.write_docx(form, folder / f"{stem}.docx")
    return folder, expected


def raised(findings, file, codes):
    return {(f.code, f.subject) for f in findings if f.where.file == file and f.code in codes}


def test_every_real_form_raises_what_is_expected_of_it(laid_out, tmp_path):
    folder, expected = laid_out
    result = import_forms([folder], budget_year=2021, data_dir=tmp_path)
    assert len(result.forms) == 2 * len(expected["forms"])
    for stem, wanted in expected["forms"].items():
        must = {(each["code"], each["subject"]) for each in wanted}
        for suffix in (".xlsx", ".docx"):
            found = raised(result.findings, stem + suffix, expected["codes"])
            assert must - found == set(), f"{stem}{suffix}"
            assert len(found - must) <= MOST_EXTRA, f"{stem}{suffix}: {found - must}"


def test_stated_totals_of_complete_forms_reproduce(laid_out):
    folder, _ = laid_out
    complete = 0
    for form in read_forms([folder]).forms:
        stem = Path(form.where.file).stem
        facts = json.loads((SHARED / "real_forms" / f"{stem}.json").read_text("utf-8"))
        stated = facts["total_score_stated"]
        assert form.total_score == (None if stated is None else Decimal(str(stated)))
        if facts["complete"] and stated is not None:
            complete += 1
            scores = [row.score for row in form.indicators]
            assert form.total.score + sum(scores) == form.total_score
    assert complete == 4


def test_both_formats_of_a_form_read_the_same(laid_out):
    folder, _ = laid_out
    forms = {}
    for form in read_forms([folder]).forms:
        path = Path(form.where.file)
        forms.setdefault(path.stem, {})[path.suffix] = form
    for stem, both in forms.items():
        rows = {
            suffix: [
                (row.level1, row.level3, row.op, row.target, row.actual, row.points, row.score)
                for row in form.indicators
            ]
            for suffix, form in both.items()
        }
        assert rows[".docx"] == rows[".xlsx"], stem
        amounts = {
            s: [(x.source, x.annual_wan, x.executed_wan) for x in f.funds] for s, f in both.items()
        }
        assert amounts[".docx"] == amounts[".xlsx"], stem


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_a_form_under_made_up_names_raises_the_same(path, suffix, tmp_path):
    facts = json.loads(path.read_text("utf-8"))
    file = WRITERS[suffix](tmp_path / f"form{suffix}", sheet_of(facts))
    result = import_forms([file], budget_year=facts["year"], data_dir=tmp_path / "data")
    found = [(f.code, f.subject) for f in result.findings]
    must = [tuple(each) for each in facts["expected"]]
    assert set(must) <= set(found)
    codes = {code for code, _ in must} | {"score-above-rule", "score-below-rule", "weights-sum"}
    extra = [each for each in found if each[0] in codes and each not in must]
    assert len(extra) <= MOST_EXTRA
    assert len(result.written) == 1
    assert set(result.tables) == {"units.csv", "projects.csv", "funds.csv"} | (
        {"indicators.csv"} if facts["indicators"] else set()
    )
