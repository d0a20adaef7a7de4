"""A library that takes its time to load, as one does on a machine that is busy."""

import time

time.sleep(2)
