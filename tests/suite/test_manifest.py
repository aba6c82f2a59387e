"""A published folder against its manifest: every byte that is not what was made is named."""

import json

import pytest

from perfanalysis.errors import DataError
from perfanalysis.suite.manifest import (
    commit_of,
    hashes,
    input_files,
    read_manifest,
    verify_reports,
    write_manifest,
)

# sha256 of "abc": FIPS 180-2, appendix B.1
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.fixture
def data(tmp_path):
    for year in ("2020", "2021", "2022"):
        (tmp_path / "data" / year).mkdir(parents=True)
        (tmp_path / "data" / year / "units.csv").write_text(year)
    (tmp_path / "data" / "2020" / ".hidden").touch()
    return tmp_path / "data"


@pytest.fixture
def published(tmp_path, data):
    folder = tmp_path / "reports" / "2021"
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("abc")
    (folder / "30_unit-001.html").write_text("一页", "utf-8")
    inputs = hashes(data, input_files(data, [2020, 2021]))
    write_manifest(folder, {"inputs": inputs, "pages": {}, "work_year": 2021})
    return folder


def found(folder, data=None):
    return [(d.kind, d.change, d.file) for d in verify_reports(folder, data_dir=data)]


def test_what_was_made_is_what_is_there(published, data):
    assert found(published, data) == []
    manifest = json.loads((published / "manifest.json").read_text("utf-8"))
    assert manifest["outputs"]["index.html"] == ABC
    assert list(manifest["outputs"]) == ["30_unit-001.html", "index.html"]
    assert list(manifest["inputs"]) == ["2020/units.csv", "2021/units.csv"]


def test_one_changed_byte_is_named(published, data):
    (published / "30_unit-001.html").write_text("一頁", "utf-8")
    assert found(published) == [("output", "changed", "30_unit-001.html")]
    (data / "2021" / "units.csv").write_text("2O21")
    assert found(published, data)[1:] == [("input", "changed", "2021/units.csv")]


def test_added_and_removed_files_are_named(published, data):
    (published / "index.html").unlink()
    (published / "copy").mkdir()
    (published / "copy" / "a.html").touch()
    (data / "2020" / "units.csv").unlink()
    (data / "2020" / "projects.csv").touch()
    assert found(published, data) == [
        ("output", "added", "copy/a.html"),
        ("output", "removed", "index.html"),
        ("input", "added", "2020/projects.csv"),
        ("input", "removed", "2020/units.csv"),
    ]


def test_an_edition_below_answers_for_itself(published):
    english = published / "en"
    english.mkdir()
    (english / "index.html").write_text("abc")
    write_manifest(english, {"inputs": {}, "pages": {}})
    assert found(published) == []
    (english / "index.html").write_text("abd")
    assert found(published) == []
    assert found(english) == [("output", "changed", "index.html")]


def test_the_manifest_is_the_same_bytes_whatever_the_order(tmp_path):
    texts = []
    for name, facts in (
        ("a", {"b": 1, "a": {"z": 1, "y": 2}}),
        ("b", {"a": {"y": 2, "z": 1}, "b": 1}),
    ):
        (tmp_path / name).mkdir()
        write_manifest(tmp_path / name, facts)
        texts.append((tmp_path / name / "manifest.json").read_bytes())
    assert texts[0] == texts[1]
    assert texts[0].endswith(b"}\n")


BROKEN = {"none": None, "cut off": '{"inputs": {', "another file": "[]", "no outputs": "{}"}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_folder_without_a_readable_manifest_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(DataError, match=r"manifest\.json"):
        read_manifest(tmp_path)


def test_a_data_folder_that_is_not_there_is_refused(published, tmp_path):
    with pytest.raises(DataError, match="--data"):
        verify_reports(published, data_dir=tmp_path / "no")


def test_outside_git_there_is_no_commit(tmp_path):
    assert commit_of(tmp_path) is None
