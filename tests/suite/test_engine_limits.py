"""What a report may not do ends that report, says why, and leaves nothing behind."""

import pytest
from pipes_of_tests import ending_of, open_pipe, process_at

# So that a limit that is not kept is a red test and no endless one.
AT_MOST = 60

ENDINGS = {
    # cell, limits, words of the reason
    "exits": ("import os\nos._exit(3)", {}, "代码 3"),
    "segfault": ("import ctypes\nctypes.string_at(0)", {}, "SIGSEGV"),
    "killed": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", {}, "SIGKILL"),
    "exits before its child": (
        "import os, signal\nif os.fork():\n    os._exit(3)\nsignal.pause()",
        {},
        "代码 3",
    ),
    "endless": ("while True:\n    pass", {"cell_seconds": 1}, "每个单元格 1 秒"),
    "endless, heeding nothing": (
        "while True:\n    try:\n        while True:\n            pass\n"
        "    except BaseException:\n        pass",
        {"cell_seconds": 1},
        "每个单元格 1 秒",
    ),
    "waits for ever": (
        "import asyncio\nawait asyncio.Event().wait()",
        {"cell_seconds": 1},
        "每个单元格 1 秒",
    ),
    "too long together": ("while True:\n    pass", {"report_seconds": 2}, "每份报告 2 秒"),
    "memory": (
        "import signal\nblocks = [b'x' * 10_000_000 for _ in range(100)]\nsignal.pause()",
        {"memory_mb": 500},
        "占用内存超过了 500 MB",
    ),
    "memory of a child": (
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', "
        "'import signal; x = b\"x\" * 400_000_000; signal.pause()'])",
        {"memory_mb": 350},
        "占用内存超过了 350 MB",
    ),
    "printing": (
        "while True:\n    try:\n        print('行' * 999)\n    except BaseException:\n        0",
        {"cell_output_mb": 1},
        "每个单元格 1 MB",
    ),
    "displaying": (
        "while True:\n    display({'text/html': 'x' * 1000}, raw=True)",
        {"cell_output_mb": 0.5},
        "每个单元格 0.5 MB",
    ),
    "printing together": (
        "while True:\n    print('x')",
        {"report_output_mb": 0.1},
        "每份报告 0.1 MB",
    ),
    "printing past the streams": (
        "import os\nos.system('head -c 3000000 /dev/zero; exec tail -f /dev/null')",
        {"report_output_mb": 1},
        "每份报告 1 MB",
    ),
    "processes": (
        "import os, signal\nfor _ in range(20):\n    if not os.fork():\n        signal.pause()\n"
        "signal.pause()",
        {"processes": 10},
        "10 个的上限",
    ),
}


@pytest.mark.parametrize(("source", "limits", "words"), ENDINGS.values(), ids=ENDINGS)
def test_it_ends_that_report_only(run, source, limits, words):
    bounded = {"cell_seconds": AT_MOST, **limits}
    executed = run("print('before')", source, "print('never')", **bounded)
    failure = executed.failure
    assert (failure.cell, failure.source, failure.error) == (4, source, "ProcessEnded")
    assert words in failure.message
    assert words in failure.traceback
    before, _, never = [c for c in executed.notebook.cells if c.cell_type == "code"][2:]
    assert (before.outputs[0].text, never.outputs) == ("before\n", [])
    after = run("print('next')")
    assert (after.failure, after.engine) == (None, "forked")


def test_a_time_limit_says_where_the_cell_was_and_keeps_what_it_printed(run):
    executed = run("print('so far')\nwhile True:\n    n = 1", cell_seconds=1)
    assert "n = 1" in executed.failure.traceback or "while True" in executed.failure.traceback
    printed, error = executed.notebook.cells[-1].outputs
    assert printed.text == "so far\n"
    assert error.evalue == executed.failure.message


def test_output_up_to_the_bound_is_kept(run):
    executed = run("while True:\n    print('x' * 999)", cell_output_mb=0.25)
    printed = executed.notebook.cells[-1].outputs[0].text
    assert 0.25 * 2**20 - 1000 <= len(printed) <= 0.25 * 2**20


def test_processes_left_behind_end_with_the_report(run, tmp_path):
    """The pipe has no writer left only once they are gone."""
    pipe, reader = open_pipe(tmp_path)
    executed = run(
        f"import os, signal\nready, started = os.pipe()\nif not os.fork():\n"
        f"    out = os.open({str(pipe)!r}, os.O_WRONLY)\n"
        f"    os.write(out, b'%d' % os.getpid())\n"
        f"    os.write(started, b'x')\n    while True:\n        signal.pause()\n"
        f"os.read(ready, 1);",
        cell_seconds=AT_MOST,
    )
    assert executed.failure is None
    with process_at(reader):
        assert ending_of(reader) == b""
