"""papermill itself with the engine, as a user calls it: in one process, without a suite."""

import json
import os
import subprocess
import sys

import nbformat
import papermill
import pytest
from tiny_notebooks import make_notebook

from perfanalysis.suite.processes import ENVIRONMENT

SOURCES = ("year = 2020  # 年度", "print(year)", "1 / (year - 2022)")


def run_papermill(source, target, *, year, report_mode=False, **options):
    """Run in a process of its own; what papermill raises comes back as it is."""
    executed = papermill.execute_notebook(
        source,
        target,
        {"year": year},
        engine_name="forked",
        progress_bar=False,
        report_mode=report_mode,
        **options,
    )
    return json.loads(nbformat.writes(executed))


def with_a_thread(*arguments, **options):
    """The same in a process that has another thread."""
    import threading

    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        return run_papermill(*arguments, **options)
    finally:
        end.set()
        thread.join()


@pytest.fixture
def notebook(tmp_path):
    return make_notebook(tmp_path / "in.ipynb", *SOURCES, tags={0: ["parameters"]})


@pytest.fixture
def run_directly(worker, notebook, tmp_path):
    def call(function=run_papermill, **options):
        target = tmp_path / "out.ipynb"
        return worker.submit(function, str(notebook), str(target), **options).result()

    return call


def test_papermills_metadata_is_that_of_its_own_engine(run_directly):
    metadata = run_directly(year=2021)["metadata"]
    about = metadata["papermill"]
    assert about["parameters"] == {"year": 2021}
    assert (about["exception"], about["engine"], about["engine_reason"]) == (None, "forked", "")
    assert about["duration"] >= 0
    assert about["output_path"].endswith("out.ipynb")
    assert metadata["language_info"]["name"] == "python"


def test_every_cell_has_its_status_and_times(run_directly):
    for cell in run_directly(year=2021)["cells"]:
        about = cell["metadata"]["papermill"]
        assert (about["status"], about["exception"]) == ("completed", False)
        assert about["start_time"] <= about["end_time"]


def test_report_mode_hides_the_sources(run_directly):
    cells = run_directly(year=2021, report_mode=True)["cells"]
    assert [cell["metadata"]["jupyter"]["source_hidden"] for cell in cells] == [True] * 4


def test_an_error_is_marked_in_the_file_that_is_left(run_directly, tmp_path):
    with pytest.raises(papermill.PapermillExecutionError, match="ZeroDivisionError"):
        run_directly(year=2022)
    left = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    marks = [n for n, c in enumerate(left.cells) if "papermill-error-cell-tag" in c.metadata.tags]
    assert marks == [0, 4]
    assert "In [4]" in left.cells[0].source
    assert left.cells[5].outputs[0].ename == "ZeroDivisionError"


def test_a_marked_file_can_be_run_again(run_directly, notebook, tmp_path):
    with pytest.raises(papermill.PapermillExecutionError):
        run_directly(year=2022)
    (tmp_path / "out.ipynb").replace(notebook)
    cells = run_directly(year=2021)["cells"]
    assert all("papermill-error-cell-tag" not in cell["metadata"].get("tags", []) for cell in cells)


def test_papermills_own_time_limit_is_kept(run_directly, notebook):
    make_notebook(notebook, "year = 1", "while True:\n    pass", tags={0: ["parameters"]})
    with pytest.raises(papermill.PapermillExecutionError, match="每个单元格 1 秒"):
        run_directly(year=2021, execution_timeout=1)


def test_output_goes_to_the_files_that_papermill_was_given(worker, notebook, tmp_path):
    worker.submit(run_to_file, str(notebook), str(tmp_path / "stdout.txt")).result()
    assert (tmp_path / "stdout.txt").read_text("utf-8") == "2021\n"


def run_to_file(source, log):
    """Run with a stdout file, which no other process can be handed."""
    with open(log, "w", encoding="utf-8") as file:
        run_papermill(source, None, year=2021, stdout_file=file)


def test_parameters_can_be_inspected(notebook):
    assert papermill.inspect_notebook(str(notebook))["year"] == {
        "name": "year",
        "inferred_type_name": "None",
        "default": "2020",
        "help": "年度",
    }


def test_a_process_with_threads_starts_a_new_interpreter(run_directly):
    made = run_directly(with_a_thread, year=2021)
    about = made["metadata"]["papermill"]
    assert (about["engine"], about["engine_reason"]) == ("forked", "")
    assert made["cells"][2]["outputs"][0]["text"] == ["2021\n"]


def test_a_new_interpreter_keeps_to_its_limits(run_directly, notebook):
    make_notebook(notebook, "year = 1", "while True:\n    pass", tags={0: ["parameters"]})
    with pytest.raises(papermill.PapermillExecutionError, match="每个单元格 1 秒"):
        run_directly(with_a_thread, year=2021, execution_timeout=1)


def test_a_new_interpreter_that_is_killed_ends_its_report_only(run_directly, notebook):
    make_notebook(
        notebook, "year = 1", "import os\nos.kill(os.getpid(), 9)", tags={0: ["parameters"]}
    )
    with pytest.raises(papermill.PapermillExecutionError, match="SIGKILL"):
        run_directly(with_a_thread, year=2021)


SHOWING = (
    "year = 2020",
    "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);",
    "import sys\nprint('err', file=sys.stderr)\n'' in sys.path, __name__",
)


def test_a_new_interpreter_shows_what_a_fork_shows(run_directly, notebook):
    make_notebook(notebook, *SHOWING, tags={0: ["parameters"]})
    forked, started = (
        [[cell.get("outputs"), cell.get("execution_count")] for cell in made["cells"]]
        for made in (run_directly(year=1), run_directly(with_a_thread, year=1))
    )
    assert forked == started
    assert "image/png" in forked[2][0][0]["data"]


@pytest.fixture
def command(notebook, tmp_path):
    """Run the command with the engine; gives the finished process and the notebook it wrote."""

    def call(*options):
        target = tmp_path / "out.ipynb"
        words = [sys.executable, "-m", "papermill", "--engine", "forked", *map(str, options)]
        done = subprocess.run(
            [*words, str(notebook), str(target)],
            env={k: v for k, v in os.environ.items() if k not in ENVIRONMENT},  # a user's shell
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done, nbformat.read(target, as_version=4)

    return call


def printed(notebook):
    return [o.text for cell in notebook.cells for o in cell.get("outputs", ()) if "text" in o]


def test_the_command_takes_the_engine(command):
    _, made = command("-p", "year", "2021")
    assert made.metadata.papermill.engine == "forked"
    assert printed(made)[0] == "2021\n"


def test_the_command_reads_parameters_from_a_file_and_from_text(command, tmp_path):
    (tmp_path / "year.yaml").write_text("year: 2019\n", "utf-8")
    assert printed(command("-f", tmp_path / "year.yaml")[1])[0] == "2019\n"
    assert printed(command("-y", "year: 2018")[1])[0] == "2018\n"


def test_the_command_only_prepares(command):
    _, made = command("-p", "year", "2022", "--prepare-only")  # running it would fail
    assert [cell.execution_count for cell in made.cells] == [None] * 4
    assert "year = 2022" in made.cells[1].source


def test_the_command_logs_outputs_and_shows_a_bar(command):
    done, made = command("-p", "year", "2021", "--log-output", "--progress-bar")
    assert "2021" in done.stderr
    assert "Executing" in done.stderr
    assert "4/4" in done.stderr
    assert made.metadata.papermill.engine == "forked"
