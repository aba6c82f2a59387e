"""What is warmed up before the fork is what the first report would otherwise pay for."""

import subprocess
import sys

import pytest

from perfanalysis.report.warm import warm_up

SCRIPT = """
import sys
from perfanalysis.report.warm import warm_up
from perfanalysis.report import text, typeface, templating
warm_up({lang!r})
caches = [text.catalogue, typeface.register, typeface._characters, templating.source]
assert all(each.cache_info().currsize for each in caches), caches
print("matplotlib_inline" in sys.modules, "matplotlib.pyplot" in sys.modules)
"""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_fonts_and_texts_are_there_afterwards_and_nothing_that_keeps_figures_from_showing(lang):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(lang=lang)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "False False\n", "")


def test_nothing_is_shown(capsys):
    warm_up("zh")
    assert capsys.readouterr() == ("", "")
