"""What a report's cells depend on, why they run again, and what the last run left behind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from perfanalysis.suite.cache.program import combined, program
from perfanalysis.suite.cache.store import Store
from perfanalysis.suite.config import Suite
from perfanalysis.suite.durable import write_whole
from perfanalysis.suite.lock import locked
from perfanalysis.suite.manifest import (
    FILE_NAME,
    commit_of,
    hashes,
    published_files,
    read_manifest,
)
from perfanalysis.suite.outcome import Outcome, RunResult
from perfanalysis.suite.request import Request, Sources, from_root

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "forced": "要求全部重做",
        "new": "首次生成",
        "retried": "上次未能生成",
        "program": "程序或所用的库有改动",
        "notebook": "笔记本有改动",
        "parameters": "参数有改动",
        "settings": "工作设置或规则有改动",
        "data": "所读的数据有改动",
        "engine": "换了运行引擎",
        "page": "页面模板或前后页有改动",
        "entry": "缓存缺失或损坏",
    }
)
"""Why a page is made again, the first that holds."""
_PLACES_AND_FORCE = ("data", "reports", "notebooks", "force")
_CHANGES = ("program", "notebook", "parameters", "settings", "data", "engine")


def digest_of(value: object) -> str:
    """sha256 of a plain value."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Record:
    """What a run left behind of one edition.

    Attributes
    ----------
    stamp : str
        Digest of all that the run depended on; empty if something failed.
    manifest : str
        sha256 of the manifest that it published.
    result : mapping
        Its `RunResult` as plain types.
    basis : str
        Digest of all that any report could read; see `basis_of`.
    pages : mapping of str to mapping
        ``parts``, ``entries`` and ``basis`` of each page that is published.
    """

    stamp: str
    manifest: str
    result: Mapping[str, Any]
    basis: str = ""
    pages: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Before:
    """What the last run of this edition left.

    Attributes
    ----------
    path : Path
        Where its record is kept.
    record : Record or None
    stamp : str
        Digest of all that this run depends on.
    """

    path: Path
    record: Record | None
    stamp: str


def record_path(suite: Suite, request: Request) -> Path:
    """Where the record of an edition is kept."""
    where = digest_of(from_root(suite.root.resolve(), request.reports))[:8]
    return cache_folder(suite) / "runs" / f"{request.name}-{where}.json"


def cache_folder(suite: Suite) -> Path:
    """Where a workspace keeps what it need not do again."""
    return suite.root / "build" / "cache"


def read_record(path: Path) -> Record | None:
    """Return the record; None where there is none that can be used."""
    try:
        return Record(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_record(path: Path, record: Record) -> None:
    """Keep the record.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    text = json.dumps(asdict(record), ensure_ascii=False, indent=1, sort_keys=True)
    write_whole(path, text.encode())


def stamp_of(suite: Suite, request: Request, sources: Sources) -> str:
    """Digest of all that a run depends on."""
    asked = {
        name: value for name, value in asdict(request).items() if name not in _PLACES_AND_FORCE
    }
    return digest_of(
        {
            "request": asked,
            "data": from_root(suite.root.resolve(), request.data),
            "sources": sources,
            "program": program().whole,
            "commit": commit_of(suite.root),
            "local": local_modules(suite.root, request.notebooks),
        }
    )


def basis_of(sources: Sources) -> str:
    """Digest of all that decides what a report reads: data, settings, rules and the program."""
    kinds = {kind: combined(sources[kind]) for kind in ("inputs", "settings", "rules")}
    return combined({**kinds, "program": program().execution})


def has_basis(record: Record | None, sources: Sources) -> bool:
    """Whether all that any report could read is what it was when the record was left."""
    return record is not None and record.basis == basis_of(sources)


def local_modules(*folders: Path) -> Mapping[str, str]:
    """sha256 of the modules that a notebook could import from beside it."""
    found: dict[str, str] = {}
    for folder in folders:
        found |= hashes(folder, folder.glob("*.py"))
    return found


def unchanged(before: Before, target: Path) -> RunResult | None:
    """The result of the last run, if nothing it depended on and nothing it made has changed."""
    record = before.record
    if record is None or record.stamp != before.stamp:
        return None
    try:
        manifest = target / FILE_NAME
        if hashlib.sha256(manifest.read_bytes()).hexdigest() != record.manifest:
            return None
        if hashes(target, published_files(target)) != read_manifest(target)["outputs"]:
            return None
    except OSError:
        return None
    said = record.result
    return RunResult(
        index=target / Path(said["index"]).name,
        made=tuple(said["made"]),
        failed={},
        partial=said["partial"],
        findings=said["findings"],
        engines=tuple(said["engines"]),
    )


def survey(suite: Suite, *, prune: bool) -> dict[str, Any]:
    """What the cache of a workspace holds: entries and bytes; with `prune`, what was removed.

    An entry stays if the last run of any edition used it.
    """
    folder = cache_folder(suite)
    store = Store(folder)
    said: dict[str, Any] = {"folder": str(folder)}
    if prune:
        with locked(suite.root / "build", lambda _: None):
            used = {entry for record in _records(folder) for entry in _entries(record)}
            said["removed"], said["freed"] = store.prune(used)
    sizes = [path.stat().st_size for path in store.entries()]
    return {**said, "entries": len(sizes), "bytes": sum(sizes)}


def _records(folder: Path) -> Iterator[Record]:
    found = (read_record(path) for path in sorted((folder / "runs").glob("*.json")))
    return (record for record in found if record is not None)


def _entries(record: Record) -> Iterator[str]:
    return (entry for page in record.pages.values() for entry in page["entries"])


def why(outcome: Outcome, before: Mapping[str, Any] | None, *, force: bool) -> str:
    """Why a page was made again: a key of `REASONS`; empty if it was not."""
    if outcome.how == "reused":
        return ""
    if force:
        return "forced"
    if before is None:
        return "new"
    if not before["entries"]:
        return "retried"
    for name in _CHANGES:
        if before["parts"].get(name) != outcome.parts.get(name):
            return name
    return "page" if outcome.how == "rendered" else "entry"


__all__ = [
    "REASONS",
    "Before",
    "Record",
    "basis_of",
    "cache_folder",
    "digest_of",
    "has_basis",
    "local_modules",
    "read_record",
    "record_path",
    "stamp_of",
    "survey",
    "unchanged",
    "why",
    "write_record",
]
