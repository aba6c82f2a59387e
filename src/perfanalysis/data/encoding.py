"""Text in the encodings that Chinese offices use."""

from __future__ import annotations

from perfanalysis.errors import DataError


def decode(raw: bytes, file: str) -> str:
    """Decode UTF-8 (with or without BOM) or GB18030.

    UTF-8 is tried first: GB18030 text with Chinese in it is practically never valid UTF-8.

    Raises
    ------
    DataError
        If it is neither.
    """
    read = 0
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError as problem:
            read = max(read, problem.start)
    line = raw.count(b"\n", 0, read) + 1
    raise DataError(
        f"文件 {file} 第{line}行的文字编码无法识别：既不是 UTF-8 也不是 GB18030。"
        f"请用 Excel 或 WPS 另存为 UTF-8。"
    )


__all__ = ["decode"]
