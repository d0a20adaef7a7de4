"""Assignment and participants of steps: delegate, take over, take back, urge, countersign, ask, copy, remarks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.office.cases.comments import AddComment
from processes.office.command import Command
from processes.office.steps.consult import AskColleague, CopyTask
from processes.office.steps.countersign import CosignTask, RemoveCosigner, RespondToRequest
from processes.office.steps.delegate import DelegateTask, HandBackTask, RecallTask
from processes.office.steps.take_back import TakeBackTask
from processes.office.steps.take_over import TakeOverTask
from processes.office.steps.urge import UrgeTask
from web import auth, forms
from web.require import require

desk = Blueprint("assignment", __name__)
_TASK = "/cases/<string:number>/tasks/<int:item_id>"


def _version() -> int:
    return forms.whole(request.form.get("version"))


def _field(name: str) -> str:
    return request.form.get(name, "")


def _people(name: str = "to") -> tuple[int, ...]:
    return tuple(forms.whole(value) for value in request.form.getlist(name))


def _back_to_case(number: str, command: Command[Any], actor: Actor) -> Any:
    auth.office().perform(command, actor)
    return redirect(url_for("cases.one", number=number))


@desk.post(f"{_TASK}/delegate")
@require(Permission.TASK_TRANSFER)
def delegate(actor: Actor, number: str, item_id: int) -> Any:
    """Delegate the step to a colleague for preparation."""
    to = forms.whole(_field("to"))
    return _back_to_case(number, DelegateTask(item_id, _version(), to, _field("reason")), actor)


@desk.post(f"{_TASK}/hand-back")
@require(Permission.TASK_WORK)
def hand_back(actor: Actor, number: str, item_id: int) -> Any:
    """Hand a delegated step back."""
    auth.office().perform(HandBackTask(item_id, _version(), _field("note")), actor)
    return redirect(url_for("worklist.queue"))


@desk.post(f"{_TASK}/recall")
@require(Permission.TASK_WORK)
def recall(actor: Actor, number: str, item_id: int) -> Any:
    """Recall a delegated step."""
    auth.office().perform(RecallTask(item_id, _version()), actor)
    return redirect(url_for("tasks.one", number=number, item_id=item_id))


@desk.post(f"{_TASK}/take-over")
@require(Permission.TASK_TRANSFER)
def take_over(actor: Actor, number: str, item_id: int) -> Any:
    """Take the step from a colleague."""
    auth.office().perform(TakeOverTask(item_id, _version(), _field("reason")), actor)
    return redirect(url_for("tasks.one", number=number, item_id=item_id))


@desk.post(f"{_TASK}/take-back")
@require(Permission.TASK_WORK)
def take_back(actor: Actor, number: str, item_id: int) -> Any:
    """Take back the step that the person has just finished."""
    return _back_to_case(number, TakeBackTask(item_id, _version(), _field("token")[:64]), actor)


@desk.post(f"{_TASK}/urge")
@require(Permission.TASK_WORK)
def urge(actor: Actor, number: str, item_id: int) -> Any:
    """Urge the step."""
    return _back_to_case(number, UrgeTask(item_id, _field("word")), actor)


@desk.post(f"{_TASK}/cosign")
@require(Permission.TASK_WORK)
def cosign(actor: Actor, number: str, item_id: int) -> Any:
    """Request countersignatures."""
    command = CosignTask(
        item_id,
        _version(),
        _people(),
        _field("mode"),
        forms.whole(_field("quorum") or "0"),
        _field("question"),
    )
    auth.office().perform(command, actor)
    return redirect(url_for("tasks.one", number=number, item_id=item_id))


@desk.post(f"{_TASK}/remove-signer")
@require(Permission.TASK_WORK)
def remove_signer(actor: Actor, number: str, item_id: int) -> Any:
    """Remove a signer who has not answered."""
    command = RemoveCosigner(item_id, _version(), forms.whole(_field("involvement")))
    return _back_to_case(number, command, actor)


@desk.post(f"{_TASK}/ask")
@require(Permission.TASK_WORK)
def ask(actor: Actor, number: str, item_id: int) -> Any:
    """Ask somebody a question about the step."""
    command = AskColleague(item_id, _version(), forms.whole(_field("to")), _field("question"))
    auth.office().perform(command, actor)
    return redirect(url_for("tasks.one", number=number, item_id=item_id))


@desk.post(f"{_TASK}/copy")
@require(Permission.TASK_WORK)
def copy(actor: Actor, number: str, item_id: int) -> Any:
    """Send copies of the step to people."""
    auth.office().perform(CopyTask(item_id, _version(), _people(), _field("note")), actor)
    return redirect(url_for("tasks.one", number=number, item_id=item_id))


@desk.post("/involvements/<int:involvement_id>")
@require(Permission.CASE_READ)
def answer(actor: Actor, involvement_id: int) -> Any:
    """Respond to a request."""
    command = RespondToRequest(involvement_id, _field("said"), _field("verdict"))
    auth.office().perform(command, actor)
    return redirect(url_for("worklist.queue", queue="asked"))


@desk.post("/cases/<string:number>/comments")
@require(Permission.TASK_WORK)
def comment(actor: Actor, number: str) -> Any:
    """Add a remark."""
    auth.office().perform(AddComment(number, _field("text")), actor)
    return redirect(url_for("cases.one", number=number, _anchor="comments"))
