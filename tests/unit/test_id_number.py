from datetime import date

import pytest

from processes.errors import IdNumberInvalid
from processes.people.id_number import compose, read

TODAY = date(2026, 3, 2)


def test_read__the_standard_s_own_example() -> None:
    # GB 11643-1999: 11010519491231002X
    identity = read("11010519491231002x", TODAY)
    assert (identity.birth_on, identity.sex, identity.division) == (date(1949, 12, 31), "女", "110105")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("110105194912310021", "校验位不符"),
        ("11010519491231002", "应为 18 位"),
        ("11010519491331002X", "出生日期"),
        ("110105209912310021", "合理范围"),
        ("", "应为 18 位"),
    ],
)
def test_read__says_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(IdNumberInvalid) as caught:
        read(text, TODAY)
    assert reason in caught.value.message


def test_compose__is_valid_and_carries_the_sex() -> None:
    assert read(compose("340199", date(1980, 5, 1), 101), TODAY).sex == "男"
    assert read(compose("340199", date(1980, 5, 1), 102), TODAY).sex == "女"
