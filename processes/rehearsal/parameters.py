"""Programmes with other parameter values, for scenarios that play an option both ways."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from processes.errors import ScenarioInvalid
from processes.releases.bundle import Bundle

_FILE = "policy.toml"


def with_values(bundles: list[Bundle], wanted: Mapping[str, Any]) -> list[Bundle]:
    """Return the programmes with these values everywhere from 2025 on; raises `ScenarioInvalid` for unknown names."""
    if not wanted:
        return bundles
    known = {name for bundle in bundles for name in bundle.policy.parameters}
    for name in wanted:
        if name not in known:
            raise ScenarioInvalid(reason=f"没有名为“{name}”的政策参数")
    return [_changed(bundle, {k: v for k, v in wanted.items() if k in bundle.policy}) for bundle in bundles]


def _changed(bundle: Bundle, wanted: Mapping[str, Any]) -> Bundle:
    """Appended, because a later value under a name takes precedence, also over shared ones."""
    if not wanted:
        return bundle
    written = bundle.files.get(_FILE, b"").decode()
    for name, value in wanted.items():
        parameter = bundle.policy.parameters[name]
        literal = json.dumps(value if isinstance(value, bool) else str(value))
        written += (
            f"\n[[parameter]]\nname = {json.dumps(name)}\n"
            f"title = {json.dumps(parameter.title, ensure_ascii=False)}\nunit = "
            f"{json.dumps(parameter.unit, ensure_ascii=False)}\nvalues = [{{ value = {literal}, "
            'from = 2025-01-01, division = "", source = "情景", confirmed = false }]\n'
        )
    return Bundle({**bundle.files, _FILE: written.encode()})
