"""States and kinds of papers, long prints and files whose term is over, with their titles."""

from __future__ import annotations

from processes.policy.titled import TitledEnum


class PaperStatus(TitledEnum):
    """Whether the file of a paper is there: `pending`: not made yet; `ready`: made; `failed`: it could not be made."""

    PENDING = "pending", "正在生成"
    READY = "ready", "已生成"
    FAILED = "failed", "生成失败"


class PaperStanding(TitledEnum):
    """Whether a paper holds.

    `standing`: it does; `superseded`: another one was made instead, or its step was sent back; `withdrawn`: the office
    has revoked it; `destroyed`: its file was destroyed after its term.
    """

    STANDING = "standing", "有效"
    SUPERSEDED = "superseded", "已被取代"
    WITHDRAWN = "withdrawn", "已撤销"
    DESTROYED = "destroyed", "已销毁"


class RunStatus(TitledEnum):
    """Where a long print is.

    `waiting`: the worker makes it; `ready`: it can be taken; `failed`: a part could not be made; `destroyed`: a payment
    list whose term was over, its number stays and nothing of what it said.
    """

    WAITING = "waiting", "正在制作"
    READY = "ready", "已制作"
    FAILED = "failed", "制作失败"
    DESTROYED = "destroyed", "已销毁"


class RunKind(TitledEnum):
    """What a long print is of: `batch`: many papers at once; `payment_list`: what is to be paid in a month."""

    BATCH = "batch", "文书批量打印"
    PAYMENT_LIST = "payment_list", "发放清册"


class DestructionStatus(TitledEnum):
    """What became of a file whose term is over.

    `proposed`: one person has proposed to destroy it; `done`: another one has destroyed it; `refused`: it is kept.
    """

    PROPOSED = "proposed", "待审批"
    DONE = "done", "销毁"
    REFUSED = "refused", "继续保管"


class RecordKind(TitledEnum):
    """What is kept for a term."""

    CASE = "case", "办件"
    OLD_FILE = "old_file", "旧档"
    ACCESS_LOG = "access_log", "访问记录"
    NOTICES = "notices", "消息"
    PAYMENT_LIST = "pay_list", "发放清册"
    HOUSEHOLD = "household", "家庭档案"

    @property
    def is_file(self) -> bool:
        """Whether it is a file of a person's matter, and not one of what is kept beside them."""
        return self in (RecordKind.CASE, RecordKind.OLD_FILE)
