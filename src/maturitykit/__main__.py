"""``python -m maturitykit`` is the command line."""

from maturitykit.cli import main

main()
