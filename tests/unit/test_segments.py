"""Texts of templates: found without marks, replaced before a template is compiled, and never where they are data."""

from __future__ import annotations

import pytest
from jinja2 import Environment

from web.languages.segments import messages, translated

ENGLISH = {
    "共 {length} 件": "Cases: {length}", "共 {rows} 件": "Cases: {rows}", "办结": "Complete", "{name}的{name2}": "{name2} of {name}",
    "没有": "none", "“注意”": 'say "care"', "户主": "head",
}  # fmt: skip


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>共 {{ rows | length }} 件</p>", ["共 {rows} 件"]),
        ("<p>共\n    {{ rows }}\n    件</p>", ["共 {rows} 件"]),
        ('<a title="办结" href="/办结">{{ x }}</a>', ["办结"]),
        ("<b>{{ a.name }}的{{ b.name }}</b>", ["{name}的{name2}"]),
        ('{{ n or "没有" }}', ["没有"]),
        ("{# 办结 #}<p>ok</p>", []),
        ("<p>甲{% if x %}乙{% endif %}丙</p>", ["甲", "乙", "丙"]),
    ],
)
def test_messages_of_a_template(source: str, found: list[str]) -> None:
    assert messages(source) == found


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("<p>共 {{ rows }} 件</p>", "<p>Cases: 3</p>"),
        ("<b>{{ a.name }}的{{ b.name }}</b>", "<b>B of A</b>"),
        ('<i title="“注意”"></i>', '<i title="say &quot;care&quot;"></i>'),
        ('{{ none or "没有" }}', "none"),
        ("{{ none or '没有' }}", "none"),
        ("{% set t = '户主' %}{{ t }}", "head"),
    ],
)
def test_a_template_in_another_language(source: str, shown: str) -> None:
    environment = Environment(autoescape=True)
    template = environment.from_string(translated(source, lambda message: ENGLISH[message]))
    assert template.render(rows=3, a={"name": "A"}, b={"name": "B"}) == shown


@pytest.mark.parametrize(
    "source",
    [
        '<input name="户主" value="户主">',
        '{% if relation == "户主" %}x{% endif %}',
        '{% if relation not in ("户主", "没有") %}x{% endif %}',
    ],
)
def test_data_is_never_replaced(source: str) -> None:
    assert translated(source, lambda message: ENGLISH[message]) == source


def test_what_a_form_sends_back_is_stored_text() -> None:
    assert translated('<option value="{{ r }}">{{ r }}</option>', str) == (
        '<option value="{{ ( r ) | stored }}">{{ r }}</option>'
    )
