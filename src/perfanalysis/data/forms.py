"""Read official self-evaluation forms (项目支出绩效自评表) as units really fill them.

Every file is looked at before it is opened; one that cannot be read is a finding, and the rest of
the batch goes on. What a cell says that cannot be taken is a finding, and the rest of the form is
kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from perfanalysis.data.findings import Finding, Where
from perfanalysis.data.forms_beside import apart
from perfanalysis.data.forms_excel import read_excel
from perfanalysis.data.forms_grid import Grid
from perfanalysis.data.forms_guard import FormFileError, open_form_file
from perfanalysis.data.forms_layout import Layout, find_forms
from perfanalysis.data.forms_model import Form
from perfanalysis.data.forms_read import read_form
from perfanalysis.data.forms_word import read_word
from perfanalysis.data.forms_words import is_other_form, words_of

SUFFIXES = (".xlsx", ".xls", ".docx")
_MACROS = (".xlsm", ".xltm", ".docm", ".dotm", ".xlam", ".xlsb")
_OTHERS = (*_MACROS, ".doc", ".wps", ".et", ".pdf", ".zip", ".rar", ".7z", ".ods", ".odt")


@dataclass(frozen=True)
class FormsRead:
    """The forms of a batch of files.

    Attributes
    ----------
    forms : tuple of Form
        In the order of the files' names, then as they stand in a file.
    findings : tuple of Finding
        What could not be read.
    """

    forms: tuple[Form, ...]
    findings: tuple[Finding, ...]


def read_forms(paths: Sequence[Path | str]) -> FormsRead:
    """Read every form in the files and folders named.

    Parameters
    ----------
    paths : sequence of Path or str
        Files (.xlsx, .xls, .docx), or folders that are searched for them. A file is named in
        findings by its path inside its folder.

    Returns
    -------
    FormsRead
    """
    forms: list[Form] = []
    findings: list[Finding] = []
    for path, name in _files([Path(path) for path in paths], findings):
        try:
            found, problems = _read_file(path, name)
        except FormFileError as refused:
            findings.append(_refused(name, refused))
            continue
        forms += found
        findings += problems
    return FormsRead(tuple(forms), tuple(findings))


def _files(paths: Sequence[Path], findings: list[Finding]) -> Iterator[tuple[Path, str]]:
    """Each file once, with the name that findings use; sorted within a folder."""
    seen: set[Path] = set()
    folders: dict[Path, Path] = {}
    for path in paths:
        if not path.exists():
            findings.append(_missing(path))
            continue
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in inside:
            if not file.is_file() or file.name.startswith((".", "~$")):
                continue
            if len(paths) > 1:
                real = _real(file, folders)
                if real in seen:
                    continue
                seen.add(real)
            name = file.relative_to(path).as_posix() if path.is_dir() else file.name
            if path.is_dir() and file.suffix.lower() not in SUFFIXES:
                findings += _not_read(file, name)
                continue
            yield file, name


def _real(file: Path, folders: dict[Path, Path]) -> Path:
    """The file that a path leads to; a folder is followed once for all its files."""
    if file.is_symlink():
        return file.resolve()
    if file.parent not in folders:
        folders[file.parent] = file.parent.resolve()
    return folders[file.parent] / file.name


def _read_file(path: Path, name: str) -> tuple[list[Form], list[Finding]]:
    package = open_form_file(path)
    reader = read_word if package.kind == "docx" else read_excel
    grids, findings = reader(package, name)
    layouts: list[Layout] = []
    for grid in _joined(grids):
        parted, problems = apart(grid)
        findings += problems
        for each in parted:
            layouts += find_forms(each)
    found = [layout for layout in layouts if layout.is_form and not _of_other_kind(layout)]
    if not found:
        return [], [*findings, _refused(name, _no_form(layouts))]
    forms = []
    for layout in layouts:
        if layout not in found:
            findings += _sheet_not_read(layout)
            continue
        form, problems = read_form(layout)
        forms.append(form)
        findings += problems
    return forms, findings


def _joined(grids: list[Grid]) -> list[Grid]:
    """Tables that a page break cut in two are one form again."""
    joined: list[Grid] = []
    for grid in grids:
        last = find_forms(joined[-1])[-1] if joined and grid.sheet.startswith("表") else None
        if last is not None and _goes_on(last, grid):
            joined[-1] = joined[-1].followed_by(grid)
        else:
            joined.append(grid)
    return joined


def _goes_on(last: Layout, grid: Grid) -> bool:
    """The form above lacks its end, and the table below has no head of its own."""
    first = find_forms(grid)[0]
    cut_off = last.total < 0 and "project" in last.labels
    return cut_off and "project" not in first.labels and not first.titles and not first.funds


def _of_other_kind(layout: Layout) -> bool:
    above = [text for text in layout.grid.preamble if words_of(text).row == "title"]
    titles = [cell.text for cell in layout.titles] or above
    return bool(titles) and all(map(is_other_form, titles))


def _no_form(layouts: list[Layout]) -> FormFileError:
    others = [cell.text for layout in layouts for cell in layout.titles]
    found = others[0] if others else ""
    what = f"里面是《{found}》，不是绩效自评表" if found else "里面没有绩效自评表"
    return FormFileError(
        "file-not-form",
        found,
        f"{what}（没有项目资金和绩效指标两部分），未读入",
        "请核对是否交错了文件；表式与统一表式不同的，请按统一表式重填。",
    )


def _sheet_not_read(layout: Layout) -> list[Finding]:
    grid = layout.grid
    filled = sum(1 for row in grid.rows[layout.start : layout.end] if any(c.text for c in row))
    if not filled:
        return []
    where = Where(grid.file, grid.sheet)
    return [
        Finding(
            "sheet-left-out",
            "note",
            grid.sheet,
            where,
            f"{filled} 行",
            f"{where} 不是绩效自评表，未读入",
            "如其中有自评内容，请按统一表式重填。",
        )
    ]


def _refused(name: str, refused: FormFileError) -> Finding:
    return Finding(
        refused.code,
        "error",
        name,
        Where(name),
        refused.found,
        f"{name} {refused.problem}",
        refused.remedy,
    )


def _missing(path: Path) -> Finding:
    return Finding(
        "file-missing",
        "error",
        path.name,
        Where(path.name),
        "",
        f"找不到 {path.name}",
        "请核对路径。",
    )


def _not_read(file: Path, name: str) -> list[Finding]:
    """A file of a kind that is not read; of no document's kind, a warning."""
    suffix = file.suffix.lower()
    code = "file-macros" if suffix in _MACROS else "file-not-form"
    return [
        Finding(
            code,
            "error" if suffix in _OTHERS else "warning",
            name,
            Where(name),
            suffix,
            f"{name} {f'是 {suffix} 文件' if suffix else '没有扩展名'}，未读入",
            "是自评表的，请另存为 .xlsx 或 .docx 后重新导入；不是的，请移出该文件夹。",
        )
    ]


__all__ = ["SUFFIXES", "FormsRead", "read_forms"]
