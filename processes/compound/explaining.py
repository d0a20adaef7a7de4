"""Explains a case's computation on the command line, and recomputes it under its own release."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from processes.cases import events
from processes.cases.models import Case
from processes.decisions import card, rerun
from processes.decisions.card import Card
from processes.decisions.reading import ParameterShown
from processes.decisions.rerun import Rerun, Today
from processes.engine import runtime
from processes.engine.explanation import ExplainedLine
from processes.engine.facts import Facts
from processes.errors import CaseNotFound
from processes.office.door import Office
from processes.parameters.pins import CasePolicy
from processes.policy import values
from processes.releases import publish
from processes.texts import tr


@dataclass(frozen=True, slots=True)
class Explanation:
    """A case's computation, line by line, and whether recomputation gives the same."""

    number: str
    card: Card | None
    sheets: tuple[tuple[str, tuple[ExplainedLine, ...]], ...]
    parameters: tuple[ParameterShown, ...]
    rerun: Rerun
    today: Today

    def as_json(self) -> Any:
        """Return plain values for JSON."""
        return values.plain(
            {
                "case": self.number,
                "same": self.rerun.same,
                "arithmetic": self.card.arithmetic if self.card else "",
                "sheets": [
                    {"title": t, "lines": [asdict(line) for line in lines]} for t, lines in self.sheets
                ],
                "parameters": [asdict(p) for p in self.parameters],
                "rerun": [asdict(c) for c in self.rerun.compared],
                "today": asdict(self.today),
            }
        )

    def as_text(self) -> Iterator[str]:
        """Return lines for a terminal."""
        yield tr("办件 {number}", number=self.number)
        if self.card is not None:
            verdict = {True: tr("符合条件"), False: tr("不符合条件"), None: tr("尚未算完")}[self.card.grants]
            yield tr(
                "测算：{verdict}，{reason}（{article}）",
                verdict=verdict,
                reason=self.card.reason,
                article=self.card.article,
            )
            yield tr("金额：{arithmetic}", arithmetic=self.card.arithmetic)
        for title, lines in self.sheets:
            yield tr("【{title}】", title=title)
            for line in lines:
                yield tr(
                    "  {title}：{sentence} → {result}　{article}",
                    title=line.title,
                    sentence=line.sentence,
                    result=line.result,
                    article=line.article,
                )
                yield from (
                    tr("      {who}：{detail}", who=who, detail=detail) for who, detail in line.members
                )
        for p in self.parameters:
            state = "" if p.confirmed else tr("，未确认")
            yield tr(
                "参数 {title} {value} {unit}（自 {since} 起，{source}{state}）",
                title=p.title,
                value=p.value,
                unit=p.unit,
                since=p.since,
                source=p.source,
                state=state,
            )
        for c in self.rerun.compared:
            yield tr("复算 {name}：{same}", name=c.name, same=tr("一致") if c.same else tr("不一致"))
            yield from (
                tr("      {title}：留存 {before}，复算 {now}", title=title, before=before, now=now)
                for title, before, now in c.differences
            )
        yield from (tr("参数簿现值不同：{m}", m=m) for m in self.today.moved)
        for c in self.today.compared:
            yield from (
                tr(
                    "按参数簿现值 {name}　{title}：留存 {before}，重算 {now}",
                    name=c.name,
                    title=title,
                    before=before,
                    now=now,
                )
                for title, before, now in c.differences
            )


def explain(office: Office, number: str) -> Explanation:
    """Explain a case by its number; raises `CaseNotFound`. Unscoped: for users of the machine's command line."""
    with office.database.reading("") as session:
        case = session.scalars(select(Case).where(Case.number == number)).first()
        if case is None or case.destroyed_on is not None:
            raise CaseNotFound(number=number)
        bundle = publish.open_release(session, case.release_id)
        pinned = CasePolicy(session, case.id, case.division, bundle.policy)
        facts = Facts(office.database.clock(), pinned)
        definition = bundle.definition(case.process)
        data = runtime.look(definition, runtime.restore(definition, case.state, facts), facts).data
        computation = card.computation(session, case, bundle, data, facts)
        return Explanation(
            number,
            card.of_case(session, computation),
            tuple((definition.sheets[s].title, tuple(computation.lines(s))) for s in computation.sheets()),
            tuple(computation.parameters()),
            rerun.rerun(case, bundle, facts, events.of_case(session, case.id)),
            rerun.under_the_book(case, bundle, facts, pinned),
        )
