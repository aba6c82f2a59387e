"""Write docs/validation.md: `python -m validation [NAME ...] [--list]`.

A section whose data is not there keeps its place and its text; the run says so.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from time import perf_counter

from validation.section import ROOT, NotHere, Section, written

DOCUMENT = ROOT / "docs" / "validation.md"
MODULES = ("detection", "planning", "mexico", "japan", "published", "coverage", "linkage")
HEAD = """# Validation

What the program was held against: made-up districts whose faults are known, and figures that others
published. `make validate` makes every table anew (`.venv/bin/python -m validation NAME` one of
them); a section whose data is not on the machine keeps the text of the last run that had it. Draws
are seeded: the same program gives the same tables.
"""


def sections() -> list[Section]:
    """All sections, in the order of the document."""
    return [section for name in MODULES for section in import_module(f"validation.{name}").SECTIONS]


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the sections that were asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m validation", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true", help="name the sections and stop")
    asked = parser.parse_args(arguments)
    known = sections()
    if asked.list:
        print("\n".join(f"{section.name:20} {section.title}" for section in known))
        return 0
    if unknown := sorted(set(asked.names) - {section.name for section in known}):
        print(f"没有这些部分：{'、'.join(unknown)}。用 --list 查看全部。", file=sys.stderr)
        return 2
    texts = parted(DOCUMENT.read_text("utf-8") if DOCUMENT.exists() else "")
    for section in known:
        if not asked.names or section.name in asked.names:
            begun = perf_counter()
            try:
                texts[section.name] = written(section)
            except NotHere as missing:
                print(f"{section.name:20} {missing}")
                continue
            print(f"{section.name:20} {perf_counter() - begun:.1f} s", flush=True)
            DOCUMENT.write_text(joined(known, texts), "utf-8", newline="\n")
    return 0


def parted(document: str) -> dict[str, str]:
    """The sections of a document by name."""
    found = re.findall(r"<!-- (\S+) -->\n\n(.*?)(?=\n<!-- |\Z)", document, re.DOTALL)
    return dict(found)


def joined(known: Sequence[Section], texts: dict[str, str]) -> str:
    """The document: its head, then each section that there is a text of."""
    marked = [f"<!-- {each.name} -->\n\n{texts[each.name]}" for each in known if each.name in texts]
    return "\n".join([HEAD, *marked])


if __name__ == "__main__":
    sys.exit(main())
