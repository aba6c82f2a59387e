"""The entry page over the published work years, rebuilt from their manifests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from perfanalysis.errors import DataError, ParameterError
from perfanalysis.report import INDEX
from perfanalysis.report.listings import Entry
from perfanalysis.report.templating import assets
from perfanalysis.report.text import LANGS
from perfanalysis.report.years import (
    YEARS_SCRIPT,
    Edition,
    render_years,
    years_page,
    years_script,
)
from perfanalysis.suite.durable import PARTS, write_whole
from perfanalysis.suite.manifest import FILE_NAME, read_manifest

_FOLDER = re.compile(r"\d{4}(-public)?(/en)?")


def rebuild_years(reports: Path) -> None:
    """Write the entry page of every language that a work year is published in.

    The page of the first language is also the folder's ``index.html``.

    Parameters
    ----------
    reports : Path
        Folder of the published editions.

    Raises
    ------
    ParameterError
        If a file cannot be written; the work years themselves stand as they are.
    """
    editions = list(_editions(reports))
    files = {name: text for name, text in assets().items() if name != "search.js"}
    files[YEARS_SCRIPT] = years_script(editions)
    for lang in (lang for lang in LANGS if any(each.lang == lang for each in editions)):
        page = render_years(editions, lang)
        files[years_page(lang)] = page
        files.setdefault(INDEX, page)
    try:
        for part in reports.glob(PARTS):
            part.unlink(missing_ok=True)
        for name, text in files.items():
            write_whole(reports / name, text.encode())
    except OSError as error:
        raise ParameterError(
            f"本年度的报告已发布，但 {reports} 中的历年入口页写不了（{error.strerror or error}）。"
            "请核对磁盘空间和写入权限后重新运行。"
        ) from error


def _editions(reports: Path) -> Iterator[Edition]:
    """Published folders by name; one whose manifest cannot be read is passed over."""
    for path in sorted((*reports.glob(f"*/{FILE_NAME}"), *reports.glob(f"*/*/{FILE_NAME}"))):
        folder = path.parent.relative_to(reports).as_posix()
        if _FOLDER.fullmatch(folder):
            with suppress(DataError, KeyError, TypeError):
                yield _edition(folder, read_manifest(path.parent))


def _edition(folder: str, about: dict[str, Any]) -> Edition:
    return Edition(
        folder=folder,
        work_year=about["work_year"],
        lang=about["lang"],
        edition=about["edition"],
        title=about["title"],
        sample=about["sample"],
        money=(about["money"]["unit"], about["money"]["scale"]),
        entries=tuple(
            Entry(
                href=page,
                group=each["group"],
                title=each["title"],
                status="failed" if each["failed"] else "made",
                headline=each["headline"],
            )
            for page, each in sorted(about["pages"].items())
        ),
    )


__all__ = ["rebuild_years"]
