"""The forked engine: outputs as a kernel gives them, and failures that stay within their report."""

import os

import pytest


def outputs(executed):
    """Outputs of the cells after the parameters and the injected one."""
    cells = [c for c in executed.notebook.cells if c.cell_type == "code"]
    return [cell.outputs for cell in cells[2:]]


def text(output):
    return output.get("text") or output["data"]["text/plain"]


def test_streams_keep_their_names_and_results_their_count(run):
    executed = run(
        "import sys\nprint('一')\nprint('错', file=sys.stderr)\nprint('二')\nyear + 1",
        "year",
    )
    assert executed.failure is None
    first, second = outputs(executed)
    assert [(o.output_type, text(o)) for o in first] == [
        ("stream", "一\n二\n"),
        ("stream", "错\n"),
        ("execute_result", "2022"),
    ]
    assert [o.get("name") for o in first] == ["stdout", "stderr", None]
    assert second[0].execution_count == 4  # parameters, injected, first, second


def test_displays_keep_metadata_and_can_be_updated_and_cleared(run):
    executed = run(
        "from IPython.display import HTML, clear_output, display\n"
        "handle = display(HTML('<b>1</b>'), metadata={'role': 'x'}, display_id='one')\n"
        "display({'text/html': 'raw'}, raw=True, metadata={'perfanalysis': {'n': [1, None]}})",
        "handle.update(HTML('<b>2</b>'))\nprint('gone')\nclear_output()\nprint('kept')",
        "print('gone')\nclear_output(wait=True)\nprint('last')",
    )
    shown, updating, waiting = outputs(executed)
    assert [o.data["text/html"] for o in shown] == ["<b>2</b>", "raw"]
    assert shown[1].metadata == {"perfanalysis": {"n": [1, None]}}
    assert [text(o) for o in updating] == ["kept\n"]
    assert [text(o) for o in waiting] == ["last\n"]


def test_every_figure_of_a_cell_is_shown(run):
    executed = run(
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.figure()\nplt.plot([2, 1]);"
    )
    (shown,) = outputs(executed)
    assert ["image/png" in o.data for o in shown] == [True, True]
    assert shown[0].data["image/png"] != shown[1].data["image/png"]


def test_a_warning_does_not_name_the_process(run):
    executed = run("import warnings\nwarnings.warn('留意', stacklevel=1)")
    ((warning,),) = outputs(executed)
    assert warning.text.startswith("<cell>:2: UserWarning: 留意")


def test_magics_and_await_work(run):
    executed = run(
        "%%capture kept\nprint(1)", "kept.stdout", "import asyncio\nawait asyncio.sleep(0, 7)"
    )
    assert [text(o) for cell in outputs(executed) for o in cell] == ["'1\\n'", "7"]


def test_parameters_are_injected_readably(run):
    executed = run("year", parameters={"year": "区\"县'\\"})
    assert outputs(executed)[0][0].data["text/plain"] == repr("区\"县'\\")
    injected = executed.notebook.cells[1]
    assert injected.id == "injected-parameters"
    assert "区" in injected.source


def test_an_exception_stops_the_notebook_there(run):
    executed = run("1 + 1", "1 / 0", "print('never')")
    failure = executed.failure
    assert (failure.cell, failure.source, failure.error) == (4, "1 / 0", "ZeroDivisionError")
    assert "Cell In[4], line 1" in failure.traceback
    assert "\x1b" not in failure.traceback
    assert outputs(executed)[2] == []


def test_an_expected_exception_does_not_stop_it(run):
    # papermill itself reports any error output as a failure once the notebook has run through
    executed = run("1 / 0", "print('after')", tags={0: ["raises-exception"]})
    raised, after = outputs(executed)
    assert (raised[0].ename, text(after[0])) == ("ZeroDivisionError", "after\n")


def test_reports_share_nothing_and_leave_no_process(run):
    first = run("import os\nleft = 1\nos.environ['LEFT'] = '1'\nos.getpid()")
    second = run("import os\n'left' in globals(), os.environ.get('LEFT')")
    assert outputs(second)[0][0].data["text/plain"] == "(False, None)"
    pid = int(outputs(first)[0][0].data["text/plain"])
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_bypasses_the_streams_is_shown_where_it_was_written(run):
    executed = run(
        "import os, sys\nprint('a')\nos.system('echo b; echo e >&2')\nprint('c')\n"
        "pid = os.fork()\nif not pid:\n    print('child')\n    os._exit(0)\n"
        "os.waitpid(pid, 0);"
    )
    ((out, err),) = outputs(executed)
    assert (out.name, out.text) == ("stdout", "a\nb\nc\nchild\n")
    assert (err.name, err.text) == ("stderr", "e\n")


def test_each_report_draws_random_numbers_of_its_own(run):
    source = "import random, numpy\nrandom.random(), numpy.random.random()"
    first, second = (outputs(run(source))[0][0].data["text/plain"] for _ in range(2))
    assert not set(first.strip("()").split(", ")) & set(second.strip("()").split(", "))


def test_leaving_a_notebook_early_is_a_failure(run):
    """To papermill it is none, and the page would look whole."""
    failure = run("import sys\nsys.exit()", "print('never')").failure
    assert (failure.cell, failure.error, failure.source) == (
        3,
        "SystemExit",
        "import sys\nsys.exit()",
    )


def test_asking_the_shell_to_leave_ends_the_process(run):
    failure = run("exit()", "print('never')").failure
    assert (failure.cell, failure.error) == (4, "ProcessEnded")
    assert "代码 0" in failure.message
