"""The small language under attack: ten thousand hostile expressions end quickly and do nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from processes.engine import expressions
from processes.engine.facts import Facts, functions
from processes.errors import ExpressionFailed, ExpressionRefused, ParameterMissing
from tests.builders.watch import watched

EVIL = [
    "__import__('os').system('true')", "().__class__.__bases__[0].__subclasses__()", "eval('1')", "open('/etc/passwd')",
    "exec('x=1')", "'%1000000000d' % 1", "9**9**9", "'a'*10**9", "[0]*10**9", "lambda: 0", "(lambda f: f(f))(lambda f: f(f))",
    "f'{x}'", "x.__class__", "getattr(x, 'y')", "globals()", "x := 1", "[y for y in range(10**9)]", "{1: 2}.items()",
    "'{0.__class__}'.format(x)", "b'1'", "1j", "x if x else y.__dict__", "1e999999", "0x" + "f" * 300, "...", "*x", "yield 1",
    "await x", "x[::1]", "{*x}", "{**x}", "a" * 3000, "(" * 3000 + ")" * 3000, "-" * 500 + "1",
]  # fmt: skip
PIECES = st.sampled_from(
    [*EVIL, "x", "members", "1", "0", "'t'", "[1, 2]", "(1,)", "{'a': 1}", "sum(members)", "max(1, 2)", "param('p')",
     "today()", "round_up(1.1)", "x.y", "members[0]", "1/0", "1 < 2", "x == 'a'", "'a' + 'b'", "any([x])"]
)  # fmt: skip
OPERATORS = st.sampled_from(
    [" + ", " - ", " * ", " / ", " % ", " // ", " ** ", " and ", " or ", " in ", " == ", " < "]
)


@st.composite
def hostile(draw: Any) -> str:
    """Pieces joined by operators, wrapped in calls, subscripts, comprehensions and odd characters."""
    text = draw(PIECES)
    for _ in range(draw(st.integers(0, 4))):
        shape = draw(st.integers(0, 6))
        other = draw(PIECES)
        text = [
            f"{text}{draw(OPERATORS)}{other}", f"({text})", f"({text})[{other}]", f"sum([{text} for m in {other}])",
            f"{text} if {other} else {text}", f"({text}).{draw(st.sampled_from(['x', '__class__', 'real', 'format']))}",
            f"max({text}, {other})",
        ][shape]  # fmt: skip
    return text + draw(st.sampled_from(["", "", "", "\n", ";", "#", "\\", "\ufeff", "（"]))


def _no_parameter(name: str, on: date) -> Decimal:
    raise ParameterMissing(name=name, on=on.isoformat())


CALLS = functions(Facts(datetime(2026, 3, 2, tzinfo=UTC), _no_parameter))
DATA = {"x": Decimal(3), "members": [Decimal(1), Decimal(2)], "y": {"z": "a"}}
PLAIN = (str, bool, Decimal, date, list, tuple, dict, type(None))


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@settings(max_examples=10_000)
@example("any([x]) + any([x])")
@example("-any([x])")
@given(hostile())
def test_hostile_expressions_end_and_do_nothing(source: str) -> None:
    with watched(20):
        try:
            value = expressions.evaluate(expressions.parse(source), DATA, CALLS)
        except (ExpressionRefused, ExpressionFailed, ParameterMissing):
            return
    assert isinstance(value, PLAIN) or hasattr(value, "__next__")


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("source", [e for e in EVIL if e not in ("x if x else y.__dict__",)])
def test_each_known_attack_is_refused(source: str) -> None:
    with pytest.raises((ExpressionRefused, ExpressionFailed)):
        expressions.evaluate(expressions.parse(source), DATA, CALLS)


def test_nested_comprehensions_stop_at_the_bound() -> None:
    many = {"many": [Decimal(n) for n in range(1_000)]}
    source = "sum([sum([a * b for a in many]) for b in many])"
    with pytest.raises(ExpressionFailed, match="expression_failed"):
        expressions.evaluate(expressions.parse(source), many, CALLS)
