"""The archive: old paper files are registered, files after retention are destroyed, by two people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from processes.access import audit, persons
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases.models import Case
from processes.errors import DutySeparation, Invalid, NotFound, RuleBroken
from processes.office.answers import reason_of
from processes.office.cases.attachments import media_type
from processes.office.command import Command, Weighty, handles
from processes.papers import destruction, old_files, outlived
from processes.papers.archive_models import Destruction, OldFile, OldFileDocument
from processes.papers.status import DestructionStatus, RecordKind
from processes.people.models import Household
from processes.policy import retention
from processes.policy.calendar import civil_date
from processes.settings import Settings
from processes.storage.file_names import file_name
from processes.storage.unit_of_work import UnitOfWork, within
from processes.texts import tr

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class TakeInOldFileResult:
    """The result of `TakeInOldFile`."""

    number: str


@dataclass(frozen=True, slots=True)
class TakeInOldFile(Command[TakeInOldFileResult]):
    """Register an old paper file of a household; scans are added later."""

    permission = Permission.ARCHIVE_WRITE

    number: str
    household: str
    title: str
    closed_on: date
    retention: str
    note: str = ""


@handles(TakeInOldFile)
def take_in_old_file(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: TakeInOldFile
) -> TakeInOldFileResult:
    """Register an old file; its number must be new."""
    number, title = command.number.strip()[:_LONGEST], command.title.strip()
    if not number or not title:
        raise Invalid(reason=tr("请填写档号和题名"))
    if file_name(number) != number:
        raise Invalid(reason=tr("档号中不能有“/”“\\”、换行等符号，也不能有连续的空格"))
    if command.retention not in retention.TERMS:
        raise Invalid(reason=tr("请选择保管期限"))
    if command.closed_on > civil_date(uow.now):
        raise Invalid(reason=tr("办结日期不能晚于今天"))
    query = select(Household).where(
        Household.number == command.household.strip(), Household.destroyed_on.is_(None),
        within(Household.division, actor.division),
    )  # fmt: skip
    household = uow.session.scalar(query)
    if household is None:
        raise Invalid(
            reason=tr("没有编号为“{household}”的家庭，请先在家庭页登记", household=command.household)
        )
    if uow.session.scalar(select(OldFile.id).where(OldFile.number == number)) is not None:
        raise Invalid(reason=tr("档号 {number} 已经登记过", number=number))
    uow.add(
        OldFile(
            number=number, household_id=household.id, division=household.division, title=title[:120],
            closed_on=command.closed_on, retention=command.retention, note=command.note.strip()[:300],
            taken_in_at=uow.now, taken_in_by=actor.name,
        )
    )  # fmt: skip
    return TakeInOldFileResult(number=number)


@dataclass(frozen=True, slots=True)
class AddOldSheetResult:
    """The result of `AddOldSheet`."""

    position: int
    title: str
    pages: int


@dataclass(frozen=True, slots=True)
class AddOldSheet(Command[AddOldSheetResult]):
    """Add a scanned document to an old file."""

    permission = Permission.ARCHIVE_WRITE

    number: str
    name: str
    content: bytes = field(repr=False)
    pages: int = 1


@handles(AddOldSheet)
def add_old_sheet(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: AddOldSheet
) -> AddOldSheetResult:
    """Append a scan; its type is detected from its bytes."""
    file = _old_file(uow, actor, command.number)
    kind = media_type(command.content)
    title = file_name(command.name.rsplit(".", 1)[0], tr("材料"))
    row = old_files.add_sheet(uow, file, title, kind, command.content, command.pages, settings.scans)
    return AddOldSheetResult(position=row.position, title=row.title, pages=row.pages)


@dataclass(frozen=True, slots=True)
class DropOldSheetResult:
    """The result of `DropOldSheet`."""

    number: str


@dataclass(frozen=True, slots=True)
class DropOldSheet(Command[DropOldSheetResult]):
    """Exclude a document added by mistake, with a reason; it stays visible."""

    permission = Permission.ARCHIVE_WRITE

    number: str
    position: int
    reason: str


@handles(DropOldSheet)
def drop_old_sheet(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: DropOldSheet
) -> DropOldSheetResult:
    """Exclude a document with a reason; the others keep their order."""
    reason = reason_of(command.reason)
    file = _old_file(uow, actor, command.number)
    query = select(OldFileDocument).where(
        OldFileDocument.old_file_id == file.id, OldFileDocument.position == command.position
    )
    row = uow.session.scalar(query)
    if row is None:
        raise NotFound()
    old_files.set_aside(uow, file, row, actor.name, reason)
    return DropOldSheetResult(number=file.number)


@dataclass(frozen=True, slots=True)
class ProposeDestructionResult:
    """The result of `ProposeDestruction`."""

    number: str


@dataclass(frozen=True, slots=True)
class ProposeDestruction(Command[ProposeDestructionResult]):
    """Propose to destroy a file whose retention has ended; somebody else decides."""

    permission = Permission.ARCHIVE_WRITE

    kind: str
    number: str
    reason: str


@handles(ProposeDestruction)
def propose(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: ProposeDestruction
) -> ProposeDestructionResult:
    """Record what would be destroyed and why; nothing is deleted yet."""
    reason = reason_of(command.reason)
    today = civil_date(uow.now)
    found = next(
        (
            d for d in destruction.due(uow.session, today, command.number)
            if (d.kind, d.number) == (command.kind, command.number)
        ),
        None,
    )  # fmt: skip
    if not actor.covers(destruction.place_of(uow.session, command.kind, command.number)):
        raise NotFound()  # a writing transaction is not scoped
    if found is None:
        raise RuleBroken(reason=tr("保管期限未满，或者已经提出销毁"))
    row = Destruction(
        kind=found.kind, number=found.number, title=found.title, closed_on=found.closed_on,
        retention=found.retention, pieces=destruction.pieces_of(uow.session, found.kind, found.id),
        reason=reason, proposed_by_id=actor.account_id, proposed_by=actor.name, proposed_at=uow.now,
        division=found.division,
    )  # fmt: skip
    uow.add(row)
    return ProposeDestructionResult(number=row.number)


@dataclass(frozen=True, slots=True)
class DecideDestructionResult:
    """The result of `DecideDestruction`."""

    number: str
    status: str


@dataclass(frozen=True, slots=True)
class DecideDestruction(Weighty[DecideDestructionResult]):
    """Destroy a proposed file, or keep it; the second person's decision is final."""

    permission = Permission.ARCHIVE_DESTROY

    destruction_id: int
    destroy: bool


@handles(DecideDestruction)
def decide(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: DecideDestruction
) -> DecideDestructionResult:
    """A second person destroys the file, or keeps it; the record stays either way."""
    row = uow.session.scalar(
        select(Destruction)
        .where(Destruction.id == command.destruction_id, within(Destruction.division, actor.division))
        .with_for_update()
    )
    if row is None:
        raise NotFound()
    if row.status != DestructionStatus.PROPOSED:
        raise RuleBroken(reason=tr("这份档案的销毁已经有了决定"))
    if persons.is_one_of(uow.session, actor.account_id, (row.proposed_by_id,), row.proposed_at):
        raise DutySeparation(earlier=tr("提出销毁"), step=tr("批准销毁"))
    row.status = DestructionStatus.DONE if command.destroy else DestructionStatus.REFUSED
    row.decided_by_id, row.decided_by, row.decided_at = actor.account_id, actor.name, uow.now
    if command.destroy:
        _destroy(uow, row)
        audit.note(uow, actor, "file_destroyed", row.number)
    return DecideDestructionResult(number=row.number, status=row.status)


def _destroy(uow: UnitOfWork, row: Destruction) -> None:
    if row.kind == RecordKind.CASE:
        case = uow.session.scalars(select(Case).where(Case.number == row.number).with_for_update()).one()
        destruction.destroy_case(uow, case)
    elif row.kind in outlived.KINDS:
        destruction.destroy_outlived(uow, row.kind, row.number)
    else:
        destruction.destroy_old_file(uow, old_files.by_number(uow.session, row.number))


def _old_file(uow: UnitOfWork, actor: Actor, number: str) -> OldFile:
    query = select(OldFile).where(
        OldFile.number == number, OldFile.destroyed_on.is_(None), within(OldFile.division, actor.division)
    )
    old_file = uow.session.scalar(query.with_for_update())
    if old_file is None:
        raise NotFound()
    return old_file
