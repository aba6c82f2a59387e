"""``python -m perfanalysis.cli``."""

from perfanalysis.cli import main

main()
