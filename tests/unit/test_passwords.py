"""A new password is long enough and none that others know or guess; composition does not count."""

from __future__ import annotations

import pytest

from processes.access import passwords
from processes.errors import PasswordRefused


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short-one", "至少 10 个字符"),
        ("x" * 129, "最多 128 个字符"),
        ("t1_clerk-and-more", "用户名或姓名"),
        ("yimen-2026", "已泄露"),
        ("password123456", "已泄露"),
        ("1qaz2wsx3edc", "已泄露"),
        ("1234567890", "全是数字"),
        ("qwertyuiop12", "已泄露"),
        ("19800101198001", "全是数字"),
        ("aaaaaaaaaaaaaaaaaaaa", "已泄露"),
        ("Minzhengju2026", "已泄露"),
    ],
)
def test_refused(password: str, why: str) -> None:
    with pytest.raises(PasswordRefused) as refused:
        passwords.check(password, "t1_clerk", "孙窗口")
    assert why in refused.value.message


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "村口大槐树下三只白鹅", "k7mf-2pqd-x9ra-h3tw", "x9" * 3 + "青山绿水不远"],
)
def test_taken__without_capitals_digits_or_signs(password: str) -> None:
    passwords.check(password, "t1_clerk", "孙窗口")
