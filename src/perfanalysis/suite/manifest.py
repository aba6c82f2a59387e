"""manifest.json: what a published folder was made from, and whether it still is what was made."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from perfanalysis.errors import DataError
from perfanalysis.suite.durable import write_whole

FILE_NAME = "manifest.json"

# Those whose version can show in a figure, a number or a page.
PACKAGES = (
    "ipython", "jinja2", "matplotlib", "nbconvert", "numpy", "pandas", "papermill",
    "perfanalysis", "scipy", "statsmodels",
)  # fmt: skip

Change = Literal["changed", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that is not what the manifest says.

    Attributes
    ----------
    kind : {"output", "input"}
        A published file, or a file that the reports were made from.
    change : {"changed", "added", "removed"}
    file : str
        Relative to the published folder or to the data folder, with ``/``.
    """

    kind: Literal["output", "input"]
    change: Change
    file: str

    def as_dict(self) -> dict[str, str]:
        """Plain types only, for JSON."""
        return asdict(self)


def hashes(folder: Path, files: Iterable[Path]) -> dict[str, str]:
    """sha256 of files, by path relative to `folder`, sorted."""
    return {
        _name(folder, path): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)
    }


def _name(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


def named_hashes(files: Iterable[Path]) -> dict[str, str]:
    """sha256 of files by their names alone, sorted."""
    return {path.name: hashes(path.parent, [path])[path.name] for path in sorted(files)}


def published_files(folder: Path) -> list[Path]:
    """Files of one edition: not its manifest, nor an edition with a manifest of its own below."""
    nested = [path.parent for path in folder.glob(f"*/{FILE_NAME}")]
    return [
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path != folder / FILE_NAME
        and not any(path.is_relative_to(each) for each in nested)
    ]


def input_files(data: Path, years: Iterable[int | str]) -> list[Path]:
    """Every file of these budget years but the hidden ones, which no table is read from."""
    return [
        path
        for year in {str(year) for year in years}
        for path in (data / year).rglob("*")
        if path.is_file() and not path.name.startswith(".")
    ]


def versions() -> dict[str, str]:
    """Of Python and of the packages whose version can show in a report."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def commit_of(folder: Path) -> str | None:
    """The git commit that is checked out in `folder`; None outside git."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), "rev-parse", "HEAD"],
            capture_output=True,
            check=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def write_manifest(
    folder: Path, facts: Mapping[str, Any], *, kept: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Write ``manifest.json``: `facts`, and the sha256 of every published file.

    Of files in `kept` it says the sha256 that stands there: that of the run that made them.
    """
    made = [path for path in published_files(folder) if _name(folder, path) not in kept]
    content = {**facts, "outputs": hashes(folder, made) | dict(kept)}
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    write_whole(folder / FILE_NAME, f"{text}\n".encode())


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a published folder.

    Raises
    ------
    DataError
        If there is none or it cannot be read.
    """
    path = folder / FILE_NAME
    try:
        content = json.loads(path.read_text("utf-8"))
        if not all(isinstance(content[key], dict) for key in ("inputs", "outputs", "pages")):
            raise TypeError("缺少 inputs、outputs 或 pages")
    except FileNotFoundError:
        raise DataError(
            f"文件夹 {folder} 中没有 {FILE_NAME}，不是发布的报告。请核对路径。"
        ) from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DataError(f"{path} 无法读取：{error}。请重新运行以生成报告。") from None
    return dict(content)


def verify_reports(folder: Path, *, data_dir: Path | None = None) -> tuple[Difference, ...]:
    """Compare a published folder, and the data it was made from, with its manifest.

    Parameters
    ----------
    folder : Path
        One edition, e.g. ``reports/2021``.
    data_dir : Path, optional
        The data folder; inputs are compared only if it is given.

    Returns
    -------
    tuple of Difference
        Outputs first, each by file name; empty if every byte is accounted for.

    Raises
    ------
    DataError
        If the folder has no readable manifest, or the data folder does not exist.
    """
    manifest = read_manifest(folder)
    found = _differences("output", manifest["outputs"], hashes(folder, published_files(folder)))
    if data_dir is not None:
        if not data_dir.is_dir():
            raise DataError(f"数据文件夹 {data_dir} 不存在。请核对 --data。")
        years = {file.partition("/")[0] for file in manifest["inputs"]}
        present = hashes(data_dir, input_files(data_dir, years))
        found += _differences("input", manifest["inputs"], present)
    return tuple(found)


def compared(stated: Mapping[str, str], present: Mapping[str, str]) -> dict[str, Change]:
    """Files whose sha256 is not the one stated, that came, or that went; sorted."""
    changes: dict[str, Change] = {}
    for file in sorted(stated.keys() | present.keys()):
        if file not in present:
            changes[file] = "removed"
        elif file not in stated:
            changes[file] = "added"
        elif stated[file] != present[file]:
            changes[file] = "changed"
    return changes


def _differences(
    kind: Literal["output", "input"], stated: Mapping[str, str], present: Mapping[str, str]
) -> list[Difference]:
    return [Difference(kind, change, file) for file, change in compared(stated, present).items()]


__all__ = [
    "FILE_NAME",
    "Difference",
    "commit_of",
    "compared",
    "hashes",
    "input_files",
    "named_hashes",
    "published_files",
    "read_manifest",
    "verify_reports",
    "versions",
    "write_manifest",
]
