"""An executed notebook as an entry: a line of facts, then the notebook."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import nbformat

from perfanalysis.suite.outcome import EngineName

if TYPE_CHECKING:
    from perfanalysis.suite.execute import Executed


@dataclass(frozen=True, slots=True)
class Kept:
    """An executed notebook and what the index says of it.

    Attributes
    ----------
    facts : mapping
        ``title``, ``findings`` and ``listing`` of `PageFacts`, as JSON gives them back.
    engine : {"forked", "jupyter"}
    reason : str
        Why it was not the engine that was asked for.
    notebook : bytes
    """

    facts: Mapping[str, Any]
    engine: EngineName
    reason: str
    notebook: bytes

    @classmethod
    def of(cls, facts: Mapping[str, Any], executed: Executed, notebook: bytes) -> Kept:
        """Of a notebook that has just been executed."""
        plain = json.loads(json.dumps(facts))  # the same whether or not it was kept
        return cls(plain, executed.engine, executed.engine_reason, notebook)

    @property
    def digest(self) -> str:
        """sha256 of the notebook."""
        return hashlib.sha256(self.notebook).hexdigest()

    def as_notebook(self) -> nbformat.NotebookNode:
        """The notebook, to make a page of."""
        read = nbformat.v4.reads(self.notebook.decode())  # type: ignore[no-untyped-call]
        return nbformat.NotebookNode(read)  # type: ignore[no-untyped-call]

    def as_bytes(self) -> bytes:
        """The entry that `read_kept` reads back."""
        head = {"facts": self.facts, "engine": self.engine, "reason": self.reason}
        return json.dumps(head, ensure_ascii=False).encode() + b"\n" + self.notebook


def read_kept(entry: bytes | None) -> Kept | None:
    """Read an entry; None where there is none."""
    if entry is None:
        return None
    head, _, notebook = entry.partition(b"\n")
    return Kept(**json.loads(head), notebook=notebook)


__all__ = ["Kept", "read_kept"]
