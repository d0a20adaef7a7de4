"""TOML that people bring is read within bounds, by one reader, whatever the file is called."""

from __future__ import annotations

import ast
from decimal import Decimal

import pytest

from processes.engine.sheets import parse_sheet
from processes.errors import BundleInvalid, Invalid, TableInvalid, TomlInvalid
from processes.policy.parameters import parse_policy
from processes.policy.toml_text import MOST_BYTES, read_toml
from processes.releases import toml_rows
from processes.releases.bundle import Bundle
from processes.releases.lint import lint_bundle
from processes.verbs.registry import office_for_lint
from tests.conftest import CONTENT

LONG_KEY = "x = 1\na" + ".a" * 20_000 + " = 1\n"
FILES = ("programme.toml", "documents.toml", "policy.toml", "means.sheet.toml")
REFUSED = [
    (LONG_KEY, "第 2 行的键超过 8 级"),
    ("[a" + '."b"' * 8 + "]\n", "第 1 行的键超过 8 级"),
    ('s = """\n1\n"""\nx = ' + "1" * 5000 + "\n", "第 4 行的数字超过 40 位"),
    ("x = 0x" + "F" * 5000 + "\n", "第 1 行的数字超过 40 位"),
    ("x = [\n" + "[" * 20 + "]" * 20 + "]\n", "第 2 行的层次过多"),
    ("# " + "x" * MOST_BYTES, "超过 200 KB"),
    ("x = 2026-02-30\n", "at line 1"),
    ("x = inf\n", "不是有限的数"),
    ("x = nan\n", "不是有限的数"),
    ("x = 1e999999\n", "过大"),
    ("x = 1e999999999999999999999\n", "无法识别"),
]


@pytest.mark.parametrize(("text", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_no_file_needs_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(TomlInvalid) as fault:
        read_toml(text)
    assert said in fault.value.message


def test_the_words_of_a_string_and_of_a_comment_are_no_keys_and_no_numbers() -> None:
    text = f"""# {"a." * 50} {"1" * 60} {"[" * 30}
a = "{"1" * 60}{"a." * 50}{"[" * 30}" # it's
b = '{"[" * 30}\\'
c = \"\"\"{"x." * 30}\\"\"\"\\"{"1" * 60}
""and more\"\"\"\"\"
d = ''''{"[" * 30}'''
e.f.g = 1.50
"""
    told = read_toml(text)
    assert told["e"] == {"f": {"g": Decimal("1.50")}}
    assert told["b"] == "[" * 30 + "\\"
    assert told["c"].endswith('""')


@pytest.mark.parametrize("opened", ['"""\\', "'''a", '"a', "'", '"""""', '""" \\"', "#\n'''"])
def test_strings_that_are_never_closed_take_no_time(opened: str) -> None:
    with pytest.raises(TomlInvalid):
        read_toml("x = " + opened * (MOST_BYTES // len(opened) - 1))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "line", [LONG_KEY, "x = " + "1" * 5000 + "\n", "x = inf\n"], ids=["key", "number", "inf"]
)
def test_lint_tells_of_it_at_once(allowance: Bundle, name: str, line: str) -> None:
    bundle = Bundle({**allowance.files, name: line.encode() + allowance.files[name]})
    try:
        told = [p.message for p in lint_bundle(bundle, office_for_lint(), only=name)]
    except BundleInvalid as fault:  # a programme that cannot be read has nothing else to check
        told = [fault.message]
    assert any("的键超过" in m or "的数字超过" in m or "不是有限的数" in m for m in told)


@pytest.mark.parametrize("value", ['"1e999999999"', '"Infinity"', '"NaN"', "[1, inf]", '["1e99999999"]'])
def test_a_parameter_that_cannot_be_written_out_is_refused(value: str) -> None:
    text = (
        '[[parameter]]\nname = "a"\ntitle = "甲"\n'
        f'values = [{{ value = {value}, from = 2026-01-01, division = "", source = "", confirmed = true }}]\n'
    )
    with pytest.raises(BundleInvalid, match=r"不是有限的数"):
        parse_policy(text)


def test_each_reader_tells_it_in_its_own_words() -> None:
    with pytest.raises(BundleInvalid, match=r"policy\.toml：第 2 行的键"):
        parse_policy(LONG_KEY)
    with pytest.raises(TableInvalid, match=r"means\.sheet\.toml.*第 2 行的键"):
        parse_sheet(LONG_KEY, "means.sheet.toml")
    with pytest.raises(Invalid, match=r"不能按表格编辑：第 2 行的键"):
        toml_rows.document(LONG_KEY[:20_000] + " = 1")


def test_every_shipped_file_is_far_within() -> None:
    files = sorted(CONTENT.rglob("*.toml"))
    assert len(files) > 10
    for file in files:
        assert read_toml(file.read_bytes())
        assert file.stat().st_size < MOST_BYTES / 10


def test_nothing_else_in_the_house_parses_toml() -> None:
    """A migration is as it was when it ran; tomlkit may be used to write."""
    for part in ("processes", "documents", "web"):
        for file in (CONTENT.parent / part).rglob("*.py"):
            if "versions" in file.parts or "node_modules" in file.parts or file.name == "toml_text.py":
                continue
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert not {"tomllib", "tomli", "tomlkit.parser", "tomlkit.api"} & set(names), file
                called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
                assert called not in ("tomlkit.parse", "tomlkit.loads", "tomlkit.load"), file
                if isinstance(node, ast.ImportFrom) and node.module == "tomlkit":
                    assert not {"parse", "loads", "load"} & {a.name for a in node.names}, file
