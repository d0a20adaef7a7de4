"""Diagrams as they are drawn: no label lies upon another one, in any view."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from lxml import etree

from tests.conftest import CONTENT

_NS = {"di": "http://www.omg.org/spec/BPMN/20100524/DI", "dc": "http://www.omg.org/spec/DD/20100524/DC"}
_Box = tuple[float, float, float, float]


def _labels(file: Path) -> list[tuple[str, _Box]]:
    """What is labelled, with where its label stands; what has no name shows none."""
    root = etree.parse(file).getroot()
    names = {e.get("id"): e.get("name") for e in root.iter() if e.get("id")}
    found = []
    for drawn in root.iter(f"{{{_NS['di']}}}BPMNShape", f"{{{_NS['di']}}}BPMNEdge"):
        bounds = drawn.find("di:BPMNLabel/dc:Bounds", _NS)
        name = names.get(drawn.get("bpmnElement"))
        if bounds is not None and name:
            x, y, width, height = (float(bounds.get(k, "0")) for k in ("x", "y", "width", "height"))
            found.append((f"{drawn.get('bpmnElement')}（{name}）", (x, y, x + width, y + height)))
    return found


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("file", sorted(CONTENT.glob("*/*.bpmn")), ids=lambda f: f.stem)
def test_no_label_lies_upon_another(file: Path) -> None:
    upon = [(a, b) for (a, one), (b, other) in combinations(_labels(file), 2) if _overlap(one, other)]
    assert upon == []
