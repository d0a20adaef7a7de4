"""Validation of files against the JSON Schema of their kind; each schema is loaded and checked once."""

from __future__ import annotations

import json
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from jsonschema import ValidationError
from jsonschema.exceptions import best_match
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for

from processes.texts import tr

SCHEMAS = Path(__file__).parent / "schemas"
MOST_FAULTS = 100
"""Errors compared at most: a list of a hundred thousand wrong entries is as wrong after the first ones."""


def demand(document: Any, schema: Path) -> None:
    """Validate a document; raises `ValidationError` with the most specific error."""
    fault = best_match(islice(_validator(schema).iter_errors(document), MOST_FAULTS))
    if fault is not None:
        raise fault


def of_kind(name: str) -> Path:
    """Return the schema of a kind of content file: `programme`, `documents`, `form`."""
    return SCHEMAS / f"{name}.schema.json"


def place(fault: ValidationError) -> str:
    """Return the position of an error in the document."""
    return "/".join(str(part) for part in fault.absolute_path) or tr("（最外层）")


@cache
def _validator(schema: Path) -> Validator:
    """Cached: checking a schema takes ten times as long as checking a document."""
    definition = json.loads(schema.read_text(encoding="utf-8"))
    kind = validator_for(definition)
    kind.check_schema(definition)
    return kind(definition)
