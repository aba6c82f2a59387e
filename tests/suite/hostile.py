"""A district whose every text is hostile, and the same district with plain texts in its place."""

import csv
import shutil
from pathlib import Path

from perfanalysis.data.codebook import codebook

ROOT = Path(__file__).parents[2]
LONG = "长" * 10_000
REFUSED = "\x1b[31mred\x07\x85"  # not read: a finding, and an empty cell
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    '=HYPERLINK("http://x.example")',
    "../../x",
    "\u202egnp.exe\u2066",
    REFUSED,
    "one\ntwo",
    "]]></w:t>",
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "$\\frac{1}{2}$ {x} %s",
)
PLAIN = "甲"

# Words that are looked up or compared: another word is another computation.
VOCABULARY = {
    "level2", "level3", "indicator", "measure_unit", "target_text", "actual_text", "stated_grade",
    "category", "question", "stratum", "role", "finance_section", "criterion",
    "purpose", "scope", "payee",
    "contractor", "approved_document",
}  # fmt: skip
SETTINGS = """\
work_year = 2021
[district]
name = {district}
sample = true
[engagement]
client = {client}
agency = {agency}
lead_evaluator = {lead}
report_date = 2021-11-30
team = [{{ name = {lead}, unit = {agency}, title = {client}, role = {lead} }}]
[publish]
public = ["60_district", "90_work_summary"]
sheets = ["units", "execution", "rules"]
"""


def hostile_text(number):
    """What the text of the so-many-th row begins with."""
    return LONG if number == 40 else PAYLOADS[number % len(PAYLOADS)]


def plain_text(number):
    """The same for the plain district, which must lose the same cells."""
    return REFUSED if hostile_text(number) == REFUSED else PLAIN


def make_district(root, *, hostile):
    """The district of tests/golden with every text of its tables and settings changed."""
    shutil.copytree(ROOT / "tests" / "golden" / "data", root / "data")
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    before = hostile_text if hostile else plain_text
    for path in sorted((root / "data").glob("*/*.csv")):
        _change(path, before)
    words = [before(number) for number in range(4)]
    quoted = [_toml(f"{word}示例") for word in words]
    names = dict(zip(("district", "client", "agency", "lead"), quoted, strict=True))
    (root / "suite.toml").write_text(SETTINGS.format(**names), "utf-8")
    return root


def _change(path, before):
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    known = codebook()[path.stem].columns.values()
    texts = [c.name for c in known if c.kind == "text" and c.name not in VOCABULARY]
    if not rows:
        return
    for number, row in enumerate(rows):
        for name in texts:
            if row.get(name):
                row[name] = before(number) + row[name]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _toml(text):
    marks = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}
    plain = "".join(marks.get(each, each) for each in text)
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in plain) + '"'
