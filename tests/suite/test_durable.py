"""Files whole or absent, folders exchanged, one run at a time."""

import errno
import os
import subprocess
import sys

import pytest

from perfanalysis.errors import ParameterError
from perfanalysis.suite import durable
from perfanalysis.suite.durable import exchange, write_whole
from perfanalysis.suite.lock import locked, publishing

CALLS = ("fsync", "replace")


@pytest.mark.parametrize("call", CALLS)
def test_what_cannot_be_written_leaves_what_was_there(tmp_path, monkeypatch, call):
    write_whole(tmp_path / "a.html", b"old")

    def fail(*_):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(durable.os, call, fail)
    with pytest.raises(OSError, match="full"):
        write_whole(tmp_path / "a.html", b"new")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.html": b"old"}


def test_a_file_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    done = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(durable.os, "fsync", lambda fd: (done.append("flushed"), fsync(fd)))
    monkeypatch.setattr(durable.os, "replace", lambda *a: (done.append("named"), replace(*a)))
    write_whole(tmp_path / "below" / "a.html", b"x")
    assert done == ["flushed", "named", "flushed"]
    assert (tmp_path / "below" / "a.html").read_bytes() == b"x"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has the call")
def test_two_folders_change_places(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    if not exchange(tmp_path / "one", tmp_path / "other"):
        pytest.skip("this file system cannot exchange folders")
    assert (tmp_path / "one" / "file").read_text() == "other"
    assert (tmp_path / "other" / "file").read_text() == "one"
    with pytest.raises(OSError, match="No such file"):
        exchange(tmp_path / "one", tmp_path / "absent")


HOLDER = """
import sys
from pathlib import Path
from perfanalysis.suite.lock import locked
with locked(Path(sys.argv[1]), print):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("ending", ["done", "killed"])
def test_the_second_waits_for_the_first_and_says_so(tmp_path, ending):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        said = []

        def say(text):
            said.append(text)
            if ending == "done":
                holder.stdin.close()
            else:
                holder.kill()

        with locked(tmp_path, say):
            assert holder.wait(timeout=60) is not None
    assert said == [f"另一次运行（进程 {holder.pid}）正在使用这个工作文件夹，等它结束后继续。"]


def test_who_publishes_into_a_folder_leaves_no_lock_there_and_lets_the_next_in(tmp_path):
    code = HOLDER.replace("locked", "publishing")
    with subprocess.Popen(
        [sys.executable, "-c", code, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        said = []

        def say(text):
            said.append(text)
            holder.stdin.close()

        with publishing(tmp_path, say):
            assert holder.wait(timeout=60) == 0
            assert list(tmp_path.iterdir()) != []  # others wait for ours, not for the removed one
        assert list(tmp_path.iterdir()) == []
    assert len(said) == 1
    assert str(tmp_path) in said[0]
    assert str(holder.pid) in said[0]


def test_a_lock_that_cannot_be_had_is_an_error_of_ours(tmp_path):
    (tmp_path / "build").write_text("a file where the folder should be")
    with (
        pytest.raises(ParameterError, match="不能写入工作文件夹"),
        locked(tmp_path / "build", print),
    ):
        pass
