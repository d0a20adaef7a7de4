"""Which role somebody may have at which place."""

from __future__ import annotations

from processes.access.division_file import COUNTY, TOWNSHIP, VILLAGE
from processes.access.models import Division
from processes.access.permissions import ROLE_TITLES, Role
from processes.errors import AccountInvalid
from processes.policy.calendar import civil_date
from processes.releases import departments
from processes.storage.unit_of_work import UnitOfWork

_LEVELS = {
    Role.VILLAGE_ASSISTANT: VILLAGE,
    Role.WINDOW_CLERK: TOWNSHIP,
    Role.INVESTIGATOR: TOWNSHIP,
    Role.TOWNSHIP_LEADER: TOWNSHIP,
}
"""Digits of the place that a role works for; every other role works for the county."""
_LEVEL_TITLES = {COUNTY: "县（6 位代码）", TOWNSHIP: "乡镇（9 位代码）", VILLAGE: "村、社区（12 位代码）"}


def demand_work(uow: UnitOfWork, role: str, division: str, department: str) -> None:
    """Raise `AccountInvalid` unless somebody may have this role at this place, and in this department."""
    roles = set(ROLE_TITLES) - {Role.SYSTEM}
    if role not in roles:
        raise AccountInvalid(reason=f"没有岗位 {role}，应为 {'、'.join(sorted(roles))}")
    level = _LEVELS.get(Role(role), COUNTY)
    if uow.session.get(Division, division) is None:
        raise AccountInvalid(reason=f"没有区划 {division}")
    if len(division) != level:
        raise AccountInvalid(reason=f"{ROLE_TITLES[Role(role)]}的工作地点应为{_LEVEL_TITLES[level]}")
    if bool(department) != (role == Role.DEPARTMENT_OFFICER):
        raise AccountInvalid(reason="部门经办须注明部门，其他岗位不填部门")
    known = departments.titles(uow.session, civil_date(uow.now))
    if department and known and department not in known:
        known_departments = "、".join(f"{title}（{code}）" for code, title in known.items())
        raise AccountInvalid(reason=f"没有部门“{department[:40]}”，应为：{known_departments}")
