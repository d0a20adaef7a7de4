"""States and kinds of the rows of a case, with their titles; what each state means stands in its class."""

from __future__ import annotations

from processes.policy.titled import TitledEnum
from processes.texts import tr


class CaseStatus(TitledEnum):
    """Where a case is.

    `open`: worked on; `suspended`: suspended by a supervisor, nobody works on it and its clocks do not count;
    `closed`: at an end, with an outcome.
    """

    OPEN = "open", "办理中"
    SUSPENDED = "suspended", "中止办理"
    CLOSED = "closed", "已办结"


class CaseEnding(TitledEnum):
    """Ends of a case that no diagram has: its outcome is one of these, or the id of an end of its process.

    `cancelled`: ended by a supervisor; `withdrawn`: it was opened by a step that was sent back, nobody had worked on it.
    """

    CANCELLED = "cancelled", "终止办理"
    WITHDRAWN = "withdrawn", "撤回"


class WorkItemStatus(TitledEnum):
    """Where a step in a queue is.

    `open`: waiting for somebody, or in somebody's hands; `done`: finished, and what was submitted counts;
    `superseded`: finished, and a return or a move has made it void; `withdrawn`: taken away before it was finished.
    """

    OPEN = "open", "待办"
    DONE = "done", "已办结"
    SUPERSEDED = "superseded", "已被退回取代"
    WITHDRAWN = "withdrawn", "已撤回"


class Cosigning(TitledEnum):
    """When the countersignatures of a step are asked for.

    `before`: before it is finished; `after`: it was submitted, and what was submitted is held until all is signed.
    """

    BEFORE = "before", "办结前会签"
    AFTER = "after", "提交后会签"


class ParticipantKind(TitledEnum):
    """What somebody is asked for at a step.

    `cosign`: to agree or object; `ask`: to answer a question; `copy`: to read it; `second`: to confirm that they did
    the step together with whoever finished it.
    """

    COSIGN = "cosign", "会签"
    ASK = "ask", "沟通"
    COPY = "copy", "抄送"
    SECOND = "second", "共同办理"

    @property
    def waiting_title(self) -> str:
        """What pages say while there is no answer."""
        match self:
            case ParticipantKind.COPY:
                return tr("未阅")
            case ParticipantKind.SECOND:
                return tr("尚未确认")
            case _:
                return tr("等待")

    def answer_title(self, verdict: str) -> str:
        """What pages say of a verdict; empty where none was asked for."""
        if not verdict:
            return ""
        given = CosignVerdict(verdict)
        if self is ParticipantKind.SECOND:
            return tr("已确认参加") if given is CosignVerdict.AGREE else tr("提出异议")
        return given.title


class ParticipantStatus(TitledEnum):
    """Whether somebody's word is still waited for.

    `waiting`: they are asked now; `later`: their turn has not come; `done`: they have answered; `removed`: their word
    is not needed any more.
    """

    WAITING = "waiting", "等待"
    LATER = "later", "尚未轮到"
    DONE = "done", "已答复"
    REMOVED = "removed", "不再需要"


class CosignVerdict(TitledEnum):
    """What somebody says who is asked to sign or to confirm: `agree` or `object`."""

    AGREE = "agree", "同意"
    OBJECT = "object", "不同意"


class CosignMode(TitledEnum):
    """How many signers have to agree.

    `all`: each of them; `any`: one is enough; `order`: each, one after the other; `quorum`: so many of them.
    """

    ALL = "all", "全部同意"
    ANY = "any", "一人同意即可"
    ORDER = "order", "依次会签"
    QUORUM = "quorum", "达到人数"


class ClockColour(TitledEnum):
    """How near the end of a limit is.

    `green`: far; `yellow` and `red`: the warning days have come; `overdue`: past it; `paused`: it is suspended; `none`:
    no limit runs.
    """

    GREEN = "green", "正常"
    YELLOW = "yellow", "临近"
    RED = "red", "紧急"
    OVERDUE = "overdue", "超期"
    PAUSED = "paused", "中止计时"
    NONE = "none", "无期限"


class SuspensionCause(TitledEnum):
    """Who stopped a clock for a time, and so who lets it count again.

    `step`: a step of the process; `office`: a supervisor who suspended the whole case.
    """

    STEP = "step", "流程环节"
    OFFICE = "office", "中止办理"


class DueBucket(TitledEnum):
    """A part of a queue by due date.

    `overdue`: the due day is over; `today`: due today; `week`: due from today to seven days on; `red` and `yellow`: the
    warning days have come and the due day is not over.
    """

    OVERDUE = "overdue", "超期"
    TODAY = "today", "今天到期"
    WEEK = "week", "七天内到期"
    RED = "red", "紧急"
    YELLOW = "yellow", "临近"


class BatchKind(TitledEnum):
    """What is done to many steps at once."""

    CLAIM = "claim", "签收"
    RELEASE = "release", "取消签收"
    TRANSFER = "transfer", "转办"
    WATCH = "watch", "关注"
    URGE = "urge", "催办"

    @property
    def is_undoable(self) -> bool:
        """Whether the steps can be given back to whoever had them."""
        return self in (BatchKind.CLAIM, BatchKind.RELEASE, BatchKind.TRANSFER)


class HolidayStatus(TitledEnum):
    """Where a version of a year's holiday notice is.

    `proposed`: waits for a second person; `standing`: limits are counted by it; `superseded`: another version stands
    instead; `withdrawn`: undone by two people; `rejected`: not confirmed.
    """

    PROPOSED = "proposed", "待确认"
    STANDING = "standing", "现行"
    SUPERSEDED = "superseded", "已被新版本代替"
    WITHDRAWN = "withdrawn", "已撤销"
    REJECTED = "rejected", "未予确认"


class MigrationStatus(TitledEnum):
    """Where a batch of migrations is.

    `planning`: the worker looks at the cases; `planned`: people choose; `running`: the worker migrates; `done`: it has;
    `undoing`: the worker takes the cases back; `undone`: it has; `dropped`: given up before it ran.
    """

    PLANNING = "planning", "正在检查"
    PLANNED = "planned", "待执行"
    RUNNING = "running", "正在迁移"
    DONE = "done", "已迁移"
    UNDOING = "undoing", "正在撤销"
    UNDONE = "undone", "已撤销"
    DROPPED = "dropped", "已放弃"

    @property
    def is_working(self) -> bool:
        """Whether the worker has still to do something."""
        return self in (MigrationStatus.PLANNING, MigrationStatus.RUNNING, MigrationStatus.UNDOING)

    @property
    def has_ended(self) -> bool:
        """Whether nothing more becomes of it."""
        return self in MIGRATION_ENDS


MIGRATION_ENDS = (MigrationStatus.DONE, MigrationStatus.UNDONE, MigrationStatus.DROPPED)


class MigrationRowStatus(TitledEnum):
    """What became of one case of a batch.

    `waits`: nothing yet; `migrated`: it goes on under the other release; `failed`: it could not be migrated; `back`: it
    was taken back; `stuck`: it had gone on and could not be taken back.
    """

    WAITS = "waits", "等待"
    MIGRATED = "migrated", "已迁移"
    FAILED = "failed", "未迁移"
    BACK = "back", "已撤销"
    STUCK = "stuck", "未能撤销"


class DrawStatus(TitledEnum):
    """Where a round of draws is.

    `collecting`: a number is missing; `ready`: both numbers are there and it draws; `revealed`: they are public, and it
    draws no more.
    """

    COLLECTING = "collecting", "待另一部门填写"
    READY = "ready", "使用中"
    REVEALED = "revealed", "已公开"


class MoveStatus(TitledEnum):
    """Where a move of a case is.

    `asked`: waits for a second person; `done`: carried out; `refused`: not confirmed; `expired`: the case went on first.
    """

    ASKED = "asked", "待确认"
    DONE = "done", "已移动"
    REFUSED = "refused", "未同意"
    EXPIRED = "expired", "已失效（办件已继续办理）"
