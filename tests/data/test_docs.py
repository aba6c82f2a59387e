"""The pages made from the code are the committed ones, and no code of a finding is missing."""

import ast
from pathlib import Path

import pytest

from perfanalysis.data.codebook import codebook, codebook_markdown
from perfanalysis.data.codes import finding_codes, findings_markdown

ROOT = Path(__file__).parents[2]
RAISERS = {
    "Finding",
    "FormFileError",
    "_finding",
    "_raise",
    "_aside",
    "_ignored",
    "finding",
    "finding_at",
}


@pytest.mark.parametrize(
    ("page", "text"),
    [("codebook.md", codebook_markdown), ("findings.md", findings_markdown)],
)
def test_the_committed_page_is_what_the_code_says(page, text):
    """To renew it: write the text that the function named in the page gives into the file."""
    assert (ROOT / "docs" / page).read_text("utf-8") == text()


def _codes(call):
    """Texts that stand in the first argument of a call."""
    first = call.args[:1] or [word.value for word in call.keywords if word.arg == "code"]
    constants = [node for each in first for node in ast.walk(each)]
    return {
        node.value
        for node in constants
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "-" in node.value
    }


def raised_codes():
    """Code to file, of what the source raises under a literal code."""
    found = {}
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in RAISERS:
                    found |= dict.fromkeys(_codes(node), path.name)
    return found


def test_every_code_that_is_raised_is_listed():
    listed = {code.code for codes in finding_codes().values() for code in codes}
    assert {c: f for c, f in raised_codes().items() if c not in listed} == {}


def test_every_listed_code_stands_in_the_source():
    source = "".join(p.read_text("utf-8") for p in (ROOT / "src").rglob("*.py"))
    listed = {code.code for codes in finding_codes().values() for code in codes}
    assert {code for code in listed if f'"{code}"' not in source} == set()


def test_every_table_of_the_design_has_a_page_entry():
    """The tables that design.md section 5 names."""
    named = {
        "units", "projects", "funds", "budget_lines", "indicators", "payments", "accounts",
        "transfers", "contracts", "assets", "pre_assessment", "target_review", "monitoring_funds",
        "monitoring_indicators", "panel_scores", "survey", "survey_frame", "site_visits",
        "process", "data_requests", "unit_finance", "rectification", "budget_requests",
        "regulations", "organisation", "publication",
    }  # fmt: skip
    assert named <= set(codebook())


def test_every_reference_and_key_of_the_codebook_exists():
    for table in codebook().values():
        assert set(table.key) <= set(table.columns)
        for column in table.columns.values():
            if column.ref:
                other, name = column.ref.split(".")
                assert codebook()[other].key == (name,)
            if column.name.endswith("_wan"):
                assert column.kind == "money"
