"""Inputs and answers recorded for an instance, read from its stored state without restoring it.

Fast enough to read every case of a county. Tables, sheets and scripts are not included: callers recompute
them.
"""

from __future__ import annotations

from typing import Any

import orjson
import zstandard

from processes.engine.definitions import Definition
from processes.policy import values


def recorded_inputs(raw: bytes, definition: Definition) -> dict[str, Any]:
    """Return the application's data, the last form of every step, the last result of every service task."""
    document = orjson.loads(zstandard.decompress(raw))
    data: dict[str, Any] = {}
    for kind, _now, ref, entry, _fired in values.decoded(document["journal"]):
        if kind == "start" and isinstance(entry, dict):
            data.update(entry)
        elif kind in ("complete", "answer"):
            node = definition.node_at(ref)
            if node is not None:
                data[node.id if kind == "complete" else node.result or node.id] = entry
    return data
