"""Codes of a telephone's app by period, one-time passwords, and which addresses count as one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from processes.access import networks, passwords, totp
from processes.errors import PasswordRefused

SECRET = "JBSWY3DPEHPK3PXP" * 2
AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def step_at(at: datetime) -> int:
    return int((at - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=30))


def code(step: int) -> str:
    return str(pyotp.HOTP(SECRET).at(step))


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_step_of__the_period_now_and_one_either_way(off: int) -> None:
    now = step_at(AT)
    assert totp.step_of(SECRET, code(now + off), AT, 0) == now + off
    assert totp.step_of(SECRET, code(now + off), AT + timedelta(seconds=29), 0) == now + off


@pytest.mark.parametrize("off", [-2, 2])
def test_step_of__no_other_period(off: int) -> None:
    assert totp.step_of(SECRET, code(step_at(AT) + off), AT, 0) is None


def test_step_of__a_used_period_and_those_before_it_do_not_count() -> None:
    now = step_at(AT)
    assert totp.step_of(SECRET, code(now), AT, now - 1) == now
    assert totp.step_of(SECRET, code(now), AT, now) is None
    assert totp.step_of(SECRET, code(now - 1), AT, now) is None
    assert totp.step_of(SECRET, code(now + 1), AT, now) == now + 1


def test_step_of__typed_with_spaces_and_nothing_else_than_digits() -> None:
    now = step_at(AT)
    typed = code(now)
    assert totp.step_of(SECRET, f" {typed[:3]} {typed[3:]} ", AT, 0) == now
    wide = typed.translate({ord(d): ord("０") + i for i, d in enumerate("0123456789")})
    for wrong in ("", typed[:5], typed + "0", "abcdef", wide):
        assert totp.step_of(SECRET, wrong, AT, 0) is None


def test_new_secret__160_bits_and_each_another() -> None:
    made = {totp.new_secret() for _ in range(20)}
    assert len(made) == 20
    assert all(re.fullmatch(r"[A-Z2-7]{32}", one) for one in made)  # 32 × 5 bits


def test_address__what_the_app_reads() -> None:
    assert totp.address(SECRET, "t1_clerk", "Office") == (
        f"otpauth://totp/Office:t1_clerk?secret={SECRET}&issuer=Office"
    )


def test_one_time__four_groups_of_four_that_nobody_misreads() -> None:
    made = {passwords.one_time() for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}", one) for one in made)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("白鹅大树村口河边石", "至少 10 个字符"),  # nine
        ("白鹅大树村口河边石桥", None),  # ten
        ("青山绿水 " + "x9k" * 41, None),  # 5 + 123 = 128
        ("青山绿水 " + "x9k" * 41 + "z", "最多 128 个字符"),
        ("village-T1_Clerk-geese", "不能包含用户名或姓名"),
        ("三只白鹅sun chuangkou大树下", "不能包含用户名或姓名"),
        ("1357924680135", "不能全是数字（电话、身份证号、日期容易猜到）"),
        ("yimen-2026", "属于已泄露的常用密码或容易猜到的组合，请换一个，例如几个互不相关的词"),
        ("YIMEN-2026", "属于已泄露的常用密码或容易猜到的组合，请换一个，例如几个互不相关的词"),
        ("Shehuijiuzhu", "属于已泄露的常用密码或容易猜到的组合，请换一个，例如几个互不相关的词"),
    ],
)
def test_check__the_limits_and_the_reason(password: str, why: str | None) -> None:
    if why is None:
        passwords.check(password, "t1_clerk", "Sun Chuangkou")
        return
    with pytest.raises(PasswordRefused) as refused:
        passwords.check(password, "t1_clerk", "Sun Chuangkou")
    assert refused.value.message == f"新密码没有保存：{why}。"


def test_check__the_user_name_turned_round_is_guessed_as_well() -> None:
    with pytest.raises(PasswordRefused):
        passwords.check("wangxiaoqiang"[::-1], "wangxiaoqiang", "孙")


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0%1", "fe80::/64"),
        ("no address", "no address"),
        ("x" * 61, "x" * 60),
        ("", ""),
    ],
)
def test_network__what_one_connection_cannot_choose(address: str, counted: str) -> None:
    assert networks.network(address) == counted
