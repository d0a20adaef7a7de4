"""The register: a household with members, income and property on one page; look-up by ID number."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from processes.access import divisions
from processes.access.permissions import Permission
from processes.access.scope import TOWNSHIP_DIGITS, Actor, township_of
from processes.cases import queries as cases
from processes.cases.status import CaseStatus
from processes.coordination import working_age
from processes.errors import Invalid, Unreadable
from processes.office.people.households import SaveHousehold
from processes.office.people.identify import IdentifyPerson, UndoIdentification
from processes.office.people.look_up import LookUpPerson, LookUpPersonResult
from processes.office.people.reveal import RevealIdNumber
from processes.papers import lists, old_files
from processes.people import (
    calls,
    differences,
    history,
    identity,
    listing,
    masking,
    persons,
    queries,
    shown,
    transfers,
)
from processes.people import forms as kinds
from processes.people.models import Household
from processes.policy import reading
from processes.policy.calendar import civil_date
from processes.policy.periods import Month, age_on
from processes.releases import publish
from processes.relief import fund_queries, payroll
from processes.relief import queries as relief
from processes.texts import pairs, tr
from web import auth, budgets, differing, form_draft_page, forms, list_export
from web.require import require

COUNTY_DIGITS = 6
desk = Blueprint("households", __name__)


_LIST = (
    (tr("档案号"), 22), (tr("户主"), 14), (tr("人数"), 8), (tr("所在地"), 34), (tr("住址"), 34), (tr("类别"), 14), (tr("更新时间"), 18),
)  # fmt: skip


@desk.get("/households")
@require(Permission.HOUSEHOLD_READ, reads="list_read")
@budgets.spends(budgets.SEARCHES)
def register(actor: Actor) -> Any:
    """Show households in scope, by name, file number or end of the ID number; filtered by township and category."""
    search, wanted = forms.search_word(), _filter()
    with auth.office().database.reading(actor.division, actor.department) as session:
        rows = _rows(session, search, wanted)
        differing_ones = differences.waiting(session, actor)
        moving = transfers.waiting(session, actor)
        is_county = len(actor.division) < TOWNSHIP_DIGITS
        townships = divisions.townships(session, actor.division) if is_county else []
    return render_template(
        "households/list.html", rows=rows, search=search, differing=differing_ones, moving=moving, wanted=wanted,
        kept=_kept(search), townships={t.code: t.name for t in townships}, categories=kinds.CATEGORIES,
        most=queries.PAGE,
    )  # fmt: skip


@desk.post("/households/export")
@require(Permission.HOUSEHOLD_READ)
@budgets.spends(budgets.EXPORTS)
def export_list(actor: Actor) -> Any:
    """Export the filtered list as a spreadsheet; the export is logged first."""
    search, wanted = forms.search_word(), _filter()
    list_export.note(actor, tr("家庭"), _kept(search))
    with auth.office().database.reading(actor.division, actor.department) as session:
        rows = _rows(session, search, wanted, lists.MOST_ROWS)
    lines = (
        (
            r["number"], r["name"], str(r["members"]), r["place"], r["address"], r["category"],
            list_export.minute(r["updated_at"]),
        )
        for r in rows
    )  # fmt: skip
    return list_export.answer(actor, tr("家庭"), _LIST, lines)


def _filter() -> listing.HouseholdFilter:
    args = request.args
    order, category = args.get("order", ""), args.get("category", "")
    return listing.HouseholdFilter(
        args.get("township", "")[:9], category if category in kinds.CATEGORIES else "",
        order if order in listing.ORDERS else "-updated",
    )  # fmt: skip


def _kept(word: str) -> dict[str, str]:
    """The parameters of the list."""
    args = {name: request.args.get(name, "")[:60] for name in ("township", "category", "order")}
    return {n: v for n, v in {"q": word, **args}.items() if v}


def _rows(
    session: Session, search: str, wanted: listing.HouseholdFilter, most: int = queries.PAGE
) -> list[dict[str, Any]]:
    found = queries.search(session, search, wanted, most)
    sizes = queries.sizes(session, [h.id for h in found])
    places = divisions.names(session, sorted({h.division for h in found}))
    return [
        {
            "number": h.number, "name": h.householder_name, "address": h.address,
            "members": sizes.get(h.id, 0), "category": kinds.CATEGORIES.get(h.category, ""),
            "updated_at": h.updated_at, "place": places[h.division],
        }
        for h in found
    ]  # fmt: skip


@desk.get("/households/new")
@require(Permission.HOUSEHOLD_WRITE)
def new(actor: Actor) -> Any:
    """Show an empty household page."""
    return _page(actor, None)


@desk.get("/households/<string:number>")
@require(Permission.HOUSEHOLD_READ, reads="household_read")
def one(actor: Actor, number: str) -> Any:
    """Show a household with its members, lines, cases and awards."""
    return _page(actor, number)


def _page(actor: Actor, number: str | None) -> Any:
    today = civil_date(auth.office().database.clock())
    with auth.office().database.reading(actor.division, actor.department) as session:
        household = None if number is None else queries.household_by_number(session, number)
        version = 0 if household is None else household.version
        draft = form_draft_page.of_page(actor, version) if actor.may(Permission.HOUSEHOLD_WRITE) else None
        content = None
        if household is not None:
            content = shown.with_own_values(
                shown.as_form(household), differences.values_of_township(session, household)
            )
        if draft is not None and draft.data is not None:
            content = draft.data
        members = [] if household is None else _members(session, actor, household, today)
        identified = {
            i: {"name": p.name, "masked": masking.id_number(p.id_head, p.id_tail)}
            for i, p in queries.identified(session, [m["id"] for m in members]).items()
        }
        return render_template(
            "households/page.html",
            household=household,
            form_draft=draft,
            record_version=version,
            content=content,
            members=members,
            today=today,
            caller=_caller(session, actor, household),
            moving=[] if household is None else transfers.of_household(session, household.id),
            townships=divisions.townships(session, actor.division[:COUNTY_DIGITS]),
            differing=_differing(session, actor, [m["id"] for m in members]),
            identified=identified,
            others=[] if household is None else queries.other_files(session, household),
            cases=[] if household is None else cases.of_household(session, household.id),
            old_files=[] if household is None else old_files.of_household(session, household.id),
            awards=[] if household is None else relief.of_household(session, household.id),
            starts=_starts(session, today) if members else [],
            payments=[] if household is None else fund_queries.of_household(session, household.id),
            villages=divisions.villages(session, actor.division),
            kinds={
                "incomes": kinds.INCOME_KINDS, "expenses": kinds.EXPENSE_KINDS,
                "properties": kinds.PROPERTY_KINDS, "relations": pairs(kinds.RELATIONS),
                "abilities": kinds.WORK_ABILITIES, "disabilities": [("", tr("无")), *pairs(filter(None, kinds.DISABILITY_KINDS))],
                "categories": kinds.CATEGORIES, "documents": identity.DOCUMENTS,
                "words": pairs(
                    [
                        *kinds.INCOME_KINDS.values(), *kinds.EXPENSE_KINDS.values(), *kinds.PROPERTY_KINDS.values(),
                        *kinds.RELATIONS, *kinds.WORK_ABILITIES.values(), *filter(None, kinds.DISABILITY_KINDS),
                        *kinds.CATEGORIES.values(), *identity.DOCUMENTS.values(),
                    ]
                ),
                "ages": working_age.bounds(session, actor, today),
            },
        )  # fmt: skip


def _caller(session: Session, actor: Actor, household: Household | None) -> dict[str, Any] | None:
    """The call that a file was opened for, shown until its members are registered."""
    if household is None or household.members or not actor.may(Permission.CASE_START):
        return None
    return {
        "cases": [one for one in cases.of_household(session, household.id) if one.status == CaseStatus.OPEN],
        "same_phone": calls.with_phone(session, household.phone, household.id),
    }


def _members(session: Any, actor: Actor, household: Any, today: date) -> list[dict[str, Any]]:
    """The members, with the township of the file for those registered elsewhere.

    This township's own data about them are shown until the township of the file has resolved the difference.
    """
    found = differences.members_shown(session, actor, household, today)
    own = township_of(household.division)
    names = divisions.names(session, sorted({m["home"] for m in found if m["home"] not in ("", own)}))
    return [m | {"elsewhere": names.get(m["home"], "")} for m in found]


def _differing(session: Any, actor: Actor, people: list[int]) -> list[dict[str, Any]]:
    found = differences.of_people(session, actor, people)
    return differing.rows(session, [one for rows in found.values() for one in rows])


@desk.get("/households/<string:number>/history")
@require(Permission.HOUSEHOLD_READ, reads="history_read")
def past(actor: Actor, number: str) -> Any:
    """Show the household on a past day, and its history of changes."""
    office = auth.office()
    today = civil_date(office.database.clock())
    try:
        day = reading.day(request.args.get("on") or today)
    except Unreadable:
        raise Invalid(reason=tr("日期应写作 2026-03-01")) from None
    with office.database.reading(actor.division, actor.department) as session:
        household = queries.household_by_number(session, number)
        kept = history.versions(session, household)
        state = history.on(kept, day)
        elsewhere = {
            m.person_id for m in household.members if m.person.home and not actor.covers(m.person.home)
        }
        own_values = {
            i: s for i, s in differences.values_of_township(session, household).items() if i in elsewhere
        }
        earlier = [(v, shown.with_own_values(v.content, own_values)) for v in kept]
        changed = [
            (v, history.changes(before, content))
            for (v, content), (_, before) in zip(earlier, [*earlier[1:], (None, {})], strict=True)
        ]
        awards = payroll.of_household(session, household.id, str(Month.of(day)))
        own = [c for c in cases.of_household(session, household.id) if civil_date(c.opened_at) <= day]
        return render_template(
            "households/history.html", household=household, day=day, state=state, told=changed,
            content=None if state is None else shown.with_own_values(state.content, own_values), awards=awards,
            cases=own, line=history.line, today=today, closed_then=lambda c: c.closed_at and civil_date(c.closed_at) <= day,
            categories=kinds.CATEGORIES, persons=_person_changes(session, actor, household),
        )  # fmt: skip


def _person_changes(session: Any, actor: Actor, household: Any) -> list[tuple[Any, list[Any]]]:
    """For each member whose file is here: states, latest first, with their source."""
    own = [m for m in household.members if not m.person.home or actor.covers(m.person.home)]
    found = persons.versions(session, [m.person_id for m in own])
    return [(m.person, found[m.person_id]) for m in own]


@desk.post("/households/save")
@require(Permission.HOUSEHOLD_WRITE)
def save(actor: Actor) -> Any:
    """Save a household as a whole."""
    body = forms.body()
    command = SaveHousehold(
        forms.part(body, "form"),
        str(body["household"]) if body.get("household") else None,
        forms.whole(body.get("version", 0)),
        str(body.get("token", ""))[:64],
        str(body.get("unsaved", ""))[:64],
        forms.texts(body, "confirmed"),
    )
    saved = auth.office().perform(command, actor)
    return jsonify(**asdict(saved), address=url_for("households.one", number=saved.household))


@desk.post("/people/look-up")
@require(Permission.HOUSEHOLD_WRITE)
def look_up(actor: Actor) -> Any:
    """Check an ID number; return its content and whether the person is registered."""
    today = civil_date(auth.office().database.clock())
    body = forms.body()
    document = str(body.get("document") or identity.ID_CARD)
    document_read = identity.read(document, str(body.get("id_number", "")), today)
    command = LookUpPerson(document_read.number, str(body.get("name", ""))[:60], request.remote_addr or "")
    found = auth.office().perform(command, actor)
    return jsonify(
        document=document_read.document,
        birth_on="" if document_read.birth_on is None else document_read.birth_on.isoformat(),
        sex=document_read.sex or "",
        age="" if document_read.birth_on is None else age_on(document_read.birth_on, today),
        name=found.name or "",
        warnings=_warnings(actor, found),
    )


def _warnings(actor: Actor, found: LookUpPersonResult) -> list[str]:
    """Warnings about somebody who is registered already."""
    if found.person_id is None:
        return []
    with auth.office().database.reading(actor.division, actor.department) as session:
        drawn = [
            tr(
                "已享受{programme_title}{is_ours}，不得重复享受",
                programme_title=s.programme_title,
                is_ours=tr("（{case_number}）", case_number=s.case_number) if found.is_ours else "",
            )
            for s in relief.standing_benefits(session, [found.person_id])
        ]
        if not found.is_ours:
            return [
                tr("已在库（其他乡镇登记）{name}", name=tr("：") + found.name if found.name else ""),
                *drawn,
            ]
        place = divisions.name(session, found.division) if found.division else tr("无家庭档案")
    first = tr(
        "已在库：{name}（{masked}），档案 {household}，{place}",
        name=found.name,
        masked=found.masked,
        household=found.household or "—",
        place=place,
    )
    return [first, *drawn]


@desk.post("/people/<int:person_id>/reveal")
@require(Permission.ID_NUMBER_REVEAL)
def reveal(actor: Actor, person_id: int) -> Any:
    """Return a full ID number; the read is logged."""
    return jsonify(auth.office().perform(RevealIdNumber(person_id, request.remote_addr or ""), actor))


def _starts(session: Any, today: Any) -> list[dict[str, Any]]:
    """What can be applied for at the window, the one window first; mechanisms are excluded."""
    found = []
    for release in publish.published_programmes(session):
        bundle = publish.open_release(session, publish.current_id(session, release.programme, today))
        entrance = bool(bundle.programme.get("entrance"))
        if entrance or not bundle.is_mechanism:
            found += [
                {"programme": bundle.id, "process": s.process, "title": s.title, "entrance": entrance}
                for s in bundle.starts.values()
                if not s.before_register
            ]
    return sorted(found, key=lambda s: not s["entrance"])


@desk.post("/people/<int:person_id>/identify")
@require(Permission.HOUSEHOLD_WRITE)
def identify(actor: Actor, person_id: int) -> Any:
    """Identify a person without an ID number."""
    form = request.form
    auth.office().perform(
        IdentifyPerson(person_id, form.get("id_number", ""), form.get("name", ""), form.get("reason", "")),
        actor,
    )
    return redirect(url_for("households.one", number=form.get("household", "")))


@desk.post("/people/<int:person_id>/identify/undo")
@require(Permission.HOUSEHOLD_WRITE)
def undo_identification(actor: Actor, person_id: int) -> Any:
    """Undo an identification."""
    auth.office().perform(UndoIdentification(person_id), actor)
    return redirect(url_for("households.one", number=request.form.get("household", "")))
