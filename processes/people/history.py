"""Past states of households (一户一档): every saved state is kept, encrypted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from processes.access.scope import Actor
from processes.people import forms, names, shown
from processes.people.identity import DOCUMENTS, NONE, WITHOUT_NUMBER
from processes.people.models import Household, HouseholdVersion, Membership
from processes.policy.calendar import SHANGHAI
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr


def keep(uow: UnitOfWork, household: Household, by_id: int | None = None) -> None:
    """Store the current state of a household, once for each version, with the account that saved it."""
    known = uow.session.scalar(
        select(HouseholdVersion.id).where(
            HouseholdVersion.household_id == household.id, HouseholdVersion.version == household.version
        )
    )
    if known is None:
        uow.add(_as_it_stands(household, by_id))


def touched(uow: UnitOfWork, actor: Actor, person_id: int, but: int | None = None) -> None:
    """Store a new state of every household of a changed person; pages opened before become stale."""
    query = (
        select(Household)
        .join(Membership, Membership.household_id == Household.id)
        .where(Membership.person_id == person_id, Household.id != (but or 0))
        .order_by(Household.id)
        .with_for_update(of=Household)
    )
    for household in uow.session.scalars(query).unique():
        keep(uow, household)
        household.version += 1
        household.updated_at, household.updated_by = uow.now, actor.name
        head = next((m.person for m in household.members if m.relation == "本人"), None)
        if head is not None:
            household.householder_name = names.of_members(household)[head.id]
        uow.flush()
        keep(uow, household, actor.account_id)


def versions(session: Session, household: Household) -> list[HouseholdVersion]:
    """Return every stored state, latest first.

    A household last saved before states were stored has its current state only: nothing has changed since.
    """
    query = select(HouseholdVersion).where(HouseholdVersion.household_id == household.id)
    kept = session.scalars(query.order_by(HouseholdVersion.at.desc(), HouseholdVersion.id.desc())).all()
    return list(kept) or [_as_it_stands(household)]


def on(states: Sequence[HouseholdVersion], day: date) -> HouseholdVersion | None:
    """Return, of the states (latest first), the one at the end of a day in China; None if there is none yet."""
    end = datetime.combine(day + timedelta(days=1), time(0), SHANGHAI)
    return next((state for state in states if state.at < end), None)


def savers(session: Session, household_id: int, since: datetime | None) -> dict[int, datetime]:
    """Return the accounts that saved a household since an instant, each with the first time."""
    query = select(HouseholdVersion.by_id, func.min(HouseholdVersion.at)).where(
        HouseholdVersion.household_id == household_id, HouseholdVersion.by_id.is_not(None)
    )
    if since is not None:
        query = query.where(HouseholdVersion.at > since)
    return {who: at for who, at in session.execute(query.group_by(HouseholdVersion.by_id)) if who is not None}


def _as_it_stands(household: Household, by_id: int | None = None) -> HouseholdVersion:
    return HouseholdVersion(
        household_id=household.id, version=household.version, at=household.updated_at,
        by=household.updated_by, by_id=by_id, content=as_kept(household, by_id),
    )  # fmt: skip


def as_kept(household: Household, by_id: int | None) -> dict[str, Any]:
    """Return the stored data of a household: its form, number of its file, who saved it and when."""
    saved = saved_by(household.updated_at, household.updated_by, by_id)
    return {**shown.as_form(household), "number": household.number, "saved": saved}


def saved_by(at: datetime, by: str, by_id: int | None) -> list[Any]:
    """Return when and by whom a state was saved, from its encrypted part."""
    return [at.astimezone(UTC).isoformat(), by, *(() if by_id is None else (by_id,))]


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return the differences between two states: subject, before, after."""
    differences = [
        (title, str(before.get(key, "")), str(after.get(key, "")))
        for key, title in (("address", tr("住址")), ("phone", tr("联系电话")), ("category", tr("类别")), ("property_exemption", tr("财产豁免理由")))
        if before.get(key, "") != after.get(key, "")
    ]  # fmt: skip
    for key, title in (
        ("members", tr("家庭成员")), ("incomes", tr("收入")), ("expenses", tr("刚性支出")), ("properties", tr("家庭财产")),
    ):  # fmt: skip
        old = [line(key, row, before) for row in before.get(key, [])]
        new = [line(key, row, after) for row in after.get(key, [])]
        gone, came = [r for r in old if r not in new], [r for r in new if r not in old]
        if gone or came:
            differences.append((title, tr("；").join(gone), tr("；").join(came)))
    return differences


def line(key: str, row: dict[str, Any], content: dict[str, Any]) -> str:
    """Format a member or a line of income, expense or property for reading."""
    if key == "members":
        parts = [
            forms.disability(row.get("disability_kind", ""), row.get("disability_grade", 0)),
            tr("重病") if row.get("grave_illness") else "",
            tr("{row} 去世", row=row["died_on"]) if row.get("died_on") else "",
        ]
        return tr(
            "{row}{name}（{s}）",
            row=row["relation"],
            name=row["name"],
            s=tr("，").join(
                [
                    DOCUMENTS[NONE] if row["id_number"] == WITHOUT_NUMBER else row["id_number"],
                    *(s for s in parts if s),
                ]
            ),
        )
    kinds = {
        "incomes": forms.INCOME_KINDS,
        "expenses": forms.EXPENSE_KINDS,
        "properties": forms.PROPERTY_KINDS,
    }[key]
    who = "" if key == "properties" else _owner(row["member"], content.get("members", []))
    return f"{who}{kinds.get(row['kind'], row['kind'])} {row['amount']}"


def _owner(member: Any, members: list[dict[str, Any]]) -> str:
    """The name of the line's owner: by key; older states use the position."""
    if isinstance(member, str):
        return next((str(m["name"]) for m in members if m.get("key") == member), "")
    return str(members[member]["name"]) if member < len(members) else ""
