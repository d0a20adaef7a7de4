"""Texts of a template: found, and replaced by those of another language, before Jinja compiles it.

A text is what stands between two tags, or the value of an attribute, with its expressions as placeholders:
`共 {{ rows | length }} 件` is the message `共 {length} 件`. Strings inside expressions and statements are messages too.
Templates need no marks, so no text can be forgotten, and finding texts costs nothing when a page is shown. Attributes that
people do not read (`value`, `href`, `name` …) keep their content: a form sends the same in every language.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from jinja2 import Environment

Lookup = Callable[[str], str]
"""Message → text in the other language, with the same placeholders."""

CHINESE: Final = re.compile(r"[\u3400-\u9fff\u3001-\u301f\uff01-\uff5e“”]")
"""Chinese characters and punctuation; a text of punctuation alone needs no entry in a catalogue."""
_LEXER: Final = Environment(autoescape=True)
_EXPRESSION, _STATEMENT, _END = "\ue000", "\ue002", "\ue001"
_PIECE: Final = re.compile(f"([{_EXPRESSION}{_STATEMENT}])(\\d+){_END}")
_TAG: Final = re.compile(r"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_ATTRIBUTE: Final = re.compile(r"([\w:-]+)(\s*=\s*)(?:\"([^\"]*)\"|'([^']*)')")
_SHOWN: Final = re.compile(
    r"aria-(label|description|roledescription)|title|placeholder|alt|content|label|data-(?!stored-)[\w-]+"
)
"""Attributes that people read, and those whose scripts show them; what stands in any other, or in `data-stored-…`, is data."""
_EXPRESSION_CODE: Final = re.compile(r"(\{\{[-+]?)(.*?)([-+]?\}\})", re.DOTALL)
_STRING: Final = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'")
_COMPARED: Final = re.compile(r"(?:[=!]=\s*|\bin\s*[(\[][^)\]]*)$")
_LOOP: Final = re.compile(r"\{%[-+]?\s*for\b")
"""A loop goes over what stands after `in`; elsewhere something is compared with it."""
_NAME: Final = re.compile(r"[A-Za-z_]\w*")
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


def is_shown(attribute: str) -> bool:
    """Return whether people read an attribute of this name."""
    return _SHOWN.fullmatch(attribute) is not None


def messages(source: str) -> list[str]:
    """Return the messages of a template, in order."""
    found: list[str] = []

    def noted(message: str) -> str:
        found.append(message)
        return message

    translated(source, noted)
    return found


def translated(source: str, lookup: Lookup) -> str:
    """Return the source of a template with each text replaced by that of another language."""
    markup, code = _taken_apart(source)
    parts: list[str] = []
    data: set[int] = set()
    at = 0
    for tag in _TAG.finditer(markup):
        parts.append(_text(markup[at : tag.start()], code, lookup))
        parts.append(_ATTRIBUTE.sub(lambda value: _attribute(value, code, lookup, data), tag[0]))
        at = tag.end()
    parts.append(_text(markup[at:], code, lookup))

    def restored(piece: re.Match[str]) -> str:
        number = int(piece[2])
        return _stored(code[number]) if number in data else _strings(code[number], lookup)

    return _PIECE.sub(restored, "".join(parts))


def _taken_apart(source: str) -> tuple[str, list[str]]:
    """The markup with a mark for each expression and statement, and these; comments are left out."""
    markup: list[str] = []
    code: list[str] = []
    inside = ""
    current = ""
    for _, kind, value in _LEXER.lex(source):
        if kind in ("variable_begin", "block_begin"):
            inside, current = kind, value
        elif kind in ("variable_end", "block_end"):
            mark = _EXPRESSION if kind == "variable_end" else _STATEMENT
            markup.append(f"{mark}{len(code)}{_END}")
            code.append(current + value)
            inside = ""
        elif inside:
            current += value
        elif kind == "data":
            markup.append(value)
    return "".join(markup), code


def _text(markup: str, code: list[str], lookup: Lookup) -> str:
    """Markup between two tags: a text between each two statements."""
    parts = re.split(f"({_STATEMENT}\\d+{_END})", markup)
    return "".join(p if p.startswith(_STATEMENT) else _one(p, code, lookup) for p in parts)


def _attribute(value: re.Match[str], code: list[str], lookup: Lookup, data: set[int]) -> str:
    """An attribute: its text in the language if people read it; the marks of any other go into `data`."""
    name, sign, double, single = value.groups()
    content = double if double is not None else single
    if not is_shown(name):
        data.update(int(piece[2]) for piece in _PIECE.finditer(content))
        return value[0]
    inside = _text(content, code, lookup)
    quote, entity = ('"', "&quot;") if double is not None else ("'", "&#39;")
    return f"{name}{sign}{quote}{inside.replace(quote, entity)}{quote}"


def _stored(code: str) -> str:
    """An expression that gives a text as it is stored, not as it is shown; a statement as it is."""
    return _EXPRESSION_CODE.sub(lambda part: f"{part[1]} ({part[2]}) | stored {part[3]}", code)


def _one(text: str, code: list[str], lookup: Lookup) -> str:
    """A text with its marks; spaces at its ends stay, those inside become one each."""
    stripped = text.strip()
    if not CHINESE.search(_PIECE.sub("", stripped)):
        return text
    names: dict[str, str] = {}
    message = _PIECE.sub(lambda piece: _placeholder(piece, code, names), re.sub(r"\s+", " ", stripped))
    other = _PLACEHOLDER.sub(lambda p: names.get(p[1], p[0]), lookup(message))
    return text.replace(stripped, other, 1)


def _placeholder(piece: re.Match[str], code: list[str], names: dict[str, str]) -> str:
    """`{name}`: the last name of the expression before its filters; a second one of that name is `{name2}`."""
    plain = _STRING.sub("", code[int(piece[2])][2:-2].split("|")[0])
    base = (_NAME.findall(plain) or ["value"])[-1]
    number = 1 + sum(re.fullmatch(rf"{base}\d*", name) is not None for name in names)
    name = base if number == 1 else f"{base}{number}"
    names[name] = piece[0]
    return f"{{{name}}}"


def _strings(code: str, lookup: Lookup) -> str:
    """An expression or statement with its Chinese strings replaced."""

    is_loop = _LOOP.match(code) is not None

    def one(string: re.Match[str]) -> str:
        if not is_loop and _COMPARED.search(code, 0, string.start()):
            return string[0]  # compared with data
        quote = string[0][0]
        content = string[1] if quote == '"' else string[2]
        message = content.strip()
        if not CHINESE.search(message):
            return string[0]
        other = lookup(message).replace(quote, chr(92) + quote)
        return f"{quote}{content.replace(message, other, 1)}{quote}"

    return _STRING.sub(one, code)
