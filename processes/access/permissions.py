"""Permissions and the roles that have them. What is not listed is refused."""

from __future__ import annotations

from enum import StrEnum

from processes.errors import PermissionMissing
from processes.texts import tr


class Role(StrEnum):
    """Roles of the policy (domain.md); the values are lane ids in diagrams."""

    VILLAGE_ASSISTANT = "village_assistant"
    WINDOW_CLERK = "window_clerk"
    INVESTIGATOR = "investigator"
    TOWNSHIP_LEADER = "township_leader"
    COUNTY_CLERK = "county_clerk"
    COUNTY_LEADER = "county_leader"
    COMPARISON_OFFICER = "comparison_officer"
    SUPERVISOR = "supervisor"
    DEPARTMENT_OFFICER = "department_officer"
    FINANCE_OFFICER = "finance_officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


ROLE_TITLES = {
    Role.VILLAGE_ASSISTANT: tr("村(居)协理员"),
    Role.WINDOW_CLERK: tr("乡镇窗口受理员"),
    Role.INVESTIGATOR: tr("乡镇调查员"),
    Role.TOWNSHIP_LEADER: tr("乡镇分管领导"),
    Role.COUNTY_CLERK: tr("县民政局经办"),
    Role.COUNTY_LEADER: tr("县民政局分管局长"),
    Role.COMPARISON_OFFICER: tr("信息核对员"),
    Role.SUPERVISOR: tr("流程管理员(督查)"),
    Role.DEPARTMENT_OFFICER: tr("部门经办"),
    Role.FINANCE_OFFICER: tr("财政(备用金出纳)"),
    Role.AUDITOR: tr("审计"),
    Role.ADMINISTRATOR: tr("系统管理员"),
    Role.SYSTEM: tr("系统"),
}


class Permission(StrEnum):
    """What a person may be allowed to do."""

    SESSION = "session"
    CASE_READ = "case_read"
    CASE_START = "case_start"
    TASK_WORK = "task_work"
    TASK_RETURN = "task_return"
    TASK_TRANSFER = "task_transfer"
    CLOCK_EXTEND = "clock_extend"
    HOUSEHOLD_READ = "household_read"
    HOUSEHOLD_WRITE = "household_write"
    ID_NUMBER_REVEAL = "id_number_reveal"
    PAPER_READ = "paper_read"
    PAYMENT_LIST = "payment_list"
    SCAN_FILE = "scan_file"
    PAPER_SIGN = "paper_sign"
    PAPER_WITHDRAW = "paper_withdraw"
    FILE_EXPORT = "file_export"
    ARCHIVE_READ = "archive_read"
    ARCHIVE_WRITE = "archive_write"
    ARCHIVE_DESTROY = "archive_destroy"
    OVERDUE_READ = "overdue_read"
    INCIDENT_RETRY = "incident_retry"
    PARAMETER_READ = "parameter_read"
    PARAMETER_PROPOSE = "parameter_propose"
    PARAMETER_CONFIRM = "parameter_confirm"
    AUDIT_READ = "audit_read"
    ACCOUNT_UNLOCK = "account_unlock"
    ACCOUNT_WRITE = "account_write"
    CALENDAR_READ = "calendar_read"
    CALENDAR_WRITE = "calendar_write"
    CONTACT_WRITE = "contact_write"
    RELEASE_PUBLISH = "release_publish"
    FUND_READ = "fund_read"
    FUND_WRITE = "fund_write"
    OFFER_WRITE = "offer_write"
    STUDIO = "studio"
    CASE_CONTROL = "case_control"
    MOVE_CONFIRM = "move_confirm"
    ABSENCE_CONFIRM = "absence_confirm"
    DRAW_READ = "draw_read"
    DRAW_WRITE = "draw_write"
    SYSTEM_WORK = "system_work"


PERMISSION_TITLES = {
    Permission.SESSION: tr("登录"),
    Permission.CASE_READ: tr("查看办件"),
    Permission.CASE_START: tr("登记申请"),
    Permission.TASK_WORK: tr("办理待办"),
    Permission.TASK_RETURN: tr("退回"),
    Permission.TASK_TRANSFER: tr("转办"),
    Permission.CLOCK_EXTEND: tr("延长期限"),
    Permission.HOUSEHOLD_READ: tr("查看家庭信息"),
    Permission.HOUSEHOLD_WRITE: tr("登记家庭信息"),
    Permission.ID_NUMBER_REVEAL: tr("查看完整身份证号"),
    Permission.PAPER_READ: tr("查看和打印文书"),
    Permission.PAYMENT_LIST: tr("发放清册"),
    Permission.SCAN_FILE: tr("签字件归档"),
    Permission.PAPER_SIGN: tr("电子签名、用章"),
    Permission.PAPER_WITHDRAW: tr("撤销文书"),
    Permission.FILE_EXPORT: tr("导出档案"),
    Permission.ARCHIVE_READ: tr("查看档案目录"),
    Permission.ARCHIVE_WRITE: tr("整理档案、提出销毁"),
    Permission.ARCHIVE_DESTROY: tr("批准销毁档案"),
    Permission.OVERDUE_READ: tr("查看超期督办"),
    Permission.INCIDENT_RETRY: tr("处理异常"),
    Permission.PARAMETER_READ: tr("查看政策参数"),
    Permission.PARAMETER_PROPOSE: tr("提出政策参数的取值"),
    Permission.PARAMETER_CONFIRM: tr("确认政策参数的取值"),
    Permission.AUDIT_READ: tr("查看审计日志"),
    Permission.CALENDAR_READ: tr("查看放假安排"),
    Permission.CALENDAR_WRITE: tr("提出和确认放假安排"),
    Permission.CONTACT_WRITE: tr("填写单位联系方式和救济途径"),
    Permission.RELEASE_PUBLISH: tr("发布流程版本"),
    Permission.ACCOUNT_UNLOCK: tr("管理账号"),
    Permission.ACCOUNT_WRITE: tr("增加和确认账号"),
    Permission.FUND_READ: tr("查看备用金台账"),
    Permission.FUND_WRITE: tr("备用金记账、复核、结账"),
    Permission.OFFER_WRITE: tr("登记社会力量帮扶资源"),
    Permission.STUDIO: tr("修改和发布流程"),
    Permission.CASE_CONTROL: tr("中止、恢复、终止办件，提出移动办理"),
    Permission.MOVE_CONFIRM: tr("确认移动办理"),
    Permission.ABSENCE_CONFIRM: tr("确认外出代办"),
    Permission.DRAW_READ: tr("查看抽签单"),
    Permission.DRAW_WRITE: tr("填写和公开抽签数"),
    Permission.SYSTEM_WORK: tr("系统自动办理"),
}

_VILLAGE = {Role.VILLAGE_ASSISTANT}
_TOWNSHIP = {Role.WINDOW_CLERK, Role.INVESTIGATOR, Role.TOWNSHIP_LEADER}
_COUNTY = {Role.COUNTY_CLERK, Role.COUNTY_LEADER, Role.COMPARISON_OFFICER}
_WORKERS = _VILLAGE | _TOWNSHIP | _COUNTY | {Role.SUPERVISOR}
_DEPARTMENTS = {Role.DEPARTMENT_OFFICER}
_READERS = _WORKERS | {Role.AUDITOR}

MAY: dict[Permission, frozenset[Role]] = {
    Permission.SESSION: frozenset(Role),
    Permission.CASE_READ: frozenset(_READERS | _DEPARTMENTS),
    Permission.CASE_START: frozenset({Role.WINDOW_CLERK}),
    Permission.TASK_WORK: frozenset(_WORKERS | _DEPARTMENTS | {Role.FINANCE_OFFICER}),
    Permission.TASK_RETURN: frozenset(_TOWNSHIP | _COUNTY),
    Permission.TASK_TRANSFER: frozenset(_WORKERS),
    Permission.CLOCK_EXTEND: frozenset({Role.TOWNSHIP_LEADER, Role.COUNTY_CLERK, Role.COUNTY_LEADER}),
    Permission.HOUSEHOLD_READ: frozenset(_READERS),
    Permission.HOUSEHOLD_WRITE: frozenset({Role.WINDOW_CLERK, Role.INVESTIGATOR}),
    Permission.ID_NUMBER_REVEAL: frozenset(_TOWNSHIP | _COUNTY),
    Permission.PAPER_READ: frozenset(_READERS | _DEPARTMENTS),
    Permission.PAYMENT_LIST: frozenset(
        {Role.WINDOW_CLERK, Role.TOWNSHIP_LEADER, Role.COUNTY_CLERK, Role.COUNTY_LEADER, Role.FINANCE_OFFICER}
    ),
    Permission.SCAN_FILE: frozenset(_TOWNSHIP | _COUNTY),
    Permission.PAPER_SIGN: frozenset(_TOWNSHIP | _COUNTY),
    Permission.PAPER_WITHDRAW: frozenset({Role.TOWNSHIP_LEADER, Role.COUNTY_LEADER}),
    Permission.FILE_EXPORT: frozenset({Role.WINDOW_CLERK, Role.COUNTY_CLERK, Role.COUNTY_LEADER}),
    Permission.ARCHIVE_READ: frozenset(
        {Role.WINDOW_CLERK, Role.COUNTY_CLERK, Role.COUNTY_LEADER, Role.AUDITOR}
    ),
    Permission.ARCHIVE_WRITE: frozenset({Role.WINDOW_CLERK, Role.COUNTY_CLERK}),
    Permission.ARCHIVE_DESTROY: frozenset({Role.COUNTY_CLERK, Role.COUNTY_LEADER}),
    Permission.OVERDUE_READ: frozenset(
        {Role.SUPERVISOR, Role.COUNTY_LEADER, Role.TOWNSHIP_LEADER, Role.COUNTY_CLERK, Role.AUDITOR}
    ),
    Permission.INCIDENT_RETRY: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Permission.PARAMETER_READ: frozenset(_READERS),
    Permission.PARAMETER_PROPOSE: frozenset({Role.SUPERVISOR, Role.COUNTY_CLERK}),
    Permission.PARAMETER_CONFIRM: frozenset({Role.SUPERVISOR, Role.COUNTY_LEADER}),
    Permission.AUDIT_READ: frozenset({Role.AUDITOR}),
    Permission.ACCOUNT_UNLOCK: frozenset({Role.ADMINISTRATOR}),
    Permission.ACCOUNT_WRITE: frozenset({Role.ADMINISTRATOR, Role.SYSTEM}),
    Permission.CALENDAR_READ: frozenset(_READERS | {Role.ADMINISTRATOR}),
    Permission.CALENDAR_WRITE: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Permission.CONTACT_WRITE: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Permission.RELEASE_PUBLISH: frozenset({Role.SUPERVISOR, Role.SYSTEM}),
    Permission.FUND_READ: frozenset(
        {Role.FINANCE_OFFICER, Role.TOWNSHIP_LEADER, Role.SUPERVISOR, Role.AUDITOR} | _COUNTY
    ),
    Permission.FUND_WRITE: frozenset({Role.FINANCE_OFFICER}),
    Permission.OFFER_WRITE: frozenset({Role.COUNTY_CLERK, Role.WINDOW_CLERK}),
    Permission.STUDIO: frozenset({Role.SUPERVISOR}),
    Permission.CASE_CONTROL: frozenset({Role.SUPERVISOR}),
    Permission.MOVE_CONFIRM: frozenset({Role.SUPERVISOR, Role.COUNTY_LEADER}),
    Permission.ABSENCE_CONFIRM: frozenset({Role.SUPERVISOR}),
    Permission.DRAW_READ: frozenset(_READERS | {Role.FINANCE_OFFICER}),
    Permission.DRAW_WRITE: frozenset({Role.SUPERVISOR, Role.FINANCE_OFFICER, Role.AUDITOR}),
    Permission.SYSTEM_WORK: frozenset({Role.SYSTEM}),
}


def may(roles: frozenset[str], permission: Permission) -> bool:
    """Return whether any of the roles has the permission."""
    return bool(roles & MAY[permission])


def demand(roles: frozenset[str], permission: Permission) -> None:
    """Raise `PermissionMissing` unless one of the roles has the permission."""
    if not may(roles, permission):
        raise PermissionMissing(permission=PERMISSION_TITLES[permission])
