"""Diagrams for the viewer: the requested process first, then those that it calls."""

from __future__ import annotations

from processes.engine.definitions import Definition
from processes.releases.bundle import Bundle


def sheets(bundle: Bundle, definition: Definition) -> list[dict[str, str]]:
    """Return process id, name and XML of every diagram of a definition."""
    found = [
        {"process": p, "name": d.name or p, "xml": bundle.diagram_xml(definition, p)}
        for p, d in definition.diagrams.items()
        if d.executable
    ]
    return sorted(found, key=lambda s: s["process"] != definition.process)
