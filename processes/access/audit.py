"""The access log: sign-ins, reads of full ID numbers and papers, exports, destructions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, and_, func, or_, select, true, union
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import SQLCoreOperations

from processes.access import log_chain
from processes.access.models import AccessLog, Account
from processes.access.scope import Actor
from processes.storage.planning import unindexed
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

Action: TypeAlias = Literal[
    "sign_in",
    "sign_in_failed",
    "attempt_delayed",
    "account_unlocked",
    "office_founded",
    "divisions_imported",
    "account_added",
    "account_confirmed",
    "substitute_named",
    "substitute_ended",
    "account_change_asked",
    "account_change_refused",
    "account_changed",
    "account_closed",
    "account_state",
    "row_state",
    "case_read",
    "household_read",
    "history_read",
    "attachment_read",
    "list_read",
    "case_listed",
    "case_carried",
    "look_up",
    "payments_read",
    "studio_read",
    "audit_read",
    "refused",
    "upload_infected",
    "session_key_made",
    "person_declared",
    "person_untied",
    "password_reissued",
    "demo_account_closed",
    "password_changed",
    "factor_added",
    "factor_removed",
    "factors_reset",
    "recovery_codes_made",
    "recovery_code_used",
    "verified",
    "verification_failed",
    "session_ended",
    "sessions_ended",
    "id_number_read",
    "household_saved",
    "call_attached",
    "difference_resolved",
    "transfer_asked",
    "transfer_decided",
    "person_identified",
    "identification_undone",
    "contact_recorded",
    "holiday_notice_entered",
    "parameter_proposed",
    "parameter_confirmed",
    "parameter_rejected",
    "parameter_withdrawn",
    "holiday_notice_proposed",
    "holiday_notice_confirmed",
    "holiday_notice_rejected",
    "holiday_undo_asked",
    "holiday_undo_refused",
    "holiday_notice_undone",
    "draft_saved",
    "draft_proposed",
    "draft_taken_back",
    "draft_published",
    "draft_discarded",
    "paper_read",
    "file_exported",
    "list_exported",
    "file_destroyed",
    "payment_list_made",
    "payment_list_for_bank",
    "print_taken",
    "unsaved_opened",
    "destroyed",
]
TITLES: Mapping[Action, str] = {
    "sign_in": tr("登录"),
    "sign_in_failed": tr("登录失败"),
    "attempt_delayed": tr("等待期内仍尝试密码"),
    "account_unlocked": tr("解锁账号"),
    "office_founded": tr("建立单位"),
    "divisions_imported": tr("导入行政区划"),
    "account_added": tr("增加账号"),
    "account_confirmed": tr("确认账号"),
    "substitute_named": tr("列入代办名单"),
    "substitute_ended": tr("移出代办名单"),
    "account_change_asked": tr("提出账号变更"),
    "account_change_refused": tr("不确认账号变更"),
    "account_changed": tr("确认账号变更"),
    "account_closed": tr("停用账号"),
    "account_state": tr("账号状态登记"),
    "row_state": tr("记录状态登记"),
    "case_read": tr("查看办件"),
    "household_read": tr("查看家庭"),
    "history_read": tr("查看家庭历次登记"),
    "attachment_read": tr("打开附件"),
    "list_read": tr("查看列表"),
    "case_listed": tr("部门在列表中看到"),
    "case_carried": tr("外出带出办件"),
    "look_up": tr("按证件号查询"),
    "payments_read": tr("查看发放清册"),
    "studio_read": tr("打开流程草稿"),
    "audit_read": tr("查看审计日志"),
    "refused": tr("访问被拒绝"),
    "upload_infected": tr("上传的文件查出病毒"),
    "session_key_made": tr("登录会话密钥丢失后重新生成"),
    "person_declared": tr("登记账号为同一人"),
    "person_untied": tr("取消账号的同一人登记"),
    "password_reissued": tr("重新发放一次性密码"),
    "demo_account_closed": tr("停用演示账号"),
    "password_changed": tr("修改密码"),
    "factor_added": tr("登记双因素认证"),
    "factor_removed": tr("取消双因素认证"),
    "factors_reset": tr("清除他人的双因素认证"),
    "recovery_codes_made": tr("生成恢复码"),
    "recovery_code_used": tr("使用恢复码"),
    "verified": tr("再次验证身份"),
    "verification_failed": tr("再次验证身份失败"),
    "session_ended": tr("退出登录"),
    "sessions_ended": tr("结束全部登录"),
    "id_number_read": tr("查看完整身份证号"),
    "household_saved": tr("保存家庭信息"),
    "call_attached": tr("来电转入家庭档案"),
    "difference_resolved": tr("处理登记差异"),
    "transfer_asked": tr("提出迁移"),
    "transfer_decided": tr("接收或退回迁移"),
    "person_identified": tr("登记查明的身份"),
    "identification_undone": tr("撤销查明的身份"),
    "contact_recorded": tr("填写单位联系方式和救济途径"),
    "holiday_notice_entered": tr("录入放假安排"),
    "parameter_proposed": tr("提出参数取值"),
    "parameter_confirmed": tr("确认参数取值"),
    "parameter_rejected": tr("退回参数取值"),
    "parameter_withdrawn": tr("撤回参数取值"),
    "holiday_notice_proposed": tr("提出放假安排"),
    "holiday_notice_confirmed": tr("确认放假安排"),
    "holiday_notice_rejected": tr("退回放假安排"),
    "holiday_undo_asked": tr("提出撤销放假安排"),
    "holiday_undo_refused": tr("不予撤销放假安排"),
    "holiday_notice_undone": tr("撤销放假安排"),
    "draft_saved": tr("修改流程草稿"),
    "draft_proposed": tr("提交流程审批"),
    "draft_taken_back": tr("退回流程草稿"),
    "draft_published": tr("审批发布流程"),
    "draft_discarded": tr("放弃流程草稿"),
    "paper_read": tr("打开文书"),
    "file_exported": tr("导出档案"),
    "list_exported": tr("导出列表"),
    "file_destroyed": tr("销毁档案"),
    "payment_list_made": tr("生成发放清册"),
    "payment_list_for_bank": tr("取出银行发放文件（含完整号码）"),
    "print_taken": tr("取出打印件"),
    "unsaved_opened": tr("继续填写未提交的内容"),
    "destroyed": tr("期满销毁的记录"),
}
READS: Sequence[Action] = (
    "case_read", "household_read", "history_read", "attachment_read", "list_read", "case_listed", "case_carried",
    "payments_read", "studio_read", "audit_read", "refused",
)  # fmt: skip
"""Actions that a page logs when it is opened."""
PAGE = 200
_LOOKED_AT = 20_000
"""Number of newest entries searched for a target prefix before the index of targets is used, which contains
every matching entry but in no useful order."""
_STATES = ("account_state", "row_state", log_chain.DESTROYED)


def note(uow: UnitOfWork, actor: Actor, action: Action, target: str, address: str = "") -> None:
    """Record who did what to which target; never the value that was read."""
    note_of(uow, actor.account_id, action, target, address)


def note_of(uow: UnitOfWork, account_id: int | None, action: Action, target: str, address: str = "") -> None:
    """Record an entry for an account, or for nobody."""
    entry = AccessLog(account_id=account_id, at=uow.now, action=action, target=target, address=address)
    log_chain.add(uow, entry)


def page(
    session: Session, action: str = "", word: str = "", before: int | None = None, size: int = PAGE
) -> tuple[Sequence[Any], int | None]:
    """Return entries with the names of their accounts, latest first, and where the next page begins (None:
    last page).

    `action` selects one kind; `word` a person's name or user name, or the beginning of a target.
    """
    # Hashes of accounts serve the comparison; they are listed only on request.
    limits = [AccessLog.action == action if action else AccessLog.action.not_in(_STATES)]
    if before is not None:
        limits.append(AccessLog.id < before)
    ids = _latest(session, word, limits, before, size + 1)
    query = (
        select(AccessLog, Account.name)
        .outerjoin(Account, Account.id == AccessLog.account_id)
        .where(AccessLog.id.in_(ids))
        .order_by(AccessLog.id.desc())
        .limit(size + 1)
    )
    rows = session.execute(query).all()
    return rows[:size], rows[size - 1][0].id if len(rows) > size else None


def _latest(
    session: Session, word: str, limits: Sequence[ColumnElement[bool]], before: int | None, most: int
) -> Any:
    """The ids of the latest entries, or a query for them: each part is read in index order and no further
    than needed."""
    if not word:
        return _part(true(), limits, most)
    newest = before or (session.scalar(select(func.max(AccessLog.id))) or 0) + 1
    of_target = _begins(AccessLog.target, word)
    # The newest entries are searched in their own order, not by the index of targets.
    near = and_(AccessLog.id >= newest - _LOOKED_AT, _begins(unindexed(session, AccessLog.target), word))
    found = session.scalars(_part(near, limits, most)).all()
    if len(found) == most:
        of_target = AccessLog.id.in_(found)
    parts = [_part(part, limits, most) for part in (*_of_people(session, word), of_target)]
    return parts[0] if len(parts) == 1 else union(*(select(part.subquery().c.id) for part in parts))


def _part(part: ColumnElement[bool], limits: Sequence[ColumnElement[bool]], most: int) -> Any:
    return select(AccessLog.id).where(part, *limits).order_by(AccessLog.id.desc()).limit(most)


def _begins(target: SQLCoreOperations[str], word: str) -> ColumnElement[bool]:
    return and_(target >= word, target < word + "\U0010ffff")


def _of_people(session: Session, word: str) -> list[ColumnElement[bool]]:
    """Entries of people whose name or user name is the word."""
    people = session.scalars(select(Account.id).where(or_(Account.name == word, Account.username == word)))
    return [AccessLog.account_id == account for account in people]
