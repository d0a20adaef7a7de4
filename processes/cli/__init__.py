"""The command `yimen`: `main.py` holds its group and the small commands, the other modules one subject each."""
