"""Make the fonts that charts are drawn with: subsets of Noto Sans CJK SC (OFL-1.1).

    python tools/make_fonts.py REGULAR.ttc BOLD.ttc OUT

The committed files came from Debian 12's package fonts-noto-cjk (NotoSansCJK-Regular.ttc and
NotoSansCJK-Bold.ttc). The regular face keeps every character of GBK, so also each unified
ideograph of U+4E00 to U+9FA5, which Japanese needs; the bold one keeps GB 2312. Both keep
Latin-1, Greek and the signs that reports use. The family is renamed, so that the font drawn
with is this one whatever is installed on the machine.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

FACE = "Noto Sans CJK SC"
FAMILY = "PerfAnalysis Sans SC"
SIGNS = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x100),
    *range(0x391, 0x3CA),
    *range(0x2010, 0x2028),
    *range(0x2030, 0x205F),
    *range(0x2190, 0x219A),
    *range(0x2200, 0x2270),
    *range(0x2460, 0x2474),
    *range(0x25A0, 0x2600),
    *range(0x3000, 0x3020),
    *range(0x3040, 0x3100),
    *range(0xFF01, 0xFF5F),
    *range(0xFF61, 0xFFA0),
    0x2103,
    0x2116,
    0xFFFD,
)


def main(regular: str, bold: str, out: str) -> None:
    make(Path(regular), "gbk", "Regular", Path(out) / "PerfAnalysisSansSC-Regular.otf")
    make(Path(bold), "gb2312", "Bold", Path(out) / "PerfAnalysisSansSC-Bold.otf")


def make(source: Path, encoding: str, style: str, target: Path) -> None:
    """Write one subset of the simplified Chinese face of a collection."""
    font = simplified_face(source)
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.drop_tables += ["BASE", "vhea", "vmtx", "VORG", "GSUB", "GPOS"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes={*SIGNS, *characters(encoding)})
    subsetter.subset(font)
    rename(font, style)
    font.recalcTimestamp = False
    font.save(target, reorderTables=True)
    print(f"{target.name}: {len(font.getBestCmap())} characters, {target.stat().st_size} bytes")


def simplified_face(source: Path) -> TTFont:
    for font in TTCollection(source, lazy=True).fonts:
        if font["name"].getDebugName(1).startswith(FACE):
            return font
    raise SystemExit(f"{source} has no face {FACE}")


def characters(encoding: str) -> set[int]:
    """Code points of a two-byte encoding."""
    pairs = (bytes((lead, trail)) for lead in range(0x81, 0xFF) for trail in range(0x40, 0xFF))
    decoded = (pair.decode(encoding, errors="ignore") for pair in pairs)
    return {ord(text) for text in decoded if len(text) == 1}


def rename(font: TTFont, style: str) -> None:
    """Give the family our name; copyright, licence and version stay as they are."""
    table = font["name"]
    names = {
        1: FAMILY,
        2: style,
        3: f"{FAMILY} {style}",
        4: f"{FAMILY} {style}",
        6: f"{FAMILY.replace(' ', '')}-{style}",
    }
    table.names = [
        record
        for record in table.names
        if record.platformID == 3 and record.langID == 0x409 and record.nameID not in (16, 17)
    ]
    for number, text in names.items():
        table.setName(text, number, 3, 1, 0x409)
    if "CFF " in font:
        cff = font["CFF "].cff
        cff.fontNames[0] = names[6]
        top = cff.topDictIndex[0]
        top.FullName, top.FamilyName = names[4], FAMILY


if __name__ == "__main__":
    main(*sys.argv[1:])
