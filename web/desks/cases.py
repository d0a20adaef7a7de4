"""The case page: household, diagram, timeline, clocks, papers, attachments."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session

from processes.access import contacts, divisions
from processes.access.permissions import Permission
from processes.access.scope import TOWNSHIP_DIGITS, Actor
from processes.cases import clocks, events, limits, moves, participants, queries, queues, rules, timeline
from processes.cases.models import Case, CaseEvent, WorkItem
from processes.cases.status import CaseStatus, ClockColour, WorkItemStatus
from processes.decisions.reading import Computation
from processes.engine import moves as lawful
from processes.engine import runtime, trail
from processes.errors import Invalid, NotFound, RuleBroken, Unreadable
from processes.office.cases import control as control_of
from processes.office.cases.control import EndCase, ResumeCase, SuspendCase
from processes.office.cases.limits import ExtendClock
from processes.office.cases.move import MoveCase
from processes.office.cases.watch import WatchCase
from processes.office.command import CaseCommand
from processes.office.papers.make import MakePaper, PrintState
from processes.office.steps import take_back
from processes.papers import issue, lists, return_scan, signing
from processes.papers import queries as papers
from processes.papers.models import ReplacedPage
from processes.papers.status import PaperStanding
from processes.people import differences, history
from processes.people import queries as people
from processes.policy import reading
from processes.policy.calendar import civil_date
from processes.releases import effects, publish
from processes.releases import words as choice_words
from processes.releases.bundle import Bundle
from processes.relief import fund_queries
from processes.relief import queries as relief
from processes.storage import file_store
from processes.storage.file_names import file_name
from processes.texts import tr
from web import (
    answers,
    attaching,
    auth,
    budgets,
    decision_view,
    drawings,
    forms,
    list_export,
    step_changes,
    step_summary,
)
from web.require import require

desk = Blueprint("cases", __name__)
LATEST = 50
EARLIER = 200
"""Number of events on the page, and of those loaded by a click."""


_LIST = (
    (tr("办件编号"), 24),
    (tr("项目"), 16),
    (tr("申请人"), 14),
    (tr("状态"), 16),
    (tr("区划"), 34),
    (tr("受理登记"), 18),
    (tr("办结"), 18),
)


@desk.get("/cases")
@require(Permission.CASE_READ, reads="list_read")
@budgets.spends(budgets.SEARCHES)
def search(actor: Actor) -> Any:
    """Show cases in scope, latest first, filtered by programme, state, township and days."""
    word, wanted = forms.search_word(), _filter()
    with auth.office().database.reading(actor.division, actor.department) as session:
        page = queries.cases(session, word, forms.page_number(), wanted)
        is_county = len(actor.division) < TOWNSHIP_DIGITS
        townships = divisions.townships(session, actor.division) if is_county else []
        programmes = {r.programme: r.title for r in publish.published_programmes(session)}
    return render_template(
        "cases/list.html", page=page, search=word, wanted=wanted, programmes=programmes, states=CaseStatus.titles(),
        townships={t.code: t.name for t in townships}, kept=_kept(word),
    )  # fmt: skip


@desk.post("/cases/export")
@require(Permission.CASE_READ)
@budgets.spends(budgets.EXPORTS)
def export_list(actor: Actor) -> Any:
    """Export the filtered list as a spreadsheet; the export is logged first."""
    office, word, wanted = auth.office(), forms.search_word(), _filter()
    list_export.note(actor, tr("办件"), _kept(word))
    with office.database.reading(actor.division, actor.department) as session:
        rows = queries.cases(session, word, 1, wanted, lists.MOST_ROWS).rows
        places = divisions.names(session, sorted({r.division for r in rows}))
        lines = [
            (
                r.number, r.programme_title, r.applicant,
                r.outcome_title or r.status.title,
                places[r.division], list_export.minute(r.opened_at), list_export.minute(r.closed_at),
            )
            for r in rows
        ]  # fmt: skip
    return list_export.answer(actor, tr("办件"), _LIST, lines)


def _filter() -> queries.CaseFilter:
    args = request.args
    state = args.get("state", "")
    return queries.CaseFilter(
        args.get("programme", "")[:60], state if state in CaseStatus.titles() else "", args.get("township", "")[:9],
        _day("since"), _day("until"),
    )  # fmt: skip


def _day(name: str) -> date | None:
    try:
        return reading.day(request.args.get(name, ""))
    except Unreadable:
        return None


def _kept(word: str) -> dict[str, str]:
    """The parameters of the list without the page number."""
    names = ("programme", "state", "township", "since", "until")
    return {n: v for n, v in {"q": word, **{n: request.args.get(n, "") for n in names}}.items() if v}


def _finished(
    session: Session, actor: Actor, items: Sequence[WorkItem], today: date
) -> dict[str, Any] | None:
    """After finishing a step: its title, and the next one in the person's queue."""
    finished = auth.take_finished()
    done = next((i for i in items if i.id == finished and i.status != WorkItemStatus.OPEN), None)
    if done is None:
        return None
    wanted = queues.Wanted("mine", today=today)
    mine = queues.worklist(session, actor, wanted).rows
    return {"title": done.title, "next": mine[0] if mine else None, "left": len(mine)}


@desk.get("/cases/<string:number>")
@require(Permission.CASE_READ, reads="case_read")
def one(actor: Actor, number: str) -> Any:
    """Show everything of a case on one page."""
    office = auth.office()
    now = office.database.clock()
    today = civil_date(now)
    with office.database.reading(actor.division, actor.department) as session:
        case = queries.case_by_number(session, number)
        bundle = publish.open_release(session, case.release_id)
        household = people.household(session, case.household_id)
        items = queries.items(session, case.id)
        may_see_household = actor.may(Permission.HOUSEHOLD_READ)
        latest_events = events.before(session, case.id, None, LATEST)
        data = answers.known(office, case, bundle)
        known = choice_words.of_case(bundle, case.process, data)
        by_kind = events.of_kinds(session, case.id, "case_opened", "decided")
        computed = (
            decision_view.computation(office, session, case, bundle, data) if may_see_household else None
        )
        return render_template(
            "cases/page.html",
            case=case,
            unsaid=contacts.of_office(session, case.division[:TOWNSHIP_DIGITS]).missing,
            release=papers.release_number(session, case.release_id),
            members=differences.members_shown(session, actor, household, today) if may_see_household else [],
            household=household if may_see_household else None,
            application=answers.application(
                answers.offered(data, household if may_see_household else None), case, bundle
            ),
            takeable=_takeable(items, actor),
            involved=participants.of_case(session, case.id),
            comments=queries.comments(session, case.id),
            people=answers.reachable(office, case.division),
            linked=queries.linked(session, case),
            finished=_finished(session, actor, items, today),
            subjects={str(e.payload["number"]): str(e.payload["to"]) for e in by_kind["case_opened"]},
            payment=fund_queries.payment_of_case(session, case.id),
            decided_at=control_of.decided_at(bundle, items),
            places=_places(office, actor, case, bundle),
            asked=moves.waiting(session, case),
            card=decision_view.card_of(session, computed) if computed and not case.department else None,
            open_items=[i for i in items if i.status == WorkItemStatus.OPEN],
            workable={i.id for i in items if i.status == WorkItemStatus.OPEN and rules.may_work(i, actor)},
            timeline=_timeline(latest_events, known),
            earlier=_earlier(latest_events),
            sentences=_sentences(computed) if computed else {},
            lines=[
                (e.payload, choice_words.read(e.payload, known)) for e in events.computed(by_kind["decided"])
            ],
            clocks=_clocks(session, case, bundle, today),
            declared=step_summary.declared(household) if household is not None and may_see_household else (),
            **_files(session, actor, case, bundle, items, data),
            award=relief.of_case(session, case.id),
            watching=queries.is_watching(session, case.id, actor.account_id),
        )


@desk.get("/cases/<string:number>/timeline")
@require(Permission.CASE_READ, reads="case_read")
def earlier(actor: Actor, number: str) -> Any:
    """Show events before a position, appended to the page; a full page if scripts are disabled."""
    office = auth.office()
    with office.database.reading(actor.division, actor.department) as session:
        case = queries.case_by_number(session, number)
        bundle = publish.open_release(session, case.release_id)
        earlier_events = events.before(session, case.id, forms.row("before"), EARLIER)
        known = choice_words.of_case(bundle, case.process, answers.known(office, case, bundle))
        is_part = bool(request.headers.get("HX-Request"))
        return render_template(
            "cases/_timeline.html" if is_part else "cases/timeline.html",
            case=case, timeline=_timeline(earlier_events, known), earlier=_earlier(earlier_events),
        )  # fmt: skip


def _timeline(case_events: Sequence[CaseEvent], known: choice_words.Words) -> list[tuple[str, str, str, str]]:
    return [(timeline.when(e), timeline.who(e), timeline.sentence(e, known), e.kind) for e in case_events]


def _earlier(shown_events: Sequence[CaseEvent]) -> int:
    """The position before which events are not shown; 0: there are none. Positions count from 1."""
    return shown_events[-1].position if shown_events and shown_events[-1].position > 1 else 0


def _files(
    session: Session, actor: Actor, case: Case, bundle: Bundle, items: list[WorkItem], data: Mapping[str, Any]
) -> dict[str, Any]:
    """Papers with the next signer of each, papers that can be made, materials and attachments."""
    issued = papers.of_case(session, case.id)
    return {
        "papers": issued,
        "turns": signing.turns(session, issued, bundle.papers, actor, items),
        "signatures": {p.id: signing.given(session, p.id) for p in issued if p.signed_sha256},
        "replaced_pages": _by_paper(return_scan.replaced(session, [p.id for p in issued])),
        "state_papers": [p for p in bundle.papers.values() if p.state_of_case],
        "on_demand": issue.on_demand(bundle, items),
        "standing_kinds": {p.kind for p in issued if p.standing == PaperStanding.STANDING and p.is_decided},
        "materials": step_summary.materials(case, bundle, data, queries.attachments(session, case.id)),
        "may_attach": actor.may(Permission.TASK_WORK),
    }


def _by_paper(pages: Sequence[ReplacedPage]) -> dict[int, list[ReplacedPage]]:
    found: dict[int, list[ReplacedPage]] = {}
    for page in pages:
        found.setdefault(page.paper_id, []).append(page)
    return found


def _takeable(items: list[Any], actor: Actor) -> Any:
    """The step that the actor finished last and may still take back."""
    own = [i for i in items if i.status == WorkItemStatus.DONE and i.completed_by_id == actor.account_id]
    latest = max(own, key=lambda i: i.completed_at, default=None)
    try:
        if latest is not None:
            take_back.demand_takeable(latest, items, actor)
    except RuleBroken:
        return None
    return latest


def _places(office: Any, actor: Actor, case: Any, bundle: Any) -> list[Any]:
    """For supervisors: positions of the case and the possible moves."""
    if case.status != CaseStatus.OPEN or not actor.may(Permission.CASE_CONTROL):
        return []
    facts = bundle.facts(office.database.clock(), case.division)
    definition = bundle.definition(case.process)
    state = runtime.restore(definition, case.state, facts)
    return lawful.positions(definition, state, effects.deciding_steps(bundle, case.process))


def _sentences(computation: Computation) -> dict[str, Any]:
    """By sheet and line: the explanation of the computation."""
    return {sheet: {t.name: t for t in computation.lines(sheet)} for sheet in computation.sheets()}


def _clocks(session: Any, case: Any, bundle: Any, today: Any) -> list[dict[str, Any]]:
    calendar = clocks.calendar_of(session)
    yellow, red = clocks.shares(bundle.policy, today, case.division)
    found = []
    for clock in clocks.of_case(session, case.id):
        on = clock.stopped_on or today
        limit = clocks.as_limit(clock)
        reading = limits.read(limit, on, calendar, yellow, red)
        running = clock.stopped_on is None
        shade = clocks.colour(today, reading.due_on, reading.yellow_on, reading.red_on)
        found.append(
            {
                "name": clock.name,
                "title": clock.title,
                "running": running,
                "paused": running and reading.is_paused,
                "colour": ClockColour.NONE
                if not running
                else ClockColour.PAUSED
                if reading.is_paused
                else shade,
                "due_on": reading.due_on,
                "left": reading.left,
                "stopped_on": clock.stopped_on,
                "explained": limits.explain(limit, on, calendar),
                "extensible": running and bool(bundle.clocks[clock.name].extension) and not clock.extension,
            }
        )
    return found


@desk.get("/cases/<string:number>/diagram")
@require(Permission.CASE_READ, reads="case_read")
def diagram(actor: Actor, number: str) -> Any:
    """Show the diagram of the case's release, with its position and path."""
    office = auth.office()
    with office.database.reading(actor.division, actor.department) as session:
        case = queries.case_by_number(session, number)
        bundle = publish.open_release(session, case.release_id)
        facts = bundle.facts(office.database.clock(), case.division)
        definition = bundle.definition(case.process)
        passed = trail.trail(definition, runtime.restore(definition, case.state, facts))
    return jsonify(
        sheets=drawings.sheets(bundle, definition),
        active=passed.active,
        passed=passed.passed,
        flows=passed.flows,
    )


@desk.get("/cases/<string:number>/changes")
@require(Permission.CASE_READ, reads="case_read")
def changes(actor: Actor, number: str) -> Any:
    """Show what every step entered, compared with before; and changes of the register meanwhile."""
    office = auth.office()
    with office.database.reading(actor.division, actor.department) as session:
        case = queries.case_by_number(session, number)
        bundle = publish.open_release(session, case.release_id)
        may_see = actor.may(Permission.HOUSEHOLD_READ)
        household = people.household(session, case.household_id) if may_see else None
        kept = [] if household is None else history.versions(session, household)
        offers = answers.offered(answers.known(office, case, bundle), household)
        return render_template(
            "cases/changes.html", case=case, steps=step_changes.of_steps(bundle, queries.items(session, case.id), offers),
            register=step_changes.of_register(kept, case, office.database.clock()),
        )  # fmt: skip


@desk.post("/cases/<string:number>/watch")
@require(Permission.TASK_WORK)
def watch(actor: Actor, number: str) -> Any:
    """Follow the case, or stop following it."""
    auth.office().perform(WatchCase(number, request.form.get("on") == "1"), actor)
    return redirect(url_for("cases.one", number=number))


@desk.post("/cases/<string:number>/extend")
@require(Permission.CLOCK_EXTEND)
def extend(actor: Actor, number: str) -> Any:
    """Extend a limit once, with a reason."""
    command = ExtendClock(number, request.form.get("clock", ""), request.form.get("reason", ""))
    auth.office().perform(command, actor)
    return redirect(url_for("cases.one", number=number, _anchor="clocks"))


@desk.post("/cases/<string:number>/control/<string:act>")
@require(Permission.CASE_CONTROL)
def control(actor: Actor, number: str, act: str) -> Any:
    """Suspend, resume or end a case."""
    kinds: dict[str, type[CaseCommand[Any]]] = {
        "suspend": SuspendCase, "resume": ResumeCase, "end": EndCase,
    }  # fmt: skip
    if act not in kinds:
        raise Invalid(reason=tr("没有这样的操作"))
    auth.office().perform(kinds[act](number, request.form.get("reason", "")), actor)
    return redirect(url_for("cases.one", number=number))


@desk.post("/cases/<string:number>/move")
@require(Permission.CASE_CONTROL)
def move(actor: Actor, number: str) -> Any:
    """Move the case back, or request a move forward."""
    form = request.form
    command = MoveCase(
        number,
        form.get("reason", ""),
        form.get("ref", ""),
        form.get("to", ""),
        forms.whole(form.get("version")),
    )
    auth.office().perform(command, actor)
    return redirect(url_for("cases.one", number=number))


@desk.post("/cases/<string:number>/attachments")
@require(Permission.TASK_WORK)
@budgets.spends(budgets.UPLOADS)
def attach(actor: Actor, number: str) -> Any:
    """File an uploaded document."""
    attaching.file_all(actor, number)
    return redirect(url_for("cases.one", number=number, _anchor="attachments"))


@desk.get("/cases/<string:number>/attachments/<int:attachment_id>")
@require(Permission.CASE_READ, reads="attachment_read")
def attachment(actor: Actor, number: str, attachment_id: int) -> Any:
    """Return the file of an attachment."""
    office = auth.office()
    with office.database.reading(actor.division, actor.department) as session:
        case = queries.case_by_number(session, number)
        found = next((a for a in queries.attachments(session, case.id) if a.id == attachment_id), None)
    if found is None:
        raise NotFound()
    content = file_store.get(office.settings.attachments, found.sha256)
    return send_file(io.BytesIO(content), mimetype=found.media_type, download_name=file_name(found.name))


@desk.post("/cases/<string:number>/make-paper")
@require(Permission.TASK_WORK)
@budgets.spends(budgets.MADE)
def make_paper(actor: Actor, number: str) -> Any:
    """Make a paper on demand, and open it."""
    made = auth.office().perform(MakePaper(number, request.form.get("paper", "")), actor)
    return redirect(url_for("papers.pdf", code=made.code))


@desk.post("/cases/<string:number>/print-state")
@require(Permission.TASK_WORK)
@budgets.spends(budgets.MADE)
def print_state(actor: Actor, number: str) -> Any:
    """Make a form of the case as it is, marked 未办结 while undecided."""
    made = auth.office().perform(PrintState(number, request.form.get("paper", "")), actor)
    return redirect(url_for("papers.pdf", code=made.code))
