"""Granting and withdrawing awards."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from sqlalchemy import select

from processes.cases.models import Case
from processes.errors import RuleBroken
from processes.people import locks
from processes.policy.calendar import civil_date
from processes.policy.periods import Month
from processes.releases import publish
from processes.releases.bundle import Bundle
from processes.relief import queries, rules
from processes.relief.models import Award, AwardMember
from processes.relief.status import AwardStatus
from processes.storage import keyring
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

_AT_ONCE = 500


def grant(
    uow: UnitOfWork,
    case: Case,
    bundle: Bundle,
    question: str,
    amount: Decimal,
    from_month: Month,
    grade: str,
    cover: str,
    members: Iterable[int],
    account: str = "",
) -> Award:
    """Grant a monthly benefit to the covered members; raises on double benefit (C40)."""
    covered = sorted(set(members))
    rules.demand_amount(amount)
    # Read under the persons' locks: of two simultaneous decisions, the second one waits and sees the first.
    locks.hold(uow, covered)
    queries.demand_no_double_benefit(uow.session, covered, bundle, civil_date(uow.now), case.division)
    award = Award(
        case_id=case.id,
        household_id=case.household_id,
        division=case.division,
        programme=case.programme,
        programme_title=case.programme_title,
        programme_code=str(bundle.programme["code"]),
        monthly_amount=amount,
        from_month=str(from_month),
        grade=grade,
        cover=cover,
        question=question,
        granted_at=uow.now,
        account=account or None,
        account_index=_fingerprint(account),
    )
    uow.add(award)
    uow.flush()
    for person_id in covered:
        uow.add(AwardMember(award_id=award.id, person_id=person_id, programme=award.programme))
    uow.flush()  # a violated constraint raises here, and not at the end of the transaction
    return award


def reindex(uow: UnitOfWork, after: int) -> tuple[int | None, int]:
    """Recompute the account fingerprints of the next awards; return where to continue and how many."""
    query = select(Award).where(Award.id > after).order_by(Award.id).limit(_AT_ONCE).with_for_update()
    awards = uow.session.scalars(query).all()
    changed = 0
    for award in awards:
        index = _fingerprint(award.account or "")
        changed += award.account_index != index
        award.account_index = index
    return (awards[-1].id if len(awards) == _AT_ONCE else None), changed


def _fingerprint(account: str) -> str:
    """Accounts have their own domain: the same digits of another kind give another fingerprint."""
    return keyring.current().blind_index(f"account {account}") if account else ""


def fingerprints_of(account: str) -> tuple[str, ...]:
    """Return all fingerprints that may be stored while the key is being rotated."""
    return keyring.current().blind_indexes(f"account {account}")


def withdraw(uow: UnitOfWork, case: Case, question: str) -> None:
    """Withdraw an award whose decision was sent back; it stays in the register as withdrawn."""
    for award in uow.session.scalars(
        select(Award).where(
            Award.case_id == case.id, Award.question == question, Award.status == AwardStatus.STANDING
        )
    ):
        award.status = AwardStatus.WITHDRAWN
        _mark(uow, award, is_standing=False)


def stop(uow: UnitOfWork, number: str, until: Month) -> tuple[Award, Case]:
    """End the valid award of a case after a month; what was paid stays."""
    case, award = _standing_of(uow, number, "standing")
    locks.hold(uow, people_of(uow, award))
    award.status, award.until_month = AwardStatus.ENDED, str(until)
    _mark(uow, award, is_standing=False)
    return award, case


def resume(uow: UnitOfWork, number: str) -> tuple[Award, Case]:
    """Undo the end of an award; raises if its people have drawn something else since."""
    case, award = _standing_of(uow, number, "ended")
    people = people_of(uow, award)
    locks.hold(uow, people)
    bundle = publish.open_release(uow.session, case.release_id)
    queries.demand_no_double_benefit(uow.session, people, bundle, civil_date(uow.now), case.division)
    award.status, award.until_month = AwardStatus.STANDING, None
    _mark(uow, award, is_standing=True)
    return award, case


def people_of(uow: UnitOfWork, award: Award) -> list[int]:
    """Return the persons covered by an award."""
    query = select(AwardMember.person_id).where(AwardMember.award_id == award.id)
    return list(uow.session.scalars(query.order_by(AwardMember.person_id)))


def _standing_of(uow: UnitOfWork, number: str, status: str) -> tuple[Case, Award]:
    case = uow.session.scalars(select(Case).where(Case.number == number).with_for_update()).one()
    query = select(Award).where(Award.case_id == case.id, Award.status == status).order_by(Award.id.desc())
    award = uow.session.scalars(query).first()
    if award is None:
        raise RuleBroken(
            reason=tr("办件 {number} 的救助待遇已经变更，请刷新后再办", number=number), clause="C40"
        )
    return case, award


def _mark(uow: UnitOfWork, award: Award, *, is_standing: bool) -> None:
    for member in uow.session.scalars(select(AwardMember).where(AwardMember.award_id == award.id)):
        member.is_standing = is_standing
    uow.flush()
