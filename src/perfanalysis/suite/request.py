"""What a run is asked for, and every file that its reports are made from."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from perfanalysis.suite.config import MOST_EARLIER, Edition, Lang, Suite
from perfanalysis.suite.manifest import hashes, input_files, named_hashes
from perfanalysis.suite.notebooks import SCOPES
from perfanalysis.suite.outcome import EngineName
from perfanalysis.suite.staging import edition_folder

Sources = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Request:
    """What a run was asked for.

    Attributes
    ----------
    work_year : int
    data, reports, notebooks : Path
        Folders.
    lang : {"zh", "en"}
    edition : {"internal", "public"}
    only : sequence of str
    parameters : mapping of str to plain value
    engine : {"forked", "jupyter"}
    force : bool
        Make everything again, whether or not it has changed.
    """

    work_year: int
    data: Path
    reports: Path
    notebooks: Path
    lang: Lang
    edition: Edition
    only: Sequence[str]
    parameters: Mapping[str, object]
    engine: EngineName
    force: bool = False

    @property
    def scopes(self) -> Mapping[str, object]:
        """The unit or project that the reports are to be about, if it was given."""
        return {name: value for name, value in self.parameters.items() if name in SCOPES.values()}

    @property
    def extra(self) -> Mapping[str, object]:
        """The other parameters."""
        return {name: value for name, value in self.parameters.items() if name not in self.scopes}

    @property
    def name(self) -> str:
        """Tells its edition from the others of the workspace."""
        return f"{self.work_year}-{self.edition}-{self.lang}"

    @property
    def target(self) -> Path:
        """The folder that is published."""
        return edition_folder(self.reports, self.work_year, self.lang, self.edition)


def sources_of(suite: Suite, request: Request) -> Sources:
    """sha256 of the data, settings, rule files and notebooks as they are now."""
    data, offsets = request.data, suite.stages
    years = {offsets.evaluation, offsets.monitoring, offsets.targets, offsets.requests}
    years |= {offsets.evaluation - before for before in range(1, MOST_EARLIER + 1)}
    national = [Path(str(each)) for each in files("perfanalysis.rules").iterdir()]
    return {
        "inputs": hashes(data, input_files(data, [request.work_year + each for each in years])),
        "settings": named_hashes([suite.path]),
        "rules": named_hashes([each for each in national if each.suffix == ".yaml"])
        | named_hashes(suite.rule_files)
        | compared_hashes(suite),
        "notebooks": named_hashes(request.notebooks.glob("*.ipynb")),
    }


def compared_hashes(suite: Suite) -> dict[str, str]:
    """sha256 of the rule files that the proposal is set beside, told from those in force."""
    named = zip(suite.linkage.compare, suite.compared_files, strict=True)
    return {f"linkage.compare: {name}": named_hashes([path])[path.name] for name, path in named}


def from_root(root: Path, path: Path) -> str:
    """A path as the cells name it: relative to the workspace where it lies in it."""
    path = path.resolve()
    return os.path.relpath(path, root) if path.is_relative_to(root) else str(path)


__all__ = ["Request", "Sources", "from_root", "sources_of"]
