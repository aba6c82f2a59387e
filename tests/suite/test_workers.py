"""Workers that run before they are told of the run."""

import multiprocessing
import os
from pathlib import Path

import pytest
from workspaces import make_workspace

from perfanalysis.suite.workers import Shelf, Workers


def test_what_is_put_on_the_shelf_is_there_in_another_process():
    shelf = Shelf()
    others = multiprocessing.get_context("spawn")
    asked, answer = others.Pipe()
    process = others.Process(target=_take, args=(shelf, answer))
    process.start()
    shelf.put("四".encode())  # after the process was started
    asked.send(len("四".encode()))
    assert asked.recv() == "四".encode()
    process.join()
    shelf.close()


def _take(shelf, answer):
    with shelf.get(answer.recv()) as content:
        answer.send(bytes(content))


@pytest.fixture
def workspace(tmp_path):
    return make_workspace(tmp_path / "w")


def test_no_more_are_started_than_may_be_and_none_is_left(workspace):
    before = set(multiprocessing.active_children())
    with Workers(2, root=workspace, engine="jupyter", notebooks=workspace / "notebooks") as workers:
        workers.start(1)
        assert len(workers.all) == 1
        workers.start(5)
        workers.start(1)
        assert len(workers.all) == 2
        assert len(set(multiprocessing.active_children()) - before) == 2
    assert set(multiprocessing.active_children()) == before


def test_an_error_ends_workers_that_still_import(workspace):
    before = set(multiprocessing.active_children())
    workers = Workers(1, root=workspace, engine="forked", notebooks=workspace / "notebooks")
    workers.start(1)
    workers.__exit__(RuntimeError, RuntimeError(), None)
    assert set(multiprocessing.active_children()) == before


def test_the_environment_of_workers_is_not_that_of_the_main_process(workspace, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    monkeypatch.delenv("PYTHONHASHSEED", raising=False)
    with Workers(1, root=workspace, engine="jupyter", notebooks=workspace / "notebooks") as workers:
        workers.start(1)
        (child,) = [each for each in multiprocessing.active_children() if each.pid]
        told = Path(f"/proc/{child.pid}/environ").read_bytes().split(b"\0")
    assert {b"TZ=UTC", b"PYTHONHASHSEED=0"} <= set(told)
    assert os.environ["TZ"] == "Asia/Shanghai"
    assert "PYTHONHASHSEED" not in os.environ
