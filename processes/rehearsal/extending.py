"""Adds a new step of a process to all its scenarios at once; comments are kept."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from processes.errors import ScenarioInvalid
from processes.rehearsal import scenarios
from processes.texts import tr

_UNBROKEN = 4096


def with_step(files: Mapping[str, bytes], after: str, task: str, data: Mapping[str, Any]) -> dict[str, str]:
    """Return the scenario files, by name, in which `task` now follows every completion of `after`.

    Steps that are refused, returned or only claimed are not completed, so nothing is added after them; a step
    that already follows is not added again. Unchanged files are left out.
    """
    changed = {}
    for name in sorted(n for n in files if n.startswith("scenarios/")):
        document = _read(name, files[name])
        lists = [document, *document.get("variants", [])]
        if sum(_insert(part.get("steps"), after, task, data) for part in lists):
            changed[name] = _written(document)
    return changed


def without_step(files: Mapping[str, bytes], task: str) -> dict[str, str]:
    """Return the scenario files from which completions of a step were removed; the reverse of `with_step`."""
    changed = {}
    for name in sorted(n for n in files if n.startswith("scenarios/")):
        document = _read(name, files[name])
        if sum(_remove(part.get("steps"), task) for part in [document, *document.get("variants", [])]):
            changed[name] = _written(document)
    return changed


def has_step(files: Mapping[str, bytes], task: str) -> bool:
    """Return whether any scenario mentions the step; a text search."""
    word = re.compile(rf"\btask: *{re.escape(task)}\b".encode())
    return any(word.search(files[n]) for n in files if n.startswith("scenarios/"))


def _remove(steps: Any, task: str) -> int:
    gone = [n for n, step in enumerate(steps or []) if _completes(step, task)]
    for n in reversed(gone):
        del steps[n]
    return len(gone)


def _insert(steps: Any, after: str, task: str, data: Mapping[str, Any]) -> int:
    count = 0
    for n in range(len(steps or []) - 1, -1, -1):
        if not _completes(steps[n], after) or (n + 1 < len(steps) and steps[n + 1].get("task") == task):
            continue
        step = CommentedMap({"task": task, "data": CommentedMap(data)})
        step.fa.set_flow_style()
        steps.insert(n + 1, step)
        count += 1
    return count


def _completes(step: Mapping[str, Any], task: str) -> bool:
    return step.get("task") == task and "refused" not in step and step.get("action", "complete") == "complete"


def _yaml() -> YAML:
    made = YAML()
    made.preserve_quotes = True
    made.width = _UNBROKEN
    made.indent(mapping=2, sequence=4, offset=2)
    return made


def _read(name: str, raw: bytes) -> Any:
    scenarios.plain(raw, name)  # this parser keeps comments and has no limits of its own
    try:
        return _yaml().load(raw.decode())
    except (YAMLError, UnicodeDecodeError, ValueError, ArithmeticError) as fault:
        raise ScenarioInvalid(reason=tr("{name} 不是有效的 YAML：{fault}", name=name, fault=fault)) from fault


def _written(document: Any) -> str:
    out = io.StringIO()
    _yaml().dump(document, out)
    return out.getvalue()
