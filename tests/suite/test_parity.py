"""The forked engine shows what papermill's own engine shows with an ordinary kernel."""

import json
import re
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from perfanalysis.suite.config import load_suite
from perfanalysis.suite.frames import frames
from perfanalysis.suite.notebooks import find_notebooks
from perfanalysis.suite.pool import run_jobs
from perfanalysis.suite.prepare import prepare
from perfanalysis.suite.request import Request, sources_of
from perfanalysis.suite.workers import Workers

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

# One notebook; every cell may raise, so that all of them run.
AWKWARD = {
    "streams": "import sys\nprint('a'); print('b', file=sys.stderr); print('c')\nyear",
    "displays": "from IPython.display import HTML, Markdown, display\nimport warnings\n"
    "h = display(HTML('<i>x</i>'), display_id='d', metadata={'k': [1]})\nprint('between')\n"
    "display(Markdown('**粗**')); warnings.warn('留意')\nprint('end', file=sys.stderr)",
    "update of an earlier cell": "h.update(HTML('<i>y</i>'))",
    "raw display": "display({'text/html': 'raw', 'application/json': {'a': [1, None]}}, raw=True,\n"
    "        metadata={'text/html': {'isolated': True}, 'role': '角色'})",
    "clear": "from IPython.display import clear_output\n"
    "print('gone')\nclear_output()\nprint('kept')",
    "clear and wait": "print('gone')\nclear_output(wait=True)\nprint('last')",
    "clear and wait for nothing": "print('stays')\nclear_output(wait=True)",
    "carriage returns": "for n in range(3):\n    print(f'\\r{n}/3', end='')\nprint('\\b!\\r\\n')",
    "long output": "for n in range(20_000):\n    print(n, '行' * 20)",
    "long line": "print('x' * 2_000_000)",
    "DataFrame": "import pandas as pd\n"
    "frame = pd.DataFrame({'名称': ['甲', '乙'], 'x': [1.5, None]})\n"
    "frame",
    "Styler": "frame.style.set_uuid('t').format(precision=1).highlight_max('x')",
    "implicit figure": "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\n"
    "ax.plot([1, 3, 2]);",
    "two figures": "plt.plot([1, 2])\nplt.figure()\nplt.plot([2, 1])\nplt.show()\nplt.plot([0, 0])",
    "figure without pyplot": "from matplotlib.figure import Figure\n"
    "f = Figure(); f.subplots().plot([2, 1])\ndisplay(f)",
    "settings of figures": "%config InlineBackend.figure_format = 'svg'\n"
    "plt.rcParams['svg.hashsalt'] = 's'\nimport os\nos.environ['SOURCE_DATE_EPOCH'] = '0'\n"
    "plt.plot([1, 2])",
    "magic with figures": "%matplotlib inline\nplt.plot([3, 4]);",
    "capture": "%%capture out\nprint('captured'); display(HTML('x')); plt.plot([1])",
    "captured": "out.stdout, len(out.outputs)",
    "cell magic": "%%html\n<b>bold</b>",
    "script": "%%bash\necho out; echo err >&2",
    "failing script": "%%bash\nexit 3",
    "written file": "%%writefile written.txt\nText",
    "shell": "!echo shell && cat written.txt",
    "module beside the notebook": "!echo 'x = 7' > beside_the_notebook.py\n"
    "import beside_the_notebook\nbeside_the_notebook.x, beside_the_notebook.__file__[-3:]",
    "assigned shell": "lines = !printf 'a\\nb\\n'\nlines",
    "line magics": "%pwd\n%who_ls str",
    "unknown magic": "%nosuchmagic 1",
    "help": "len?",
    "history": "%history -n 1",
    "last results": "1 + 1\n_",
    "await": "import asyncio\nawait asyncio.sleep(0, 5)",
    "loop is running": "coroutine = asyncio.sleep(0)\ntry:\n    asyncio.run(coroutine)\n"
    "finally:\n    coroutine.close()",
    "task of an earlier cell": "event = asyncio.Event()\n"
    "async def late():\n    await event.wait()\n"
    "    print('late')\ntask = asyncio.create_task(late())",
    "its end": "event.set()\nawait task\nprint('after')",
    "thread": "import threading\nt = threading.Thread(target=print, args=('from a thread',))\n"
    "t.start(); t.join()",
    "thread of an earlier cell": "go = threading.Event()\n"
    "t = threading.Thread(target=lambda: (go.wait(), print('let go')), daemon=True)\nt.start()",
    "its output": "go.set()\nt.join()",
    "thread that raises": "t = threading.Thread(target=lambda: 1 / 0, name='T')\n"
    "t.start(); t.join()",
    "pool": "import multiprocessing\nmultiprocessing.get_start_method()",
    "children": "def double(n):\n    return 2 * n\nwith multiprocessing.Pool(2) as pool:\n"
    "    print(pool.map(double, range(3)))",
    "logging": "import logging\nlogging.getLogger('x').warning('logged')",
    "deprecation": "warnings.warn('old', DeprecationWarning)",
    "input": "input('name? ')",
    "getpass": "import getpass\ngetpass.getpass()",
    "standard input": "sys.stdin.closed or sys.stdin.isatty()",
    "stream facts": "sys.stdout.isatty(), sys.stdout.encoding, sys.stdout.writable(), "
    "sys.stdout.readable(), sys.stderr.name, sys.stdout.closed",
    "writing bytes": "try:\n    sys.stdout.write(b'x')\n"
    "except TypeError as error:\n    print(error)",
    "no buffer": "sys.stdout.buffer.write(b'x')",
    "done": "import matplotlib\nmatplotlib.get_backend()",
    "changes": "import locale, random\nos.chdir('/')\nos.environ['LEFT'] = '1'\n"
    "locale.setlocale(locale.LC_ALL, 'C')\nrandom.seed(1)\nos.getcwd(), random.random()",
    "after changes": "os.getcwd(), os.environ['LEFT'], locale.setlocale(locale.LC_ALL), "
    "random.random()",
    "namespace": "__name__, __builtins__.__name__, 'get_ipython' in globals(), '' in sys.path",
    "notebook told by its config": "'IPKernelApp' in get_ipython().config",
    "assertion": "assert year == 1, 'not one'",
    "deep traceback": "def f(x):\n    return 1 / x\n\ndef g():\n    f(0)\n\ng()",
    "chained": "try:\n    {}['键']\n"
    "except KeyError as error:\n    raise ValueError('值') from error",
    "group": "raise ExceptionGroup('many', [ValueError(1), TypeError('t')])",
    "syntax error": "print('never'\n1 +",
    "indentation": "if True:\nprint(1)",
    "repr that raises": "class Bad:\n"
    "    def __repr__(self):\n        raise ValueError('repr')\nBad()",
    "html that raises": "class Half:\n"
    "    def _repr_html_(self):\n        raise ValueError('html')\n"
    "Half()",
    "traceback to stderr": "import traceback\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n"
    "    traceback.print_exc()",
    "interrupt": "raise KeyboardInterrupt",
    "exit": "raise SystemExit('stop')",
    "exit by number": "sys.exit(3)",
    "end": "'still here'",
}

# What differs from run to run of the same engine.
CHANCE = {
    "addresses": (re.compile(r"0x[0-9a-f]{6,}"), "0x"),
}


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(cell):
    text = json.dumps([cell.execution_count, cell.outputs], ensure_ascii=False, sort_keys=True)
    for pattern, name in CHANCE.values():
        text = pattern.sub(name, text)
    return text


@pytest.fixture(scope="module")
def awkward(run_in):
    tags = {number: ["raises-exception"] for number in range(len(AWKWARD))}
    return [
        run_in(engine, *AWKWARD.values(), tags=tags, cell_output_mb=32)
        for engine in ("forked", "jupyter")
    ]


@pytest.mark.parametrize("name", AWKWARD)
def test_an_awkward_cell_shows_what_it_shows_in_a_kernel(awkward, name):
    ours, theirs = (
        dict(zip(AWKWARD, code_cells(each.notebook)[2:], strict=True))[name] for each in awkward
    )
    assert shown(ours) == shown(theirs)


def test_an_awkward_notebook_ends_as_it_does_in_a_kernel(awkward):
    ours, theirs = awkward
    assert (ours.engine, theirs.engine) == ("forked", "jupyter")
    assert ours.failure == theirs.failure
    assert ours.notebook.metadata.language_info == theirs.notebook.metadata.language_info
    assert [c.cell_type for c in ours.notebook.cells] == [
        c.cell_type for c in theirs.notebook.cells
    ]


# Cells after which nothing runs: the notebook's state, and what papermill makes of it.
STOPS = {
    "an exception": ("def f(x):\n    return 1 / x", "f(0)", "print('never')"),
    "a syntax error": ("1 +", "print('never')"),
    "an exit": ("print('seen')\nimport sys\nsys.exit()", "print('never')"),
    "an exit with a code": ("import sys\nsys.exit(3)", "print('never')"),
}


@pytest.mark.parametrize("sources", STOPS.values(), ids=STOPS)
def test_a_notebook_that_stops_is_left_as_a_kernel_leaves_it(run_in, sources):
    ours, theirs = run_in("forked", *sources), run_in("jupyter", *sources)
    assert ours.failure == theirs.failure is not None
    assert list(map(shown, code_cells(ours.notebook))) == list(
        map(shown, code_cells(theirs.notebook))
    )
    assert [c.source for c in ours.notebook.cells] == [c.source for c in theirs.notebook.cells]
    assert [facts(c) for c in ours.notebook.cells] == [facts(c) for c in theirs.notebook.cells]


def facts(cell):
    """What papermill says of a cell, but for the times."""
    about = cell.metadata.get("papermill", {})
    return cell.metadata.get("tags"), about.get("status"), about.get("exception")


def test_a_table_of_great_tables_is_what_a_kernel_shows(run_in):
    sources = (
        "import pandas as pd\nfrom great_tables import GT",
        "GT(pd.DataFrame({'x': [1, 2]}), id='t')",
    )
    ours, theirs = run_in("forked", *sources), run_in("jupyter", *sources)
    assert ours.engine == "forked"
    assert list(map(shown, code_cells(ours.notebook))) == list(
        map(shown, code_cells(theirs.notebook))
    )


REFUSED = {
    "a comm": ("import comm\ncomm.create_comm(target_name='t').comm_id and 'sent'", "comm"),
    "the kernel": ("get_ipython().kernel.shell.user_ns['year']", "kernel.shell"),
}


@pytest.mark.parametrize(("source", "words"), REFUSED.values(), ids=REFUSED)
def test_what_only_a_kernel_can_do_is_run_by_one(run_in, source, words):
    executed = run_in("forked", "print('once')", source)
    assert (executed.engine, executed.failure) == ("jupyter", None)
    assert words in executed.engine_reason
    once, asked = (cell.outputs for cell in code_cells(executed.notebook)[2:])
    assert [output.text for output in once] == ["once\n"]
    assert asked[0].output_type == "execute_result"
    after = run_in("forked", "1")  # the worker can still be forked
    assert (after.engine, after.engine_reason) == ("forked", "")


@pytest.fixture(scope="module")
def suite_notebooks(tmp_path_factory):
    """One report of each notebook of the suite, by both engines: page to executed notebook."""
    suite = load_suite(ROOT / "suite.toml")
    made = {}
    for engine in ("forked", "jupyter"):
        request = Request(
            work_year=suite.work_year,
            data=ROOT / "data",
            reports=ROOT / "reports",
            notebooks=ROOT / "notebooks",
            lang="zh",
            edition="internal",
            only=(),
            parameters={},
            engine=engine,
            force=True,
        )
        run = prepare(suite, request, sources_of(suite, request))
        first = {task.notebook.name: task for task in reversed(run.tasks)}
        names = {task.page: name for name, task in first.items()}
        jobs = replace(run, tasks=tuple(first.values())).jobs(frames(run))
        folder = tmp_path_factory.mktemp(engine)
        setup = run.setup(executed=folder, pages=folder)
        with Workers(2, root=ROOT, engine=engine, notebooks=setup.notebooks) as workers:
            outcomes = run_jobs(jobs, setup, workers=workers, on_done=lambda _: None)
        assert {(each.engine, each.failure) for each in outcomes.values()} == {(engine, None)}
        made[engine] = {
            names[job.page]: (
                nbformat.read(folder / f"{Path(job.page).stem}.ipynb", as_version=4),
                (folder / job.page).read_bytes(),
            )
            for job in jobs
        }
    return made


NOTEBOOKS = [found.name for found in find_notebooks(ROOT / "notebooks")]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_of_the_suite_gives_the_same_bytes(suite_notebooks, name):
    (ours, our_page), (theirs, their_page) = (
        suite_notebooks[engine][name] for engine in ("forked", "jupyter")
    )
    assert any(cell.outputs for cell in code_cells(ours))
    assert [json.dumps(c.outputs) for c in code_cells(ours)] == [
        json.dumps(c.outputs) for c in code_cells(theirs)
    ]
    assert our_page == their_page
