"""The template environment of the desk: a template is compiled once for each language that it is shown in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from functools import cached_property
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import BaseLoader, Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import Environment as AnyEnvironment
from jinja2.filters import do_tojson, do_xmlattr, make_attrgetter
from jinja2.runtime import markup_join
from jinja2.utils import pass_eval_context
from markupsafe import Markup

from processes.languages.catalogue import CHINESE, ENGLISH, lookup
from processes.texts import JoinedText, Text, shown, shown_throughout, stored
from web.languages import segments
from web.languages.current import language


class TranslatingLoader(BaseLoader):
    """Loads templates with their texts in another language."""

    def __init__(self, of: BaseLoader, language: str) -> None:
        self.of = of
        self.language = language

    def get_source(
        self, environment: AnyEnvironment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Return the translated source, its file and whether it is current."""
        source, file, is_current = self.of.get_source(environment, template)
        return (
            segments.translated(source, lookup(self.language, f"web/templates/{template}")),
            file,
            is_current,
        )


class _Code(CodeGenerator):
    """Code of templates in which texts side by side (`a ~ b`) stay texts, so that they are shown in the language."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        """Write the call that joins the operands."""
        self.write("environment.concatenated((")
        for operand in node.nodes:
            self.visit(operand, frame)
            self.write(", ")
        self.write("))")


class TranslatedEnvironment(Environment):
    """Shows texts in another language; `| stored` gives the string that forms send back and the program compares."""

    code_generator_class = _Code

    def __init__(self, app: Flask, of: AnyEnvironment, language: str, **options: Any) -> None:
        super().__init__(app, **options)
        self.find = find = lookup(language)
        self.globals, self.tests, self.policies = of.globals, of.tests, of.policies
        self.filters = of.filters | {
            "join": self._join(), "tojson": self._tojson(), "xmlattr": self._xmlattr(),
        }  # fmt: skip
        self.finalize = lambda value: shown(value, find)
        if of.loader is not None:
            self.loader = TranslatingLoader(of.loader, language)

    @staticmethod
    def concatenated(operands: tuple[Any, ...]) -> str:
        """Return what `~` gives: a text if one of the operands is."""
        if any(hasattr(one, "__html__") for one in operands):
            return markup_join(operands)
        return JoinedText(Text(""), tuple(one if isinstance(one, str) else str(one) for one in operands))

    def _join(self) -> Any:
        def join(value: Iterable[Any], d: str = "", attribute: str | int | None = None) -> JoinedText:
            """Join texts with the separator of the language."""
            parts = value if attribute is None else map(make_attrgetter(self, attribute), value)
            return JoinedText(Text(d), tuple(one if isinstance(one, str) else str(one) for one in parts))

        return join

    def _tojson(self) -> Any:
        @pass_eval_context
        def tojson(context: nodes.EvalContext, value: Any, indent: int | None = None) -> Markup:
            """Give data to a script, with its texts shown."""
            return do_tojson(context, shown_throughout(value, self.find), indent)

        return tojson

    def _xmlattr(self) -> Any:
        @pass_eval_context
        def xmlattr(context: nodes.EvalContext, attributes: Mapping[str, Any], autospace: bool = True) -> str:
            """Write attributes: what people read in the language, anything else as it is stored."""
            seen = {
                k: shown(v, self.find) if segments.is_shown(k) else stored(v) for k, v in attributes.items()
            }
            return do_xmlattr(context, seen, autospace)

        return xmlattr


class LanguageEnvironment(Environment):
    """Takes every template in the language of the request."""

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(app, **options)
        self.filters["stored"] = stored
        self.filters["from_list"] = from_list
        self._app, self._options = app, options

    @cached_property
    def english(self) -> TranslatedEnvironment:
        """The environment of pages in English, made when the first is shown."""
        return TranslatedEnvironment(self._app, self, ENGLISH, **self._options)

    def get_template(
        self, name: str | Template, parent: str | None = None, globals: MutableMapping[str, Any] | None = None
    ) -> Template:
        """Return a template in the language of the request."""
        if isinstance(name, str) and language() != CHINESE:
            return self.english.get_template(name, parent, globals)
        return super().get_template(name, parent, globals)

    def select_template(
        self,
        names: Iterable[str | Template],
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        """Return the first template that exists, in the language of the request."""
        if language() != CHINESE:
            return self.english.select_template(names, parent, globals)
        return super().select_template(names, parent, globals)


def from_list(word: str) -> str:
    """Return a stored word as a text; only for words that were chosen from a list of the program, never for typed ones."""
    return Text(word)
