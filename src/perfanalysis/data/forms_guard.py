"""Refuse a file that is no form, or that could harm whoever opens it, before a reader sees it.

Nothing here trusts a name or a header: what a file is follows from its first bytes, and what an
archive unpacks to is counted while it is unpacked.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

from perfanalysis.errors import DataError

MAX_FILE_BYTES = 50 * 2**20
"""Largest file opened. A form with scanned pages in it stays far below."""
MAX_UNPACKED_BYTES = 200 * 2**20
"""Most bytes that an Office file may unpack to."""
MAX_PART_BYTES = 60 * 2**20
"""Most bytes of one XML part."""
MAX_RATIO = 200
"""Most times that a part may grow when unpacked; counted from `RATIO_FROM_BYTES` on."""
RATIO_FROM_BYTES = 8 * 2**20
MAX_PARTS = 5_000
"""Most parts in an Office file."""
_MOST_DEFLATED = 1032
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOK_BEGINS = b"\x09\x08\x10\x00\x00\x06\x05\x00"
_FILEPASS, _FIRST_RECORDS = 0x2F, 6
_WEB = re.compile(rb"^\s*(<!doctype|<html|<\?xml|<table|mime-version)", re.IGNORECASE)
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)

Kind = Literal["xlsx", "docx", "xls"]


class FormFileError(DataError):
    """A file cannot be read as a form.

    Attributes
    ----------
    code, found, problem, remedy : str
        As in a `Finding`; `problem` goes on from the name of the file.
    """

    def __init__(self, code: str, found: str, problem: str, remedy: str) -> None:
        self.code = code
        self.found = found
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem}。{remedy}")


@dataclass(frozen=True)
class Package:
    """A file that may be read.

    Attributes
    ----------
    kind : {"xlsx", "docx", "xls"}
        What it is, whatever its name says.
    raw : bytes
    archive : ZipFile or None
        None for ``xls``.
    names : frozenset of str
        Parts of the archive.
    """

    kind: Kind
    raw: bytes
    archive: zipfile.ZipFile | None
    names: frozenset[str]

    def part(self, name: str) -> bytes:
        """One XML part, unpacked; empty where there is none.

        Raises
        ------
        FormFileError
            If it is damaged, too large, or declares entities.
        """
        if self.archive is None or name not in self.names:
            return b""
        data = _unpacked(self.raw, self.archive.getinfo(name))
        if b"!" in data and (b"<!DOCTYPE" in data or b"<!ENTITY" in data):
            raise FormFileError(
                "file-hostile",
                name,
                "含有实体声明（DOCTYPE），正常的表格文件没有这种内容，未读入",
                "请用 Excel、Word 或 WPS 打开核对后另存。",
            )
        return data


def open_form_file(path: Path) -> Package:
    """Look at a file and open it, without running or following anything in it.

    Raises
    ------
    FormFileError
        If it is too large, encrypted, truncated, packed beyond the limits, has macros, or is no
        Excel or Word file.
    """
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            _refuse_size(size)
        raw = path.read_bytes()
    except OSError as problem:
        raise FormFileError(
            "file-unreadable",
            type(problem).__name__,
            "无法打开，未读入",
            "请核对路径与权限，并关闭占用它的程序。",
        ) from None
    if raw.startswith(_ZIP):
        return _package(raw)
    if raw.startswith(_OLE):
        return _compound(raw)
    _refuse_other(raw)


def _refuse_size(size: int) -> NoReturn:
    raise FormFileError(
        "file-too-large",
        f"{size / 2**20:.0f} MB",
        f"有 {size / 2**20:.0f} MB，超过 {MAX_FILE_BYTES >> 20} MB，未读入",
        "自评表不会这样大。请只保留表格，删去图片和附件后另存。",
    )


def _refuse_other(raw: bytes) -> NoReturn:
    if not raw.strip():
        raise FormFileError("file-empty", "", "是空文件，未读入", "请向填报单位重新索取。")
    if _WEB.match(raw[:200]):
        raise FormFileError(
            "file-not-form",
            "网页",
            "其实是网页或 XML 文件，未读入",
            "请用 Excel 或 WPS 打开后另存为 .xlsx。",
        )
    raise FormFileError(
        "file-not-form",
        raw[:8].hex(),
        "不是 Excel 或 Word 文件，或已损坏，未读入",
        "请提供 .xlsx、.xls 或 .docx 格式的自评表。",
    )


def _package(raw: bytes) -> Package:
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        entries = archive.infolist()
    except _BROKEN as problem:
        _refuse_damaged(problem)
    _check_entries(entries)
    names = frozenset(entry.filename for entry in entries)
    if any(name.rsplit("/", 1)[-1].lower() == "vbaproject.bin" for name in names):
        raise FormFileError(
            "file-macros",
            "vbaProject.bin",
            "含有宏，未读入",
            "请另存为不含宏的 .xlsx 或 .docx 后重新提交。",
        )
    _count_unpacked(raw, entries)
    if "xl/workbook.xml" in names:
        return Package("xlsx", raw, archive, names)
    if "word/document.xml" in names:
        return Package("docx", raw, archive, names)
    raise FormFileError(
        "file-not-form",
        "ZIP",
        "是压缩文件，里面没有 Excel 工作簿或 Word 文档，未读入",
        "请解压后提供 .xlsx、.xls 或 .docx 格式的自评表。",
    )


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if any(entry.flag_bits & 1 for entry in entries):
        _refuse_encrypted()
    unpacked = sum(entry.file_size for entry in entries)
    worst = max((entry.file_size / max(entry.compress_size, 1) for entry in entries), default=0)
    if len(entries) > MAX_PARTS or unpacked > MAX_UNPACKED_BYTES:
        _refuse_bomb(f"{len(entries)} 个部分，{unpacked / 2**20:.0f} MB")
    if unpacked > RATIO_FROM_BYTES and worst > MAX_RATIO:
        _refuse_bomb(f"压缩比 {worst:.0f}")


def _count_unpacked(raw: bytes, entries: list[zipfile.ZipInfo]) -> None:
    """Unpack the parts that are packed large enough to hide a bomb; small ones hold little."""
    left = MAX_UNPACKED_BYTES
    for entry in entries:
        if entry.compress_size * _MOST_DEFLATED > MAX_PART_BYTES:
            left -= len(_unpacked(raw, entry))
            if left < 0:
                _refuse_bomb(f"超过 {MAX_UNPACKED_BYTES >> 20} MB")


def _unpacked(raw: bytes, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of a part, counted as they come.

    Not by `zipfile`, which stops where the header says that the part ends: other readers do not.
    """
    lengths = raw[entry.header_offset + 26 : entry.header_offset + 30]
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or len(lengths) < 4:
        _refuse_damaged(NotImplementedError())
    begin = entry.header_offset + 30 + sum(struct.unpack("<HH", lengths))
    packed = raw[begin : begin + entry.compress_size]
    data = packed
    if entry.compress_type == zipfile.ZIP_DEFLATED:
        try:
            data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, MAX_PART_BYTES + 1)
        except zlib.error as problem:
            _refuse_damaged(problem)
    if len(data) > MAX_PART_BYTES:
        _refuse_bomb(f"{entry.filename} 超过 {MAX_PART_BYTES >> 20} MB")
    if len(data) != entry.file_size:
        _refuse_bomb(f"{entry.filename} 的大小与目录所写不符")
    if zlib.crc32(data) != entry.CRC:
        _refuse_damaged(zipfile.BadZipFile())
    return data


def _refuse_bomb(found: str) -> NoReturn:
    raise FormFileError(
        "file-zip-bomb",
        found,
        f"解压后异常大（{found}），未打开",
        "请核对文件来源；确是自评表的，请复制到新文件后提交。",
    )


def _refuse_damaged(problem: Exception) -> NoReturn:
    raise FormFileError(
        "file-damaged",
        type(problem).__name__,
        "不完整或已损坏，未读入",
        "请用 Excel、Word 或 WPS 打开核对，或向填报单位重新索取。",
    ) from None


def _refuse_encrypted() -> NoReturn:
    raise FormFileError(
        "file-encrypted", "有密码", "有密码，未读入", "请取消密码后另存，或向填报单位索取。"
    )


def _compound(raw: bytes) -> Package:
    """An OLE file: an old workbook, an old Word document, or an encrypted new one."""
    if _utf16("EncryptedPackage") in raw or _utf16("EncryptionInfo") in raw:
        _refuse_encrypted()
    if _utf16("_VBA_PROJECT") in raw:
        raise FormFileError(
            "file-macros", "_VBA_PROJECT", "含有宏，未读入", "请另存为不含宏的 .xlsx 后重新提交。"
        )
    if _utf16("WordDocument") in raw:
        raise FormFileError(
            "file-not-form",
            ".doc",
            "是旧版 Word 文件（.doc），不能读入",
            "请用 Word 或 WPS 另存为 .docx。",
        )
    if _utf16("Workbook") in raw or _utf16("Book") in raw:
        if _has_password(raw):
            _refuse_encrypted()
        return Package("xls", raw, None, frozenset())
    raise FormFileError(
        "file-not-form",
        "OLE",
        "不是 Excel 或 Word 文件，未读入",
        "请提供 .xlsx、.xls 或 .docx 格式的自评表。",
    )


def _has_password(raw: bytes) -> bool:
    """Whether a FILEPASS record is among the first of the workbook."""
    place = raw.find(_WORKBOOK_BEGINS)
    for _ in range(_FIRST_RECORDS):
        if place < 0 or place + 4 > len(raw):
            return False
        kind, length = struct.unpack_from("<HH", raw, place)
        if kind == _FILEPASS:
            return True
        place += 4 + length
    return False


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-le")


__all__ = [
    "MAX_FILE_BYTES",
    "MAX_PARTS",
    "MAX_PART_BYTES",
    "MAX_RATIO",
    "MAX_UNPACKED_BYTES",
    "FormFileError",
    "Kind",
    "Package",
    "open_form_file",
]
