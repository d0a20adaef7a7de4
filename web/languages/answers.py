"""JSON for the scripts of a page, in its language."""

from __future__ import annotations

from typing import Any, cast

from flask import Response
from flask.json.provider import DefaultJSONProvider

from processes.languages.catalogue import CHINESE, lookup
from processes.texts import shown_throughout
from web.languages.current import language


class LanguageJSON(DefaultJSONProvider):
    """Answers with texts in the language of the request; what people typed is no text and stays."""

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """Return an answer of JSON."""
        if language() != CHINESE:
            find = lookup(language())
            args, kwargs = tuple(shown_throughout(args, find)), shown_throughout(kwargs, find)
        return cast(Response, super().response(*args, **kwargs))
