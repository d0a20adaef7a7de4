"""The context that the office passes with every call of the engine: time, policy, due dates.

`functions` is the fixed list of functions that an expression may call; there are no others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from processes.errors import ExpressionFailed
from processes.policy import money
from processes.policy.calendar import civil_date
from processes.policy.parameters import Scalar
from processes.policy.periods import Month, age_on, months_after
from processes.texts import tr


class PolicyValues(Protocol):
    """Source of the parameter values in force."""

    def __call__(self, name: str, on: date) -> Scalar:
        """Return the value of a parameter on a day; raises `ParameterMissing`."""
        ...


@dataclass(frozen=True, slots=True)
class Facts:
    """Values that hold during one call of the engine.

    `now` is an aware instant; `policy` returns parameter values; `dues` maps the names of the case's running
    clocks to the instants at which they fall due.
    """

    now: datetime
    policy: PolicyValues
    dues: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The civil date in China."""
        return civil_date(self.now)


def functions(facts: Facts, policy_day: date | None = None) -> dict[str, Callable[..., Any]]:
    """The functions of the expression language, bound to this context.

    `policy_day` is the day whose parameter values apply (for income and eligibility: the day of acceptance);
    today if the case has none yet.
    """
    day = policy_day or facts.today
    return {
        **_PLAIN,
        "today": lambda: facts.today,
        "param": lambda name: facts.policy(_text(name), day),
        "param_on": lambda name, on: facts.policy(_text(name), _date(on)),
        "due": lambda name: facts.dues.get(_text(name)),
    }


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("需要文字")
    return value


def _date(value: Any) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value)
    if type(value) is not date:
        raise TypeError("需要日期")
    return value


def _numbers(*values: Any) -> list[Decimal]:
    items: Iterable[Any] = values[0] if len(values) == 1 and isinstance(values[0], list | tuple) else values
    numbers = list(items)
    if not all(isinstance(n, Decimal) for n in numbers):
        raise TypeError("需要数字")
    return numbers


def _listed(value: Any) -> list[Any]:
    """Convert a list, a tuple or the generator of a comprehension to a list."""
    if isinstance(value, str | Mapping):
        raise TypeError("需要列表")
    return list(value)


def _get(holder: Any, key: Any, otherwise: Any = None) -> Any:
    if holder is None:
        return otherwise
    if not isinstance(holder, Mapping):
        raise TypeError("需要带名称的数据")
    return holder.get(key, otherwise)


def _rounding(rule: Callable[[Decimal, Decimal], Decimal], unit: str) -> Callable[..., Decimal]:
    def apply(amount: Any, to: Any = Decimal(unit)) -> Decimal:
        (number, step) = _numbers(amount, to)
        if step <= 0:
            raise ExpressionFailed(expression="round", reason=tr("进位单位须大于零"))
        return rule(number, step)

    return apply


def _numeral(value: Decimal) -> str:
    """A grade as a Chinese numeral, one to ten, as decisions write it (三级)."""
    if value != value.to_integral_value() or not 1 <= value <= len(_NUMERALS):
        raise ValueError("需要一至十的整数")
    return _NUMERALS[int(value) - 1]


_NUMERALS = tr("一二三四五六七八九十")
_PLAIN: dict[str, Callable[..., Any]] = {
    "min": lambda *v: min(_numbers(*map(_seq, v))),
    "max": lambda *v: max(_numbers(*map(_seq, v))),
    "sum": lambda values: sum(_numbers(_listed(values)), Decimal(0)),
    "count": lambda values: Decimal(len(_listed(values))),
    "len": lambda values: Decimal(len(values)),
    "abs": lambda value: abs(_numbers(value)[0]),
    "any": lambda values: any(_listed(values)),
    "all": lambda values: all(_listed(values)),
    "get": _get,
    "round_up": _rounding(money.round_up, "1"),
    "round_down": _rounding(money.round_down, "1"),
    "round_half_up": _rounding(money.round_half_up, "0.01"),
    "date": _date,
    "add_days": lambda day, n: _date(day) + timedelta(days=int(_numbers(n)[0])),
    "add_months": lambda month, n: str(Month.parse(_text(month)).plus(int(_numbers(n)[0]))),
    "months_after": lambda day, n: months_after(_date(day), int(_numbers(n)[0])),
    "month_of": lambda day: str(Month.of(_date(day))),
    "next_month": lambda day: str(Month.of(_date(day)).plus(1)),
    "numeral": lambda value: _numeral(_numbers(value)[0]),
    "age": lambda birth, day: Decimal(age_on(_date(birth), _date(day))),
}


def _seq(value: Any) -> Any:
    """Convert generators to lists, so that `max(x for x in …)` works; return other values unchanged."""
    return value if isinstance(value, Decimal | list | tuple | str) else _listed(value)


FUNCTION_NAMES = frozenset(_PLAIN) | {"today", "param", "param_on", "due"}
