"""A file that is no form or is hostile is one finding; the rest of the batch is read.

Each file is made here; what it must not do (run, fetch, fill the memory) cannot be asserted, so the
tests hold that it is refused before a reader sees it, by code.
"""

import io
import os
import re
import struct
import zipfile
import zlib

import pytest
from made_forms import ROAD, Sheet, lay_out, ole_file, record, write_docx, write_xls, write_xlsx
from openpyxl import Workbook, load_workbook

import perfanalysis.data.forms_grid as guard_grid
import perfanalysis.data.forms_guard as guard
from perfanalysis.data.forms import read_forms


def part(source, name):
    with zipfile.ZipFile(source) as archive:
        return archive.read(name)


@pytest.fixture
def good(tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    return write_xlsx(folder / "good.xlsx", lay_out(ROAD))


@pytest.fixture
def word(tmp_path):
    folder = tmp_path / "made"
    folder.mkdir(exist_ok=True)
    return write_docx(folder / "good.docx", lay_out(ROAD))


def too_large(path, good, word):
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(200 * 2**20)


def encrypted(path, good, word):
    path.write_bytes(ole_file(b"secret", "EncryptedPackage"))


def old_word(path, good, word):
    path.write_bytes(ole_file(b"text", "WordDocument"))


def other_ole(path, good, word):
    path.write_bytes(ole_file(b"mail", "__properties"))


def macros_in_ole(path, good, word):
    path.write_bytes(ole_file(b"code", "_VBA_PROJECT"))


def truncated(path, good, word):
    path.write_bytes(good.read_bytes()[:-700])


def cut_short(path, good, word):
    path.write_bytes(good.read_bytes()[:300])


def broken_sheet(path, good, word):
    xml = part(good, "xl/worksheets/sheet1.xml")
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = xml[: len(xml) // 2] if name.endswith("sheet1.xml") else old.read(name)
            new.writestr(name, data)


def broken_document(path, good, word):
    with zipfile.ZipFile(word) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[: len(data) // 2] if name == "word/document.xml" else data)


def bomb(path, good, word):
    """300 MB of zeros in 300 KB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("xl/workbook.xml", "<workbook/>")
        with new.open("xl/worksheets/sheet1.xml", "w") as stream:
            for _ in range(300):
                stream.write(bytes(2**20))


def bomb_with_a_lying_header(path, good, word):
    """The directory says 10 bytes."""
    bomb(path, good, word)
    raw = path.read_bytes()
    real = struct.pack("<I", 300 * 2**20)
    path.write_bytes(raw.replace(real, struct.pack("<I", 10)))


def small_part_with_a_lying_header(path, good, word):
    """The directory says less than there is, and its checksum is that of the less."""
    with zipfile.ZipFile(word) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    with zipfile.ZipFile(path) as made:
        entry = made.getinfo("word/document.xml")
        short = zlib.crc32(made.read(entry)[:10])
    told = struct.pack("<III", short, entry.compress_size, 10)
    real = struct.pack("<III", entry.CRC, entry.compress_size, entry.file_size)
    path.write_bytes(path.read_bytes().replace(real, told))


def many_parts(path, good, word):
    with zipfile.ZipFile(path, "w") as new:
        for number in range(guard.MAX_PARTS + 1):
            new.writestr(f"xl/{number}", "")


def macros(path, good, word):
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("xl/vbaProject.bin", b"code")


def entities(path, good, word):
    """A billion laughs, and a file of the machine."""
    evil = (
        b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">'
        b'<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    )
    with zipfile.ZipFile(word) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                data = evil + re.sub(rb"<\?xml.*?\?>", b"", data).replace(b"<w:t>", b"<w:t>&f;")
            new.writestr(name, data)


def entities_in_a_sheet(path, good, word):
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                data = b'<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + data
            new.writestr(name, data)


def endless_rows(path, good, word):
    """A Word table of two million columns."""
    cell = b'<w:tc><w:tcPr><w:gridSpan w:val="200"/></w:tcPr><w:p/></w:tc>'
    table = b"<w:tbl><w:tr>" + cell * 10_000 + b"</w:tr></w:tbl>"
    with zipfile.ZipFile(word) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                data = data.replace(b"<w:body>", b"<w:body>" + table)
            new.writestr(name, data)


def deep(path, good, word):
    nested = b"<w:sdt><w:sdtContent>" * 5000 + b"</w:sdtContent></w:sdt>" * 5000
    with zipfile.ZipFile(word) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                data = data.replace(b"<w:body>", b"<w:body>" + nested)
            new.writestr(name, data)


def archive_of_photos(path, good, word):
    with zipfile.ZipFile(path, "w") as new:
        new.writestr("photo.jpg", b"\xff\xd8")


def web_page(path, good, word):
    path.write_bytes("<html><table><tr><td>项目名称</td></tr></table></html>".encode())


def empty(path, good, word):
    path.write_bytes(b"")


def noise(path, good, word):
    path.write_bytes(bytes(range(256)) * 40)


def other_book(path, good, word):
    book = Workbook()
    book.active.append(["序号", "姓名", "电话"])
    book.save(path)


def locked_xls(path, good, word):
    """FILEPASS of the oldest kind, which calamine passes over."""
    stream = record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0))
    stream += record(0x002F, struct.pack("<HHH", 0, 1, 1)) + record(0x000A, b"")
    path.write_bytes(ole_file(stream, "Workbook"))


REFUSED = [
    (too_large, ".xlsx", "file-too-large"),
    (encrypted, ".xlsx", "file-encrypted"),
    (encrypted, ".docx", "file-encrypted"),
    (locked_xls, ".xls", "file-encrypted"),
    (old_word, ".docx", "file-not-form"),
    (other_ole, ".xls", "file-not-form"),
    (macros_in_ole, ".xls", "file-macros"),
    (macros, ".xlsx", "file-macros"),
    (truncated, ".xlsx", "file-damaged"),
    (cut_short, ".xlsx", "file-damaged"),
    (broken_sheet, ".xlsx", "file-damaged"),
    (broken_document, ".docx", "file-damaged"),
    (deep, ".docx", "file-damaged"),
    (bomb, ".xlsx", "file-zip-bomb"),
    (bomb_with_a_lying_header, ".xlsx", "file-zip-bomb"),
    (small_part_with_a_lying_header, ".docx", "file-zip-bomb"),
    (many_parts, ".xlsx", "file-zip-bomb"),
    (entities, ".docx", "file-hostile"),
    (entities_in_a_sheet, ".xlsx", "file-hostile"),
    (endless_rows, ".docx", "file-too-large"),
    (archive_of_photos, ".xlsx", "file-not-form"),
    (web_page, ".xls", "file-not-form"),
    (empty, ".xlsx", "file-empty"),
    (noise, ".docx", "file-not-form"),
    (other_book, ".xlsx", "file-not-form"),
]


@pytest.mark.parametrize(
    ("make", "suffix", "code"),
    REFUSED,
    ids=[f"{make.__name__}{suffix}" for make, suffix, _ in REFUSED],
)
def test_a_hostile_file_is_one_finding_and_the_rest_goes_on(
    make, suffix, code, good, word, tmp_path
):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    make(inbox / f"bad{suffix}", good, word)
    (inbox / "good.xlsx").write_bytes(good.read_bytes())
    read = read_forms([inbox])
    assert [form.where.file for form in read.forms] == ["good.xlsx"]
    assert [(f.code, f.severity, f.where.file) for f in read.findings] == [
        (code, "error", f"bad{suffix}")
    ]
    assert read.findings[0].message.startswith(f"bad{suffix} ")
    assert read.findings[0].remedy


def test_a_cell_at_the_far_corner_is_not_laid_out(good, tmp_path):
    """Sixteen billion cells between two corners; the other sheet is read."""
    book = Workbook()
    book.active["A1"] = "项目名称"
    book.active["XFD1048576"] = 1
    page = book.create_sheet("自评表")
    for row in lay_out(ROAD).rows:
        page.append(row)
    book.save(tmp_path / "far.xlsx")
    read = read_forms([tmp_path / "far.xlsx"])
    assert [form.where.sheet for form in read.forms] == ["自评表"]
    assert [(f.code, f.where.sheet) for f in read.findings] == [("sheet-left-out", "Sheet")]


def test_a_sheet_too_large_is_named_also_where_it_is_the_only_one(tmp_path):
    book = Workbook(write_only=True)
    page = book.create_sheet("明细")
    for _ in range(guard_grid.MAX_ROWS + 1):
        page.append(["x"])
    book.save(tmp_path / "a.xlsx")
    found = [(f.code, f.where.sheet) for f in read_forms([tmp_path / "a.xlsx"]).findings]
    assert found == [("sheet-left-out", "明细"), ("file-not-form", "")]


def test_borders_far_below_a_form_do_not_hide_it(good):
    book = load_workbook(good)
    for row in range(20, 6000, 3):
        for column in range(1, 31):
            book.active.cell(row, column).number_format = "0.00"
    book.save(good)
    read = read_forms([good])
    assert (len(read.forms), read.findings) == (1, ())


def test_a_hidden_sheet_is_named_not_read(tmp_path):
    book = Workbook()
    for name in ("自评表", "旧表"):
        page = book.create_sheet(name)
        for row in lay_out(ROAD).rows:
            page.append(row)
    del book["Sheet"]
    book["旧表"].sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    read = read_forms([tmp_path / "a.xlsx"])
    assert [form.where.sheet for form in read.forms] == ["自评表"]
    assert [(f.code, f.where.sheet) for f in read.findings] == [("sheet-left-out", "旧表")]


def with_formulas(tmp_path, **cells):
    sheet = lay_out(ROAD)
    path = write_xlsx(tmp_path / "a.xlsx", sheet)
    book = load_workbook(path)
    for address, value in cells.items():
        book.active[address] = value
    book.save(path)
    return path


def test_a_formula_never_calculated_is_a_finding_with_its_cell(tmp_path):
    path = with_formulas(tmp_path, D6="=SUM(D7:D8)", H11="=G11*1")
    read = read_forms([path])
    found = [(f.code, f.where.cell, f.found) for f in read.findings]
    assert found == [
        ("formula-uncalculated", "D6", "=SUM(D7:D8)"),
        ("formula-uncalculated", "H11", "=G11*1"),
    ]
    form = read.forms[0]
    assert (form.total.annual_wan, form.total.executed_wan) == (None, 90)
    assert (form.indicators[0].score, form.indicators[0].points) == (None, 20)


def test_a_target_typed_behind_an_equals_sign_is_no_formula(tmp_path):
    """Excel takes =100% for a formula; a unit that typed it meant a target."""
    path = with_formulas(tmp_path, E11="=100%", E12="=6艘", E13="=有效")
    form = read_forms([path]).forms[0]
    assert [(row.op, row.target, row.measure_unit) for row in form.indicators[:2]] == [
        ("equal", 100, "%"),
        ("equal", 6, "艘"),
    ]
    assert form.indicators[2].target_text == "=有效"


def test_a_value_from_another_workbook_is_not_taken(tmp_path):
    path = with_formulas(tmp_path, D6="=[1]Sheet1!A1")
    linked = tmp_path / "linked.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(linked, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                data = data.replace(b"<f>[1]Sheet1!A1</f><v></v>", b"<f>[1]Sheet1!A1</f><v>77</v>")
                data = data.replace(b"<f>[1]Sheet1!A1</f><v />", b"<f>[1]Sheet1!A1</f><v>77</v>")
            new.writestr(name, data)
        new.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
    read = read_forms([linked])
    assert [(f.code, f.where.cell) for f in read.findings] == [
        ("file-external-links", ""),
        ("value-external", "D6"),
    ]
    assert read.forms[0].total.annual_wan is None


def test_a_word_file_that_would_fetch_something_is_named_and_read(word, tmp_path):
    link = (
        b'<Relationship Id="rId99" TargetMode="External" Target="https://example.invalid/t.dotm" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/>'
    )
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(word) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/_rels/document.xml.rels":
                data = data.replace(b"</Relationships>", link + b"</Relationships>")
            new.writestr(name, data)
    read = read_forms([path])
    assert len(read.forms) == 1
    assert [(f.code, f.found) for f in read.findings] == [
        ("file-external-links", "https://example.invalid/t.dotm")
    ]


def test_a_percentage_format_reads_as_it_is_shown(tmp_path):
    path = with_formulas(tmp_path, E11=1, F11=0.985, F13=0.9)
    book = load_workbook(path)
    for address in ("E11", "F11"):
        book.active[address].number_format = "0.0%"
    book.save(path)
    read = read_forms([path])
    first, _, third = read.forms[0].indicators[:3]
    assert (first.target, first.measure_unit, first.actual) == (100, "%", 98.5)
    assert (third.actual, [f.code for f in read.findings]) == (None, ["actual-ratio-unclear"])


def test_an_error_value_is_a_finding(tmp_path):
    path = with_formulas(tmp_path)
    with zipfile.ZipFile(path) as old:
        data = {name: old.read(name) for name in old.namelist()}
    name = "xl/worksheets/sheet1.xml"
    data[name] = re.sub(
        rb'<c r="D6"[^>]*>.*?</c>', b'<c r="D6" t="e"><v>#DIV/0!</v></c>', data[name]
    )
    with zipfile.ZipFile(path, "w") as new:
        for each, content in data.items():
            new.writestr(each, content)
    read = read_forms([path])
    assert [(f.code, f.where.cell, f.found) for f in read.findings] == [
        ("cell-error", "D6", "#DIV/0!")
    ]


def test_merges_over_each_other_are_refused(tmp_path):
    sheet = Sheet([["项目名称", "甲"], ["一级指标", "得分"]], [], 2)
    path = write_xlsx(tmp_path / "a.xlsx", sheet)
    ranges = b"<mergeCells>" + b'<mergeCell ref="A1:B2"/>' * 9 + b"</mergeCells>"
    with zipfile.ZipFile(path) as old:
        data = {name: old.read(name) for name in old.namelist()}
    name = "xl/worksheets/sheet1.xml"
    data[name] = data[name].replace(b"</sheetData>", b"</sheetData>" + ranges)
    with zipfile.ZipFile(path, "w") as new:
        for each, content in data.items():
            new.writestr(each, content)
    assert [f.code for f in read_forms([path]).findings] == ["file-damaged"]


def test_the_content_says_what_a_file_is_not_its_name(good, tmp_path):
    path = tmp_path / "a.xls"
    path.write_bytes(good.read_bytes())
    assert len(read_forms([path]).forms) == 1


def test_every_other_file_in_a_folder_is_named_and_office_locks_are_not(good, tmp_path):
    for name in ("~$good.xlsx", ".hidden.xlsx", "photo.jpg", "readme.txt"):
        (good.parent / name).write_bytes(b"x")
    for name in ("a.doc", "b.pdf", "c.xlsm"):
        (good.parent / name).write_bytes(b"x")
    read = read_forms([good.parent])
    assert len(read.forms) == 1
    assert [(f.code, f.where.file) for f in read.findings] == [
        ("file-not-form", "a.doc"),
        ("file-not-form", "b.pdf"),
        ("file-macros", "c.xlsm"),
        ("file-not-form", "photo.jpg"),
        ("file-not-form", "readme.txt"),
    ]
    assert [f.severity for f in read.findings] == ["error"] * 3 + ["warning"] * 2
    assert all(f.where.file in f.message and "另存为" in f.remedy for f in read.findings)


def test_a_file_in_a_subfolder_is_named_by_its_path_and_read_once(good, tmp_path):
    below = good.parent / "交通局"
    below.mkdir()
    os.replace(good, below / "自评表.xlsx")
    read = read_forms([good.parent, below / "自评表.xlsx", tmp_path / "none.xlsx"])
    assert [form.where.file for form in read.forms] == ["交通局/自评表.xlsx"]
    assert [f.code for f in read.findings] == ["file-missing"]


def test_an_xls_file_may_be_read_too(tmp_path):
    path = write_xls(tmp_path / "a.xls", lay_out(ROAD))
    assert len(read_forms([path]).forms) == 1
    cut = tmp_path / "b.xls"
    cut.write_bytes(path.read_bytes()[:1500])
    assert [f.code for f in read_forms([cut]).findings] == ["file-damaged"]


def test_a_part_that_unpacks_beyond_its_limit_is_never_held_whole(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("word/document.xml", bytes(guard.MAX_PART_BYTES + 1))
    path = tmp_path / "a.docx"
    path.write_bytes(buffer.getvalue())
    with pytest.raises(guard.FormFileError) as caught:
        guard.open_form_file(path)
    assert caught.value.code == "file-zip-bomb"
