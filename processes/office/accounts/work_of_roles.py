"""Which role somebody may have at which place."""

from __future__ import annotations

from processes.access.division_file import COUNTY, TOWNSHIP, VILLAGE
from processes.access.models import Division
from processes.access.permissions import ROLE_TITLES, Role
from processes.errors import AccountInvalid
from processes.policy.calendar import civil_date
from processes.releases import departments
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

_LEVELS = {
    Role.VILLAGE_ASSISTANT: VILLAGE,
    Role.WINDOW_CLERK: TOWNSHIP,
    Role.INVESTIGATOR: TOWNSHIP,
    Role.TOWNSHIP_LEADER: TOWNSHIP,
}
"""Digits of the place that a role works for; every other role works for the county."""
_LEVEL_TITLES = {
    COUNTY: tr("县（6 位代码）"),
    TOWNSHIP: tr("乡镇（9 位代码）"),
    VILLAGE: tr("村、社区（12 位代码）"),
}


def demand_work(uow: UnitOfWork, role: str, division: str, department: str) -> None:
    """Raise `AccountInvalid` unless somebody may have this role at this place, and in this department."""
    roles = set(ROLE_TITLES) - {Role.SYSTEM}
    if role not in roles:
        raise AccountInvalid(
            reason=tr("没有岗位 {role}，应为 {roles}", role=role, roles=tr("、").join(sorted(roles)))
        )
    level = _LEVELS.get(Role(role), COUNTY)
    if uow.session.get(Division, division) is None:
        raise AccountInvalid(reason=tr("没有区划 {division}", division=division))
    if len(division) != level:
        raise AccountInvalid(
            reason=tr("{role}的工作地点应为{level}", role=ROLE_TITLES[Role(role)], level=_LEVEL_TITLES[level])
        )
    if bool(department) != (role == Role.DEPARTMENT_OFFICER):
        raise AccountInvalid(reason=tr("部门经办须注明部门，其他岗位不填部门"))
    known = departments.titles(uow.session, civil_date(uow.now))
    if department and known and department not in known:
        known_departments = tr("、").join(
            tr("{title}（{code}）", title=title, code=code) for code, title in known.items()
        )
        raise AccountInvalid(
            reason=tr(
                "没有部门“{department}”，应为：{known_departments}",
                department=department[:40],
                known_departments=known_departments,
            )
        )
