"""What the renderer says is shown in the reader's language; what a child process made up is never formatted."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from documents import errors, sentences
from processes.languages.catalogue import ENGLISH, HAN, lookup
from processes.papers import renderer_sentences
from processes.texts import Text, shown

FOLDER = Path(sentences.__file__).parent


def _shown(sentence: str) -> str:
    return str(shown(renderer_sentences.of(errors.ScanUnreadable(sentence)), lookup(ENGLISH)))


@pytest.mark.parametrize("template", sentences.ALL)
def test_each_sentence_is_known_by_what_it_says(template: str) -> None:
    said = template.replace("{", "<").replace("}", ">")
    text = renderer_sentences.of(errors.RendererError(said))
    assert text == said and isinstance(text, Text)
    assert not HAN.search(str(shown(text, lookup(ENGLISH))))


def test_values_stay() -> None:
    assert (
        _shown(sentences.TOO_MANY_ROWS.format(rows=500)) == "more than 500 rows; split it into several files"
    )


@pytest.mark.parametrize(
    "sent", ["{0.__class__}", "{rows.__class__}", "超过 {rows.__class__} 行", "x" * 100_000]
)
def test_what_a_child_made_up_is_not_formatted(sent: str) -> None:
    assert _shown(sent) == sent[:2_000]


def test_no_error_of_the_renderer_is_written_elsewhere() -> None:
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and node.exc is not None:
                assert not HAN.search(ast.unparse(node.exc)), f"{path.name}:{node.lineno}"
