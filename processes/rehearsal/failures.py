"""Failures of a rehearsal for supervisors: with titles of steps, grouped by cause."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from processes.engine.diagrams import Diagram
from processes.releases.bundle import Bundle
from processes.texts import tr

_STUCK = re.compile(r"环节 (\w+) 当前没有待办；待办的环节：([\w、]+)")
_CODE = re.compile(r"（[a-z][a-z_]*）")
_NOTHING = re.compile(r"\bNone\b")
_WORD = re.compile(r"(?<![A-Za-z0-9_.“])[a-z][a-z0-9_]*(?![A-Za-z0-9_.”])")
_NO_ITEM = tr("无")


@dataclass(frozen=True, slots=True)
class Failure:
    """One cause: what is wrong, in which scenarios, and details for each of them."""

    cause: str
    scenarios: list[tuple[str, list[str]]]
    waits_at: tuple[str, ...] = ()
    """The steps that wait there, by id."""

    @property
    def sentence(self) -> str:
        """One sentence for the cause: `25 个情景都停在“镇长复核”`."""
        together = tr("都") if len(self.scenarios) > 1 else ""
        return tr(
            "{scenarios} 个情景{together}{cause}",
            scenarios=len(self.scenarios),
            together=together,
            cause=self.cause,
        )


def grouped(failed: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> list[Failure]:
    """Group failed scenarios by cause, the most frequent first."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    waits: dict[str, tuple[str, ...]] = {}
    for row in failed:
        sentences = [str(d) for d in row["differences"]]
        cause = next((c for d in sentences if (c := _stuck(d, titles))), "") or tr(
            "不符：{titles}", titles=read(sentences[0], titles)
        )
        waits.setdefault(cause, next((w for d in sentences if (w := _waiting(d))), ()))
        found.setdefault(cause, []).append((str(row["scenario"]), [read(d, titles) for d in sentences]))
    return sorted((Failure(c, s, waits[c]) for c, s in found.items()), key=lambda f: -len(f.scenarios))


def read(difference: str, titles: Mapping[str, str]) -> str:
    """Replace codes in a difference by titles of steps, papers, limits and outcomes; nothing becomes 无."""
    plain = _NOTHING.sub("无", _CODE.sub("", difference))
    return _WORD.sub(lambda w: tr("“{w}”", w=titles[w[0]]) if w[0] in titles else w[0], plain)


def titles_of(bundle: Bundle) -> dict[str, str]:
    """Return titles of everything that a scenario names: steps, papers, limits, outcomes."""
    steps = {name: node.name for d in _diagrams(bundle) for name, node in d.nodes.items() if node.name}
    papers = {p.id: p.title for p in bundle.papers.values()}
    limits = {name: rule.title for name, rule in bundle.clocks.items()}
    return {**bundle.outcomes, **limits, **papers, **steps}


def _diagrams(bundle: Bundle) -> Iterable[Diagram]:
    for process in bundle.starts:
        yield from bundle.definition(process).diagrams.values()


def _waiting(difference: str) -> tuple[str, ...]:
    match = _STUCK.search(difference)
    return tuple(match[2].split("、")) if match is not None and match[2] != _NO_ITEM else ()


def _stuck(difference: str, titles: Mapping[str, str]) -> str:
    match = _STUCK.search(difference)
    if match is None:
        return ""
    if match[2] == _NO_ITEM:
        return tr("没有走到“{match}”", match=titles.get(match[1], match[1]))
    return tr("停在") + tr("、").join(tr("“{get}”", get=titles.get(t, t)) for t in match[2].split("、"))
