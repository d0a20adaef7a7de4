"""`python -m processes.cli` is the command `yimen`."""

from processes.cli.main import main

main()
