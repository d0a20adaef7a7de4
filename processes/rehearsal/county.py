"""The demo county: divisions and an account for every role."""

from __future__ import annotations

from functools import cache

from sqlalchemy import select

from processes.access import account_states
from processes.access.accounts import hash_password
from processes.access.founding import DEMO
from processes.access.models import Account, Division, Installation
from processes.access.passwords import PUBLISHED
from processes.access.permissions import Role
from processes.access.scope import system_actor
from processes.errors import ScenarioInvalid
from processes.storage.unit_of_work import UnitOfWork

COUNTY = "340199"
PASSWORD = PUBLISHED
"""Of every account of this county; no real office takes it."""
COUNTY_NAME = "演示县"
TOWNSHIPS = ("城关镇", "清河镇", "龙山乡", "双桥镇", "石塘乡", "柳林镇")
VILLAGES = ("东村", "西村", "南街社区")

_COUNTY_STAFF = (
    ("county_clerk", "郑县办", Role.COUNTY_CLERK),
    ("county_leader", "韩局长", Role.COUNTY_LEADER),
    ("comparison", "宋核对", Role.COMPARISON_OFFICER),
    ("supervisor", "许督查", Role.SUPERVISOR),
    ("supervisor2", "沈督查", Role.SUPERVISOR),
    ("finance", "潘出纳", Role.FINANCE_OFFICER),
    ("finance2", "葛会计", Role.FINANCE_OFFICER),
    ("auditor", "唐审计", Role.AUDITOR),
    ("admin", "曹管理", Role.ADMINISTRATOR),
)
_DEPARTMENTS = (
    ("department", "蒋应急", "emergency"),
    ("dept_medical", "陶医保", "medical"),
    ("dept_education", "姜教育", "education"),
    ("dept_housing", "谢住建", "housing"),
    ("dept_employment", "邹人社", "employment"),
    ("dept_disabled", "章残联", "disabled"),
)
"""Departments that use this system; the rescue station and others get a letter."""
_TOWNSHIP_STAFF = (
    ("clerk", "窗口", Role.WINDOW_CLERK),
    ("investigator", "调查", Role.INVESTIGATOR),
    ("investigator2", "核查", Role.INVESTIGATOR),
    ("leader", "分管", Role.TOWNSHIP_LEADER),
    ("leader2", "主管", Role.TOWNSHIP_LEADER),
)
_SURNAMES = "赵钱孙李周吴"


def township_code(number: int) -> str:
    """The code of a township: `demo/1` is 340199101."""
    return f"{COUNTY}{100 + number}"


def division_code(name: str) -> str:
    """Return the code of `demo/1/2`, `demo/1` or `demo`; a code of digits is unchanged.

    `demo/village-1` is a village of the first township, `demo/township-2/village-1` one of the second; raises
    `ScenarioInvalid` for anything that is not in the demo county.
    """
    if name.isascii() and name.isdigit():
        return name
    parts = name.split("/")
    if len(parts) == 2 and parts[1].startswith("village-"):  # noqa: PLR2004
        parts.insert(1, "1")
    numbers = [p.removeprefix("township-").removeprefix("village-") for p in parts[1:]]
    known = (len(TOWNSHIPS), len(VILLAGES))
    fits = len(numbers) <= len(known) and all(
        n.isascii() and n.isdigit() and 1 <= int(n) <= most for n, most in zip(numbers, known, strict=False)
    )
    if parts[0] != "demo" or not fits:
        raise ScenarioInvalid(
            reason=f"演示县没有“{name}”：乡镇应为 demo/1 至 demo/6，村应为 demo/1/1 至 demo/6/3"
        )
    code = COUNTY if not numbers else township_code(int(numbers[0]))
    return code + "".join(f"{200 + int(n):03d}" for n in numbers[1:])


def found(uow: UnitOfWork) -> None:
    """Create the divisions and accounts that do not exist yet."""
    if uow.session.get(Division, COUNTY) is not None:
        return
    uow.add(Installation(kind=DEMO, county=COUNTY, bureau=f"{COUNTY_NAME}民政局", founded_at=uow.now))
    uow.add(Division(code=COUNTY, name=COUNTY_NAME, full_name=COUNTY_NAME))
    for username, name, role in _COUNTY_STAFF:
        _account(uow, username, name, role, COUNTY)
    for username, name, department in _DEPARTMENTS:
        _account(uow, username, name, Role.DEPARTMENT_OFFICER, COUNTY, department)
    for n, township in enumerate(TOWNSHIPS, start=1):
        code = township_code(n)
        uow.add(Division(code=code, name=township, full_name=COUNTY_NAME + township))
        for suffix, title, role in _TOWNSHIP_STAFF:
            _account(uow, f"t{n}_{suffix}", f"{_SURNAMES[n - 1]}{title}", role, code)
        for v, village in enumerate(VILLAGES, start=1):
            place = f"{code}{200 + v:03d}"
            uow.add(Division(code=place, name=village, full_name=COUNTY_NAME + township + village))
            _account(uow, f"t{n}_village{v}", f"{_SURNAMES[n - 1]}协理{v}", Role.VILLAGE_ASSISTANT, place)
    uow.flush()
    account_states.note(uow, system_actor(), *uow.session.scalars(select(Account).order_by(Account.id)))


def _account(
    uow: UnitOfWork, username: str, name: str, role: Role, division: str, department: str = ""
) -> None:
    uow.add(
        Account(
            username=username,
            name=name,
            password_hash=_demo_hash(),
            roles=[role],
            division=division,
            department=department,
            is_demo=True,
        )
    )


@cache
def _demo_hash() -> str:
    """Computed once: the demo accounts share one published password."""
    return hash_password(PASSWORD)
