"""Whether this is the run of the night (`./test nightly`), with the large counts."""

from __future__ import annotations

import os

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
