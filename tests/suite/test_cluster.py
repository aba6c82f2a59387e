"""The same pages from a Dask cluster on this machine, and what it refuses."""

import os
import re
import select
import shutil
import signal
import socket
from pathlib import Path

import pytest
from dask_of_tests import LONG, cluster_of
from pipes_of_tests import process_at, run_in_terminal, waiting_cell
from tiny_notebooks import make_notebook
from workspaces import DECLARED, make_workspace, make_year, tree

from perfanalysis.errors import DataError, ParameterError
from perfanalysis.suite import cluster, member
from perfanalysis.suite import run as run_module
from perfanalysis.suite.progress import Silent
from perfanalysis.suite.run import run_suite

pytestmark = pytest.mark.slow

UNITS = [f"{number:03d}" for number in range(11, 19)]
WHO = "import os\nwith open(f'who-{unit_id}', 'w') as file:\n    file.write(str(os.getppid()))"
PAGE = """\
from perfanalysis.report.page import Page

Page("30_unit", lang=lang, sample=True).header(f"单位 {unit_id}", listing={"projects": 1})
"""


@pytest.fixture(scope="module")
def workers():
    """Scheduler and two members of one thread: its address, and the process of each member."""
    with cluster_of(2) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """Eight units, whose cells say which process runs them; and what a local run publishes."""
    root = make_workspace(tmp_path_factory.mktemp("cluster") / "w")
    shutil.rmtree(root / "data")
    for year in (2020, 2021):
        make_year(root / "data" / str(year), UNITS)
    make_notebook(
        root / "notebooks" / "30_unit.ipynb",
        DECLARED + "unit_id = ''",
        WHO,
        PAGE,
        about={"scope": "unit", "title": "单位"},
        tags={0: ["parameters"]},
    )
    local = shutil.copytree(root, root.with_name("local"))
    run_suite(local / "suite.toml", jobs=1)
    return root, tree(local / "reports")


class Watch(Silent):
    """Looks at who made each report as it comes."""

    def __init__(self, root, on_first=lambda worker: None):
        self.root, self.on_first = root, on_first
        self.made, self.processes = {}, {}

    def done(self, page, problem):
        assert problem == ""
        if not page.startswith("30_unit"):
            return
        unit = page.removeprefix("30_unit-").removesuffix(".html")
        process = int((self.root / f"who-{unit}").read_text())
        if process not in self.processes:  # it may already have ended with its member
            self.processes[process] = os.pidfd_open(process), parent_of(process)
        self.made[unit] = self.processes[process][1]
        if len(self.made) == 1:
            self.on_first(self.made[unit])

    def assert_all_ended(self):
        for process, (descriptor, _) in self.processes.items():
            assert select.select([descriptor], [], [], LONG)[0], f"{process} lives"
            os.close(descriptor)


def parent_of(process):
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_cluster_gives_the_bytes_of_a_local_run_and_leaves_no_process(
    workers, workspace, tmp_path
):
    address, members = workers
    root = shutil.copytree(workspace[0], tmp_path / "w")
    watch = Watch(root)
    result = run_suite(root / "suite.toml", scheduler=address, display=watch)
    assert result.failed == {}
    assert tree(root / "reports") == workspace[1]
    assert set(watch.made.values()) <= {each.pid for each in members}  # chance may give one all
    kept = {path.stem for path in (root / "build" / "2021-internal-zh").glob("*.ipynb")}
    assert kept == {*(f"30_unit-{unit}" for unit in UNITS), "60_district"}
    watch.assert_all_ended()


def test_the_reports_of_a_member_that_is_killed_are_made_by_another(workspace, tmp_path):
    root = shutil.copytree(workspace[0], tmp_path / "w")
    with cluster_of(2) as (address, processes):
        members = {process.pid for process in processes}
        watch = Watch(root, on_first=lambda pid: os.kill(pid, signal.SIGKILL))
        result = run_suite(root / "suite.toml", scheduler=address, display=watch)
        victim, *rest = watch.made.values()
        assert {victim, *rest} == members
        assert len(rest) == len(UNITS) - 1
        watch.assert_all_ended()
    assert result.failed == {}
    assert tree(root / "reports") == workspace[1]


def test_a_report_that_kills_its_process_fails_alone(workers, workspace, tmp_path):
    root = shutil.copytree(workspace[0], tmp_path / "w")
    make_notebook(
        root / "notebooks" / "31_new.ipynb",
        DECLARED,
        "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)",
        about={"scope": "district", "title": "新"},
        tags={0: ["parameters"]},
    )
    result = run_suite(root / "suite.toml", scheduler=workers[0], jobs=2)
    assert {page: each.error for page, each in result.failed.items()} == {
        "31_new.html": "WorkerKilled"
    }
    assert len(result.made) == len(UNITS) + 1


def test_a_member_with_other_data_is_refused_by_name(workers, workspace, tmp_path, monkeypatch):
    def other(suite, request):
        sources = real(suite, request)
        return {**sources, "inputs": {**sources["inputs"], "2020/units.csv": "0" * 64}}

    root = shutil.copytree(workspace[0], tmp_path / "w")
    real = run_module.sources_of
    monkeypatch.setattr(run_module, "sources_of", other)
    with pytest.raises(DataError) as refused:
        run_suite(root / "suite.toml", scheduler=workers[0])
    assert "2020/units.csv（内容不同）" in str(refused.value)
    assert "tcp://127.0.0.1:" in str(refused.value)
    assert str(root / "data") in str(refused.value)
    assert not (root / "reports" / "2021").exists()


@pytest.mark.parametrize("package", ["perfanalysis", "pandas"])
def test_a_member_with_another_version_is_refused_with_both(
    workers, workspace, tmp_path, monkeypatch, package
):
    root = shutil.copytree(workspace[0], tmp_path / "w")
    theirs = cluster.versions()
    monkeypatch.setattr(cluster, "versions", lambda: theirs | {package: "0.0.9"})
    with pytest.raises(DataError, match=re.escape(package)) as refused:
        run_suite(root / "suite.toml", scheduler=workers[0])
    assert "0.0.9" in str(refused.value)
    assert theirs[package] in str(refused.value)


def test_a_member_that_does_not_see_the_workspace_says_which(workspace, tmp_path):
    suite = run_module.load_suite(workspace[0] / "suite.toml")
    order = type("Order", (), {"setup": type("Setup", (), {"root": tmp_path})})
    order.suite_file = tmp_path / suite.path.name
    problem = member._problem_with_files(order)
    assert str(tmp_path) in problem
    assert "共享文件系统" in problem


def nobody():
    """An address that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize(
    ("scheduler", "words"),
    [(nobody, "连不上集群调度器 tcp://127"), (lambda: "no-such-file", "no-such-file"),
     (lambda: "abc://x", "abc"), (lambda: "tls://127.0.0.1:1", "TLS")],
)  # fmt: skip
def test_a_scheduler_that_is_not_there_is_told(workspace, tmp_path, monkeypatch, scheduler, words):
    root = shutil.copytree(workspace[0], tmp_path / "w")
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with pytest.raises(ParameterError, match=words):
        run_suite(root / "suite.toml", scheduler=scheduler())
    assert not (root / "reports" / "2021").exists()


def test_a_scheduler_that_never_answers_is_told(workspace, tmp_path, monkeypatch):
    root = shutil.copytree(workspace[0], tmp_path / "w")
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"tcp://127.0.0.1:{mute.getsockname()[1]}"
        with pytest.raises(ParameterError, match="连不上集群调度器"):
            run_suite(root / "suite.toml", scheduler=address)


def test_a_cluster_without_members_is_told(workspace, tmp_path, monkeypatch):
    root = shutil.copytree(workspace[0], tmp_path / "w")
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with cluster_of(0) as (address, _), pytest.raises(ParameterError, match="没有"):
        run_suite(root / "suite.toml", scheduler=address)


def test_ctrl_c_ends_the_run_and_what_it_started_and_leaves_the_cluster(
    workers, workspace, tmp_path
):
    root = shutil.copytree(workspace[0], tmp_path / "w")
    waiting, reader = waiting_cell(tmp_path)
    make_notebook(
        root / "notebooks" / "60_district.ipynb",
        DECLARED,
        waiting,
        about={"scope": "district", "title": "等"},
        tags={0: ["parameters"]},
    )
    with (
        run_in_terminal(root, "--scheduler", workers[0]) as process,
        process_at(reader) as cell,
    ):
        ended = os.pidfd_open(cell)
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=LONG)
        assert select.select([ended], [], [], LONG)[0], "the cell lives"
        os.close(ended)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert not (root / "reports").exists()
    assert [member.poll() for member in workers[1]] == [None, None]
