"""The clauses of the county's implementing opinion: position in the text, and content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from processes.policy.toml_text import read_toml
from processes.releases.bundle import Bundle
from processes.texts import tr

FILE = "clauses.toml"


@dataclass(frozen=True, slots=True)
class Clause:
    """One duty of the county's text."""

    id: str
    section: str
    """Chapter and part, as cited: 一（三）."""
    text: str

    @property
    def cited(self) -> str:
        """The citation shown on pages."""
        return tr("县实施意见{section}", section=self.section)


@dataclass(frozen=True, slots=True)
class Carried:
    """A step that carries out a clause."""

    programme: str
    step: str


@cache
def known(content: Path) -> Mapping[str, Clause]:
    """Return the clauses by number, in the order of the text; empty if an office has no such file."""
    file = content / FILE
    rows = read_toml(file.read_bytes())["clause"] if file.is_file() else []
    return {str(row["id"]): _clause(row) for row in rows}


def cited(content: Path) -> dict[str, str]:
    """Return by number how a clause is cited."""
    return {number: clause.cited for number, clause in known(content).items()}


def of(content: Path, numbers: Iterable[str]) -> list[Clause]:
    """Return the clauses of these numbers, in the order of the text; unknown numbers are left out."""
    wanted = frozenset(numbers)
    return [clause for number, clause in known(content).items() if number in wanted]


def carried_by(bundles: Iterable[Bundle]) -> dict[str, list[Carried]]:
    """Return by clause number the steps of these releases that carry it out, each once."""
    by_number: dict[str, dict[Carried, None]] = {}
    for bundle in bundles:
        for process in bundle.starts or (bundle.process,):
            for diagram in bundle.definition(process).diagrams.values():
                for node in diagram.nodes.values():
                    for number in node.clauses:
                        by_number.setdefault(number, {})[Carried(bundle.title, node.name or diagram.name)] = (
                            None
                        )
    return {number: list(steps) for number, steps in by_number.items()}


def _clause(row: Mapping[str, str]) -> Clause:
    section = str(row["section"]).replace("(", "（").replace(")", "）")
    return Clause(str(row["id"]), section, str(row.get("text", "")))
