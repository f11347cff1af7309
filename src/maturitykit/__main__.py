"""The command line, run as ``python -m maturitykit``."""

from maturitykit.cli import main

main()
