"""Find the unit and the project of a form in the tables: forms name them in words.

Names match exactly once widths, spaces, quotes and a leading code are left out; nearness of names
only suggests. Who is not found gets a provisional id, the same each time, and a finding.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from rapidfuzz import fuzz, process

from perfanalysis.data.findings import Finding, finding_at
from perfanalysis.data.forms_model import Form
from perfanalysis.data.forms_text import plain

PROVISIONAL = "tmp"
"""Provisional ids begin with it."""
SUGGEST_FROM = 70
"""Likeness (0 to 100) from which a name is suggested."""
_CODE = re.compile(r"[\[【(]([0-9A-Z]{2,40})[\]】)](?=.)|([0-9A-Z]{3,40})[-_—](?=.)", re.ASCII)
_LEFT_OUT = re.compile(r"[\s“”\"'‘’《》〈〉「」·,，。、;；:：()\[\]【】_-]")


@dataclass(frozen=True, slots=True)
class Matched:
    """A form with its place in the tables.

    Attributes
    ----------
    form : Form
    unit_id, department_id : str
        `department_id` is empty where the form names none.
    project_id : str
        Empty of a form of the unit as a whole.
    new_unit, new_project : bool
        Whether the id is provisional.
    provisional_unit_id, provisional_project_id : str
        What the ids are, or would be, without a match.
    """

    form: Form
    unit_id: str
    department_id: str
    project_id: str
    new_unit: bool
    new_project: bool
    provisional_unit_id: str
    provisional_project_id: str


@lru_cache(maxsize=8192)
def name_key(name: str) -> str:
    """A name reduced to what identifies it.

    Examples
    --------
    >>> name_key("[155]某县 民政局") == name_key("某县民政局"), name_key("219001-某镇（本级）")
    (True, '某镇本级')
    """
    folded = plain(name)
    code = _CODE.match(folded)
    return _LEFT_OUT.sub("", folded[code.end() :] if code else folded).lower()


def name_code(name: str) -> str:
    """The code written before a name; empty where there is none."""
    code = _CODE.match(plain(name))
    return (code[1] or code[2]) if code else ""


def name_without_code(name: str) -> str:
    """The name as printed, without a code before it."""
    code = _CODE.match(name)
    return name[code.end() :].strip() if code else name


def provisional_id(kind: str, *names: str) -> str:
    """An id that follows from the names alone."""
    digest = sha256("|".join(map(name_key, names)).encode()).hexdigest()
    return f"{PROVISIONAL}-{kind}-{digest[:10]}"


def is_provisional(identity: str) -> bool:
    """Whether an id was made up for lack of a match."""
    return identity.startswith(f"{PROVISIONAL}-")


class Directory:
    """The units and projects of a year, by name and by id.

    Rows under provisional ids are left out: they are what earlier imports did not find.

    Parameters
    ----------
    units : iterable of (unit_id, name)
    projects : iterable of (project_id, unit_id, name)
    """

    def __init__(
        self, units: Iterable[tuple[str, str]], projects: Iterable[tuple[str, str, str]]
    ) -> None:
        self.unit_names = {unit: name for unit, name in units if not is_provisional(unit)}
        rows = [row for row in projects if row[0] and not is_provisional(row[0])]
        self.project_names = {project: name for project, _, name in rows}
        self._units = _by_key((unit, name) for unit, name in self.unit_names.items())
        self._projects: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for project, unit, name in rows:
            self._projects[unit][name_key(name)].append(project)

    def unit(self, name: str) -> str:
        """Id of the unit of that name, or of that code; empty where none or several are."""
        found = self._units.get(name_key(name), []) if name else []
        if len(found) == 1:
            return found[0]
        code = name_code(name)
        return code if not found and code in self.unit_names else ""

    def project(self, unit: str, name: str) -> str:
        """Id of the unit's project of that name or code; empty where none or several are."""
        found = self._projects[unit].get(name_key(name), [])
        if len(found) == 1:
            return found[0]
        code = name_code(name)
        return code if not found and code in self.project_names else ""


def _by_key(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for identity, name in pairs:
        found[name_key(name)].append(identity)
    return found


def match_forms(forms: Sequence[Form], directory: Directory) -> tuple[list[Matched], list[Finding]]:
    """Match each form; those without a unit or project name are left out, with a finding."""
    matched: list[Matched] = []
    findings: list[Finding] = []
    for form in forms:
        unnamed = _unnamed(form)
        if unnamed:
            findings.append(unnamed)
            continue
        matched.append(_match(form, directory, findings))
    return matched, findings


def _match(form: Form, directory: Directory, findings: list[Finding]) -> Matched:
    own = form.unit or form.dept
    department = directory.unit(form.dept)
    unit = directory.unit(form.unit) or department
    provisional_unit = provisional_id("u", own)
    if not unit:
        findings.append(_unknown_unit(form, own, provisional_unit, directory.unit_names))
    elif unit == department and form.unit and not directory.unit(form.unit):
        findings.append(_by_department(form, unit))
    provisional_project = "" if form.whole_unit else provisional_id("p", own, form.project)
    project = "" if form.whole_unit or not unit else directory.project(unit, form.project)
    if not form.whole_unit and not project:
        names = directory.project_names
        findings.append(_unknown_project(form, provisional_project, names))
    same = name_key(form.dept) == name_key(own)
    return Matched(
        form=form,
        unit_id=unit or provisional_unit,
        department_id=department or _department(form, same, unit or provisional_unit),
        project_id=project or provisional_project,
        new_unit=not unit,
        new_project=not project and not form.whole_unit,
        provisional_unit_id=provisional_unit,
        provisional_project_id=provisional_project,
    )


def _department(form: Form, same: bool, unit: str) -> str:
    if not form.dept:
        return ""
    return unit if same else provisional_id("u", form.dept)


def _unnamed(form: Form) -> Finding | None:
    if (form.unit or form.dept) and (form.project or form.whole_unit):
        return None
    absent = "项目名称" if form.unit or form.dept else "实施单位和主管部门"
    where = form.project_where if form.unit or form.dept else form.unit_where
    return finding_at(
        "form-unnamed",
        "error",
        "form",
        where,
        "",
        f"没有填{absent}，该表未写入数据表",
        f"请补填{absent}后重新导入。",
    )


def _unknown_unit(form: Form, name: str, provisional: str, names: Mapping[str, str]) -> Finding:
    return finding_at(
        "unit-unmatched",
        "warning",
        name,
        form.unit_where,
        name,
        f"单位“{name}”不在单位表中，暂用编码 {provisional}",
        f"{_suggestion(name, names)}请在单位表中补录，或改正表上的名称，再重新导入。",
    )


def _by_department(form: Form, unit: str) -> Finding:
    return finding_at(
        "unit-by-department",
        "note",
        unit,
        form.unit_where,
        form.unit,
        f"实施单位“{form.unit}”不在单位表中，按主管部门“{form.dept}”（{unit}）记入",
        "实施单位是独立预算单位的，请在单位表中补录。",
    )


def _unknown_project(form: Form, provisional: str, names: Mapping[str, str]) -> Finding:
    return finding_at(
        "project-unmatched",
        "warning",
        form.project,
        form.project_where,
        form.project,
        f"项目“{form.project}”不在该单位的项目表中，暂用编码 {provisional}",
        f"{_suggestion(form.project, names)}请在项目表中补录，或改正表上的名称，再重新导入。",
    )


def _suggestion(name: str, names: Mapping[str, str]) -> str:
    """The most alike name of the table, as a hint."""
    if not names:
        return ""
    keys = {identity: name_key(each) for identity, each in names.items()}
    best = process.extractOne(name_key(name), keys, scorer=fuzz.ratio, score_cutoff=SUGGEST_FROM)
    return f"最接近的是“{names[best[2]]}”（{best[2]}）。" if best else ""


__all__ = [
    "PROVISIONAL",
    "Directory",
    "Matched",
    "is_provisional",
    "match_forms",
    "name_code",
    "name_key",
    "name_without_code",
    "provisional_id",
]
