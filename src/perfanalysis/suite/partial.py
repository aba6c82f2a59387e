"""What stays of an earlier run when only some of the reports are made."""

from __future__ import annotations

from perfanalysis.errors import DataError
from perfanalysis.suite import manifest
from perfanalysis.suite.plan import word_path
from perfanalysis.suite.prepare import Prepared
from perfanalysis.suite.wording import choices


def kept_files(run: Prepared) -> dict[str, str]:
    """Files of the pages of an earlier run that stay as they are, with their sha256.

    Raises
    ------
    DataError
        If one is not what the manifest of that run says: it would be published as ours.
    """
    target = run.request.target
    if not run.partial or not (target / manifest.FILE_NAME).is_file():
        return {}
    earlier = manifest.read_manifest(target)
    again = {task.page for task in run.tasks}
    names = [
        name
        for page in earlier["pages"]
        if page not in again
        for name in (page, word_path(page))
        if name in earlier["outputs"]
    ]
    stated = {name: earlier["outputs"][name] for name in names}
    there = [target / name for name in names if (target / name).is_file()]
    if changed := manifest.compared(stated, manifest.hashes(target, there)):
        raise DataError(
            f"只做一部分时，其余页面应与清单一致，但这些文件被改动或删去：{choices(list(changed))}。"
            "原有报告保持不变。请把这些页面也列入 --only，或省去 --only 全部重做；"
            f"逐个文件用 perfanalysis verify {target} 核对。"
        )
    return stated


__all__ = ["kept_files"]
