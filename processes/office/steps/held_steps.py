"""Held submissions that wait for countersignatures (后加签): executed, or left open with their draft.

A held step is executed for the person who submitted it, and only if they could submit it now: accounts,
roles, divisions, absences, objections and data may have changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from processes.access import absences, accounts, persons
from processes.access.models import Account
from processes.access.permissions import Permission
from processes.access.scope import Actor, StandIn
from processes.cases import actions, assignment, duties, events, notices, participants, rules
from processes.cases.colleague_models import Participant
from processes.cases.models import WorkItem
from processes.cases.status import CosignVerdict
from processes.errors import DutySeparation, HeldUndone, RuleBroken, Unavailable, YimenError
from processes.office.run import Run
from processes.office.steps import finishing
from processes.policy.calendar import civil_date
from processes.texts import tr


def carry_out(run: Run, item: WorkItem, held: Mapping[str, Any], signers: Sequence[Participant]) -> None:
    """Finish the step for the person who submitted it; raises `HeldUndone` with the reason if that is impossible."""
    try:
        by, away, data = _submitted_today(run, item, held)
        _demand_signers_apart(run, item, held, signers)
        # The submitter is the actor of what follows: cases opened, money paid, papers issued.
        finishing.finish(Run(run.uow, by, run.case, run.items, run.bundle), item, data, by, away)
    except Unavailable:
        raise  # can be retried unchanged
    except YimenError as fault:
        reason = fault.params["reason"] if type(fault) is RuleBroken else fault.message
        raise HeldUndone(reason=reason) from fault


def leave_open(run: Run, item: WorkItem, held: Mapping[str, Any], reason: str) -> None:
    """All have signed, but the submission is not executed: it becomes the draft of whoever can continue."""
    participants.drop_held(run.uow, item)
    item.returned_reason = tr("会签已通过，但不能按原提交办结：{reason}", reason=reason)
    events.append(run.uow, run.case, run.actor, "held_dropped", item.title, ref=item.ref, said=reason)
    by = _today(run, held)
    if by is None or not rules.may_work(item, by):
        assignment.give_back(run.uow, run.actor, run.case, item, held["by_id"], tr("提交人不能继续办理"))
    else:
        actions.changed(run.uow, run.actor, item)
    text = tr(
        "{applicant}“{title}”{returned_reason}",
        applicant=run.case.applicant,
        title=item.title,
        returned_reason=item.returned_reason,
    )
    notices.tell(run.uow, [held["by_id"], held["for_id"]], "cosigned", text, run.case)


def _submitted_today(
    run: Run, item: WorkItem, held: Mapping[str, Any]
) -> tuple[Actor, StandIn | None, dict[str, Any]]:
    """The submitter, for whom they act, and the form, as if submitted now. Raises whatever prevents that."""
    by = _today(run, held)
    if by is None:
        raise RuleBroken(reason=tr("{held}的账号已停用，其提交的内容不能办结", held=held["by"]))
    if not (by.may(Permission.TASK_WORK) and rules.may_work(item, by)):
        raise RuleBroken(reason=tr("{held}不再能办理本环节，其提交的内容不能办结", held=held["by"]))
    try:
        away, data = finishing.submitted(run, item, by, held["data"])
    except DutySeparation as fault:  # the message is read by people other than the one it addresses
        raise DutySeparation(**{**fault.params, "who": held["by"]}) from fault
    if (None if away is None else away.account_id) != held["for_id"]:
        raise RuleBroken(
            reason=tr(
                "{held}已不再代{held2}办理，其提交的内容不能办结",
                held=held["by"],
                held2=held["for"] or tr("他人"),
            )
        )
    return by, away, data


def _demand_signers_apart(
    run: Run, item: WorkItem, held: Mapping[str, Any], signers: Sequence[Participant]
) -> None:
    """Those who agreed must still be eligible: not the submitter's person, and not excluded by later steps."""
    agreed = [s for s in signers if s.verdict == CosignVerdict.AGREE]
    for signer in agreed:
        submitters = (held["by_id"], held["for_id"])
        if persons.is_one_of(run.uow.session, signer.account_id, submitters, run.case.opened_at):
            raise RuleBroken(reason=tr("会签人{name}与提交人是同一人，会签不能作数", name=signer.name))
    duties.demand(run.uow.session, run.case, run.bundle, item, run.items, *(s.account_id for s in agreed))


def _today(run: Run, held: Mapping[str, Any]) -> Actor | None:
    """The submitter with today's rights; None if their account is closed."""
    account = run.uow.session.get(Account, held["by_id"])
    if account is None or not account.is_active:
        return None
    return absences.acting(run.uow.session, accounts.actor_of(account), civil_date(run.uow.now))
