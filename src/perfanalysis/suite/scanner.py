"""What looks like a phone, identity, account or card number in files that are to be published.

Texts are looked at, not pictures: the numbers of a chart stand beside it as a table.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from lxml import etree
from lxml import html as markup

from perfanalysis.data.findings import Finding, Where, finding_at
from perfanalysis.errors import ReportError

CODE = "personal-data"
_SHOWN = 20  # findings in one message
_GAP = r"[ \t\u00a0-]?"
# Neither a longer number, nor the decimals of one, nor part of a name such as a checksum.
_START, _END = r"(?<![\d.,])(?<![A-Za-z_]\d)(?<![0-9a-f]{8})", r"(?![\d])(?!\.\d)(?![0-9a-f]{8})"
_MOBILE = re.compile(rf"{_START}(?:\+?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}{_END}")
_LANDLINE = re.compile(
    rf"{_START}(?:\(0(?:10|2\d|[3-9]\d\d)\)\s?|0(?:10|2\d|[3-9]\d\d)[ -])[2-9]\d{{6,7}}{_END}"
)
_NAMED_PHONE = re.compile(
    r"(?:电话|手机|联系方式|传真|tel|phone|mobile)[^\d\n]{0,8}"
    r"((?:0\d{2,3}[ -]?)?[2-9]\d{6,7})(?![\d.,])",
    re.IGNORECASE,
)
_IDENTITY = re.compile(rf"{_START}[1-9]\d{{5}}{_GAP}\d{{8}}{_GAP}\d{{3}}[\dXx]{_END}")
_CARD = re.compile(rf"{_START}[3-6]\d{{3}}(?:{_GAP}\d{{4}}){{2,3}}(?:{_GAP}\d{{1,4}})?{_END}")
_NAMED_ACCOUNT = re.compile(
    r"(?:账号|帐号|账户|帐户|卡号|开户行?|account|iban)[^\d\n]{0,12}(\d[\d -]{7,30}\d)(?![\d.,])",
    re.IGNORECASE,
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_BLOCKS = (
    "p", "li", "td", "th", "dt", "dd", "h1", "h2", "h3", "h4", "summary", "figcaption", "title",
    "pre",
)  # fmt: skip
_KINDS = {
    "identity": "身份证号",
    "mobile": "手机号码",
    "phone": "电话号码",
    "account": "银行账号或卡号",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A number that should not be public.

    Attributes
    ----------
    kind : {"identity", "mobile", "phone", "account"}
    text : str
        As it stands there.
    """

    kind: str
    text: str

    @property
    def masked(self) -> str:
        """The first three and the last two characters, with stars for the others."""
        return f"{self.text[:3]}{'*' * max(len(self.text) - 5, 1)}{self.text[-2:]}"


def numbers_in(text: str) -> list[Seen]:
    """Return what looks like a personal number in a text, in the order of the kinds.

    An identity number has a valid date and check character (GB 11643-1999), a card number of 13 to
    19 digits the check digit of Luhn (ISO/IEC 7812-1); a shorter or other account number is seen
    by the word before it, for nothing tells it from a project's code.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    found: list[Seen] = []
    for kind, pattern, holds in _PATTERNS:
        for match in pattern.finditer(plain):
            number = match[match.lastindex or 0]
            if holds(number):
                found.append(Seen(kind, number))
                at, end = match.span(match.lastindex or 0)
                plain = f"{plain[:at]}{'#' * (end - at)}{plain[end:]}"
    return found


def scan(folder: Path, *, allowed: Iterable[str] = ()) -> list[Finding]:
    """Look through every published text of a folder.

    Parameters
    ----------
    folder : Path
        With pages, scripts, manifest, Word files and workbook.
    allowed : iterable of str
        Numbers that were looked at and are no personal data.

    Returns
    -------
    list of Finding
        By file, each with its place and the number masked.

    Raises
    ------
    ReportError
        If a file cannot be read, for then nobody knows what it holds.
    """
    known = {_digits(each) for each in allowed}
    found = []
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        name = path.relative_to(folder).as_posix()
        for where, text in (("", name), *_texts(path, name)):
            place = Where(name, *where.split("!", 1)) if where else Where(name)
            found += [
                _finding(place, seen)
                for seen in numbers_in(text)
                if _digits(seen.text) not in known
            ]
    return found


def refuse_unfit(folder: Path, pages: Sequence[str], *, allowed: Iterable[str]) -> None:
    """Refuse to publish a folder that holds personal numbers, or a page that kept nothing back.

    Raises
    ------
    ReportError
        The message names the places, the first twenty of them.
    """
    unkept = [page for page in pages if not _kept_back(folder / page)]
    if unkept:
        raise ReportError(
            f"公开版未发布：{'、'.join(unkept)} 没有按公开版略去内容。请在笔记本中以 "
            "open_work_year(…, edition=edition) 打开年度并由 year.page 建立页面，再重新运行。"
        )
    found = scan(folder, allowed=allowed)
    if found:
        lines = [f"{each.message}。{each.remedy}" for each in found[:_SHOWN]]
        more = f"\n另有 {len(found) - _SHOWN} 处。" if len(found) > _SHOWN else ""
        raise ReportError(
            f"公开版未发布：有 {len(found)} 处像是个人或账户信息，原有公开版保持不变。\n"
            + "\n".join(lines)
            + more
        )


def _kept_back(page: Path) -> bool:
    text = page.read_text("utf-8")
    return 'data-edition="public"' in text or 'data-page="failure"' in text


def _finding(where: Where, seen: Seen) -> Finding:
    return finding_at(
        CODE,
        "error",
        _KINDS[seen.kind],
        where,
        seen.masked,
        f"像是{_KINDS[seen.kind]}（{seen.masked}）",
        "请在数据中改正或删去；确非个人信息的，把该号码列入 suite.toml 的 publish.allowed。",
    )


def _digits(text: str) -> str:
    return re.sub(r"[^\dXx]", "", unicodedata.normalize("NFKC", text)).upper()


def _is_identity(number: str) -> bool:
    digits = _digits(number)
    try:
        born = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return born.year >= 1850 and _CHECKS[total % 11] == digits[17]


def _is_card(number: str) -> bool:
    digits = [int(digit) for digit in _digits(number)]
    if not 13 <= len(digits) <= 19 or len(set(digits)) < 3:
        return False
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_account(number: str) -> bool:
    return 9 <= len(_digits(number)) <= 32


def _always(_: str) -> bool:
    return True


_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_PATTERNS = (
    ("identity", _IDENTITY, _is_identity),
    ("account", _CARD, _is_card),
    ("account", _NAMED_ACCOUNT, _is_account),
    ("mobile", _MOBILE, _always),
    ("phone", _LANDLINE, _always),
    ("phone", _NAMED_PHONE, _always),
)


def _texts(path: Path, name: str) -> Iterator[tuple[str, str]]:
    """Place and text of each piece of a file."""
    reader = _READERS.get(path.suffix)
    if reader is None:
        return
    try:
        yield from reader(path.read_bytes())
    except (OSError, ValueError, KeyError, BadZipFile, etree.LxmlError) as error:
        raise ReportError(
            f"{name} 无法检查（{error}），公开版未发布。请用 --force 重新生成。"
        ) from error


def _html(content: bytes) -> Iterator[tuple[str, str]]:
    root = markup.document_fromstring(content, parser=markup.HTMLParser(encoding="utf-8"))
    anchor = ""
    for element in root.iter(etree.Element):
        anchor = element.get("id") or anchor
        place = f"#{anchor}!<{element.tag}>"
        if element.tag in _BLOCKS:
            yield place, "".join(element.itertext())
        elif element.text and next(element.iterancestors(*_BLOCKS), None) is None:
            yield place, element.text
        for name, value in element.attrib.items():
            if not value.startswith("data:"):
                yield f"#{anchor}!<{element.tag} {name}>", value


def _word(content: bytes) -> Iterator[tuple[str, str]]:
    with ZipFile(BytesIO(content)) as archive:
        for part in archive.namelist():
            if part.endswith((".xml", ".rels")):
                root = etree.fromstring(archive.read(part))
                for number, paragraph in enumerate(root.iter("{*}p"), start=1):
                    text = "".join(each.text or "" for each in paragraph.iter("{*}t"))
                    yield f"{part}!段落{number}", text
                for element in root.iter("{*}docPr", "{*}Relationship"):
                    yield part, " ".join(str(value) for value in element.attrib.values())


def _workbook(content: bytes) -> Iterator[tuple[str, str]]:
    from openpyxl import load_workbook

    book = load_workbook(BytesIO(content), read_only=True)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) or (
                    isinstance(cell.value, int | float) and float(cell.value).is_integer()
                ):
                    value = cell.value if isinstance(cell.value, str) else f"{cell.value:.0f}"
                    yield f"{sheet.title}!{cell.coordinate}", value


def _json(content: bytes) -> Iterator[tuple[str, str]]:
    yield from _walk(json.loads(content), "")


def _script(content: bytes) -> Iterator[tuple[str, str]]:
    """A script of ours: the JSON that it hands over, or else its text line by line."""
    text = content.decode()
    data = re.fullmatch(r"\w+\((.*)\);\n", text, re.DOTALL)
    if data is not None:
        with suppress(ValueError):
            yield from _walk(json.loads(f"[{data[1]}]"), "")
            return
    yield from ((f"第{n}行", line) for n, line in enumerate(text.split("\n"), start=1))


def _walk(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield where, key
            yield from _walk(each, f"{where}/{key}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _walk(each, f"{where}/{number}")
    elif isinstance(value, str):
        yield where, value
    elif isinstance(value, int) and not isinstance(value, bool):
        yield where, str(value)


_READERS = {
    ".html": _html,
    ".docx": _word,
    ".xlsx": _workbook,
    ".json": _json,
    ".js": _script,
}

__all__ = ["CODE", "Seen", "numbers_in", "refuse_unfit", "scan"]
