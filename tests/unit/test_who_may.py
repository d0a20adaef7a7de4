"""Who may do what, where: roles and permissions, data scope, standing in, being asked, going along, ranks."""

from __future__ import annotations

import pytest

from processes.access import permissions, rules
from processes.access.permissions import Permission, Role
from processes.access.scope import Actor, StandIn, in_name_of, system_actor, township_of
from processes.errors import PermissionMissing
from tests.builders import few_rows

COUNTY, TOWNSHIP, VILLAGE, ELSEWHERE = "340199", "340199101", "340199101201", "340199102"
CLERK = frozenset({"window_clerk"})


def away(**more: object) -> StandIn:
    plain: dict[str, object] = {
        "account_id": 2, "name": "王受理", "roles": CLERK, "division": TOWNSHIP,
    }  # fmt: skip
    return StandIn(**(plain | more))


def test_may__any_of_the_roles_is_enough() -> None:
    assert permissions.may(CLERK, Permission.CASE_START)
    assert permissions.may(frozenset({"auditor", "window_clerk"}), Permission.CASE_START)
    assert not permissions.may(frozenset({"auditor"}), Permission.CASE_START)
    assert not permissions.may(frozenset(), Permission.SESSION)


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        (Permission.CASE_START, {"window_clerk"}), (Permission.AUDIT_READ, {"auditor"}),
        (Permission.ACCOUNT_UNLOCK, {"administrator"}), (Permission.ACCOUNT_WRITE, {"administrator", "system"}),
        (Permission.FUND_WRITE, {"finance_officer"}), (Permission.PARAMETER_PROPOSE, {"supervisor", "county_clerk"}),
        (Permission.PARAMETER_CONFIRM, {"supervisor", "county_leader"}), (Permission.CASE_CONTROL, {"supervisor"}),
        (Permission.MOVE_CONFIRM, {"supervisor", "county_leader"}), (Permission.ABSENCE_CONFIRM, {"supervisor"}),
        (Permission.ARCHIVE_DESTROY, {"county_clerk", "county_leader"}), (Permission.STUDIO, {"supervisor"}),
        (Permission.PAPER_WITHDRAW, {"township_leader", "county_leader"}), (Permission.SYSTEM_WORK, {"system"}),
        (Permission.RELEASE_PUBLISH, {"supervisor", "system"}),
        (Permission.ID_NUMBER_REVEAL, {
            "window_clerk", "investigator", "township_leader", "county_clerk", "county_leader", "comparison_officer",
        }),
    ],
)  # fmt: skip
def test_may__who_has_the_permissions_that_matter_most(permission: Permission, roles: set[str]) -> None:
    assert {role for role in Role if permissions.may(frozenset({role}), permission)} == roles


def test_demand__the_permission_is_named() -> None:
    permissions.demand(CLERK, Permission.CASE_START)
    with pytest.raises(PermissionMissing) as refused:
        permissions.demand(CLERK, Permission.PARAMETER_CONFIRM)
    assert refused.value.message == "您的岗位没有“确认政策参数的取值”权限。如需办理，请联系系统管理员。"


def test_actor__asks_by_the_own_roles() -> None:
    clerk = Actor(1, "孙窗口", CLERK, TOWNSHIP)
    assert clerk.may(Permission.CASE_START)
    assert not clerk.may(Permission.AUDIT_READ)
    clerk.demand(Permission.CASE_START)
    with pytest.raises(PermissionMissing) as refused:
        clerk.demand(Permission.AUDIT_READ)
    assert "查看审计日志" in refused.value.message


@pytest.mark.parametrize(
    ("own", "place", "is_covered"),
    [
        (TOWNSHIP, VILLAGE, True), (TOWNSHIP, TOWNSHIP, True), ("", COUNTY, True), (TOWNSHIP, COUNTY, False),
        (TOWNSHIP, ELSEWHERE, False), (VILLAGE, TOWNSHIP, False),
    ],
)  # fmt: skip
def test_actor__covers_what_lies_under_the_own_division(own: str, place: str, is_covered: bool) -> None:
    assert Actor(1, "孙窗口", CLERK, own).covers(place) is is_covered


@pytest.mark.parametrize(
    ("one", "role", "place", "programme", "is_covered"),
    [
        (away(), "window_clerk", VILLAGE, "aid", True),
        (away(), "investigator", VILLAGE, "aid", False),
        (away(), "window_clerk", ELSEWHERE, "aid", False),
        (away(), "window_clerk", COUNTY, "aid", False),
        (away(programmes=frozenset({"aid"})), "window_clerk", VILLAGE, "aid", True),
        (away(programmes=frozenset({"aid"})), "window_clerk", VILLAGE, "relief", False),
        (away(programmes=frozenset({"aid"})), "window_clerk", ELSEWHERE, "aid", False),
    ],
)
def test_stand_in__covers_role_division_and_programme(
    one: StandIn, role: str, place: str, programme: str, is_covered: bool
) -> None:
    assert one.covers(role, place, programme) is is_covered
    assert one.reaches(place, programme) is (is_covered or role == "investigator")


def test_system_actor__is_nobody_and_has_the_role_of_the_program_only() -> None:
    assert system_actor() == Actor(None, "系统", frozenset({Role.SYSTEM}), "")
    assert system_actor(COUNTY).division == COUNTY


def test_in_name_of__says_for_whom() -> None:
    assert in_name_of("李窗口", "王受理") == "李窗口（代王受理）"
    assert in_name_of("李窗口", None) == "李窗口"


def test_township_of__nine_digits() -> None:
    assert township_of(VILLAGE) == TOWNSHIP
    assert township_of(COUNTY) == COUNTY


@pytest.mark.parametrize(
    ("roles", "division", "more", "place", "is_reached"),
    [
        (("window_clerk",), TOWNSHIP, {}, VILLAGE, True),
        (("window_clerk",), COUNTY, {}, VILLAGE, True),
        (("window_clerk",), ELSEWHERE, {}, VILLAGE, False),
        (("window_clerk",), VILLAGE, {}, TOWNSHIP, False),
        (("window_clerk",), TOWNSHIP, {"is_active": False}, VILLAGE, False),
        (("window_clerk",), TOWNSHIP, {"department": "housing"}, VILLAGE, False),
        (("auditor",), TOWNSHIP, {}, VILLAGE, False),  # reads, and works on nothing
        (("finance_officer",), TOWNSHIP, {}, VILLAGE, True),
    ],
)
def test_is_reachable__works_there_and_is_of_no_department(
    roles: tuple[str, ...], division: str, more: dict[str, object], place: str, is_reached: bool
) -> None:
    assert rules.is_reachable(few_rows.account(1, *roles, division=division, **more), place) is is_reached


def test_may_be_asked__only_who_may_open_the_case() -> None:
    assert rules.may_be_asked(few_rows.account(1, "window_clerk"), VILLAGE)
    # a cashier of the petty fund has steps of their own and may not read cases
    assert not rules.may_be_asked(few_rows.account(1, "finance_officer"), VILLAGE)
    assert not rules.may_be_asked(few_rows.account(1, "window_clerk", division=ELSEWHERE), VILLAGE)


@pytest.mark.parametrize(
    ("roles", "may_go"),
    [
        (("investigator",), True),
        (("village_assistant",), True),
        (("investigator", "township_leader"), False),  # would be excluded from the opinion
        (("investigator", "county_leader"), False),
        (("township_leader",), False),
        (("supervisor",), False),
    ],
)
def test_may_go_along__no_leader(roles: tuple[str, ...], may_go: bool) -> None:
    assert rules.may_go_along(few_rows.account(1, *roles), VILLAGE) is may_go


def test_may_go_along__only_where_they_work() -> None:
    assert not rules.may_go_along(few_rows.account(1, "investigator", division=ELSEWHERE), VILLAGE)


@pytest.mark.parametrize(
    ("substitute", "absent", "may_act"),
    [
        (["window_clerk"], ["investigator"], True),
        (["village_assistant", "window_clerk"], ["investigator"], True),
        (["county_clerk"], ["comparison_officer"], True),
        (["county_clerk"], ["window_clerk"], False),
        (["township_leader"], ["county_leader"], False),
        (["window_clerk", "township_leader"], ["window_clerk"], False),  # would lend the leader's powers
        (["window_clerk"], ["window_clerk", "township_leader"], False),
        (["supervisor"], ["supervisor"], True),
        (["finance_officer"], ["auditor"], False),
    ],
)
def test_is_of_rank__the_ranks_are_equal(substitute: list[str], absent: list[str], may_act: bool) -> None:
    assert rules.is_of_rank(substitute, absent) is may_act
