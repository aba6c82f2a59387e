"""The published folder is never worse than before: built beside it, swapped at the end."""

import errno
import os
import shutil
import sys
from pathlib import Path

import pytest

from perfanalysis.errors import ParameterError
from perfanalysis.suite import durable
from perfanalysis.suite.manifest import published_files, write_manifest
from perfanalysis.suite.staging import Staging, edition_folder


def tree(folder):
    files = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_text() for p in files}


@pytest.fixture
def target(tmp_path):
    folder = tmp_path / "2021"
    (folder / "en").mkdir(parents=True)
    (folder / "old.html").write_text("old")
    (folder / "en" / "index.html").write_text("english")
    write_manifest(folder / "en", {})
    return folder


@pytest.fixture(params=["one call", "two renames"])
def system(request, monkeypatch):
    """With and without a call that lets two folders change places."""
    if request.param == "two renames":
        monkeypatch.setattr("perfanalysis.suite.durable._renameat2", lambda: None)


@pytest.mark.parametrize(
    ("lang", "edition", "folder"),
    [
        ("zh", "internal", "2021"),
        ("en", "internal", "2021/en"),
        ("zh", "public", "2021-public"),
        ("en", "public", "2021-public/en"),
    ],
)
def test_no_edition_overwrites_another(lang, edition, folder):
    assert edition_folder(Path("r"), 2021, lang, edition) == Path("r") / folder


def test_until_the_swap_what_is_published_stays(target, system):
    staging = Staging(target)
    staging.write("new.html", "new")
    assert (target / "old.html").read_text() == "old"
    staging.publish()
    assert set(tree(target)) == {"new.html", "en/index.html", "en/manifest.json"}
    assert [p.name for p in target.parent.iterdir()] == ["2021"]


def test_what_is_to_be_kept_stands_in_what_is_built(target):
    (target / "other.html").write_text("other")
    staging = Staging(target, keep=["old.html"])
    staging.write("new.html", "new")
    staging.publish()
    assert set(tree(target)) == {"old.html", "new.html", "en/index.html", "en/manifest.json"}


def test_discarding_changes_nothing(target):
    before = tree(target)
    staging = Staging(target, keep=["old.html"])
    staging.write("old.html", "new")
    staging.discard()
    assert tree(target) == before
    assert [p.name for p in target.parent.iterdir()] == ["2021"]


def test_english_is_built_without_touching_chinese(target):
    staging = Staging(target / "en")
    staging.write("index.html", "new english")
    staging.publish()
    assert tree(target) == {"old.html": "old", "en/index.html": "new english"}


def test_english_that_is_being_built_is_no_part_of_chinese(target):
    before = published_files(target)
    staging = Staging(target / "en", keep=["index.html"])
    staging.write("index.html", "new english")
    assert published_files(target) == before
    assert (target / "en" / "index.html").read_text() == "english"


def test_english_alone_is_published(tmp_path):
    staging = Staging(tmp_path / "2021" / "en")
    staging.discard()
    assert list(tmp_path.iterdir()) == []
    staging = Staging(tmp_path / "2021" / "en")
    staging.write("index.html", "english")
    staging.publish()
    assert tree(tmp_path) == {"2021/en/index.html": "english"}


def test_what_a_killed_worker_had_begun_is_not_published(target, monkeypatch):
    staging = Staging(target)
    staging.write("whole.html", "whole")
    with monkeypatch.context() as killed:
        killed.setattr(durable.os, "replace", lambda *_: sys.exit())
        killed.setattr(Path, "unlink", lambda _: None)
        with pytest.raises(SystemExit):
            staging.write("begun.html", "begun")
    assert len(tree(staging.folder)) == 2
    staging.clear_parts()
    assert tree(staging.folder) == {"whole.html": "whole"}


CUT_OFF = {
    "while building": lambda new, old, target: new.mkdir(),
    "between the two renames": lambda new, old, target: (new.mkdir(), target.rename(old)),
    "before the old folder was cleared away": lambda new, old, target: shutil.copytree(target, old),
    "after the exchange": lambda new, old, target: shutil.copytree(target, new),
}


@pytest.mark.parametrize("cut_off", CUT_OFF.values(), ids=CUT_OFF.keys())
def test_a_run_that_was_cut_off_is_cleared_away(target, cut_off):
    cut_off(target.with_name(".2021.new"), target.with_name(".2021.old"), target)
    Staging(target, keep=["old.html"]).publish()
    assert tree(target)["en/index.html"] == "english"
    assert [p.name for p in target.parent.iterdir()] == ["2021"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "reports").write_text("a file where the folder should be")
    with pytest.raises(ParameterError, match=r"reports.*--reports"):
        Staging(tmp_path / "reports" / "2021")


def test_when_the_disk_does_not_confirm_the_new_reports_it_is_said_that_they_stand(
    target, system, monkeypatch
):
    staging = Staging(target)
    staging.write("new.html", "new")

    def failing(folder):
        if folder == target.parent:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("perfanalysis.suite.staging.sync_folder", failing)
    monkeypatch.setattr("perfanalysis.suite.durable.sync_folder", failing)
    with pytest.raises(ParameterError, match="新报告已换上"):
        staging.publish()
    staging.discard()
    assert "new.html" in tree(target)
    assert "old.html" not in tree(target)


def test_what_was_moved_away_comes_back_when_the_new_cannot_come(target, monkeypatch):
    """Where folders change places by two renames, and the second fails."""
    monkeypatch.setattr("perfanalysis.suite.durable._renameat2", lambda: None)
    before = tree(target)
    staging = Staging(target)
    staging.write("new.html", "new")
    rename = Path.rename

    def failing(path, to):
        if path == staging.folder:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="Input/output"):
        staging.publish()
    staging.discard()
    assert tree(target) == before
