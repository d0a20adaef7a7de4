"""Base of all tables: naming of constraints, and mixins for data scope and recorded states."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Final

from sqlalchemy import MetaData, String, event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from processes.storage import sealing
from processes.storage.batchable import require_batchable
from processes.storage.types import ProcessData, UtcDateTime, Yuan

WHOLE: Final = "2."
"""Prefix of row states that contain what earlier ones lacked (`stated_since`, `recorded_since`)."""
WHOLE_WITH_PARTS: Final = "3."
"""How states begin that also say of the parts what those with `WHOLE` did not (`records_more_of_parts`)."""


class Row(DeclarativeBase):
    """Base of every table; constraints are named by convention so that migrations can refer to them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: UtcDateTime,
        Decimal: Yuan,
        dict[str, Any]: ProcessData,
        list[Any]: ProcessData,
    }

    def __init__(self, **said: Any) -> None:
        """Create a row; encrypted values are set last, because they are bound to its identity."""
        kind = type(self)
        last = sealing.sealed_of(kind)
        if issubclass(kind, Marked):
            said.setdefault(sealing.MARK, sealing.new_mark())
        for name in (*(n for n in said if n not in last), *(n for n in last if n in said)):
            if not hasattr(kind, name):
                raise TypeError(f"{name!r} is no column of {kind.__name__}")
            setattr(self, name, said[name])


event.listen(Row, "mapper_configured", require_batchable, propagate=True)


class Marked:
    """A row with a random mark, to which its encrypted columns are bound."""

    seal_mark: Mapped[str] = mapped_column(String(24))


class Referred:
    """A row that may have been referred to a department (转办).

    The department's officers see only these rows; `storage.unit_of_work` adds the condition, as for
    divisions.
    """

    department: Mapped[str] = mapped_column(String(40), default="")


class Scoped:
    """A row that belongs to a division: every query sees only the actor's part (C37).

    `storage.unit_of_work` adds the condition to every ORM query of a session with a scope.
    """

    division: Mapped[str] = mapped_column(String(12), index=True)


class Stated:
    """A row whose state is recorded in the access log after each change (`access.row_states`), except these
    attributes.

    Such rows are changed and deleted one by one through the session: bulk statements would not be recorded.
    """

    stated_but: ClassVar[tuple[str, ...]] = ()
    stated_since: ClassVar[tuple[str, ...]] = ()
    """Attributes that earlier states lack (later ones begin with `WHOLE`): earlier records stay valid."""


class RecordedInEvents:
    """A row of a case whose state is recorded in the case's events after each change (`cases.recorded_rows`),
    except these attributes.

    For rows written by steps: the state is part of an event that is written anyway. Writers hold the case's
    lock.
    """

    unrecorded: ClassVar[tuple[str, ...]] = ()
    recorded_if_set: ClassVar[tuple[str, ...]] = ()
    """Attributes included only if they have a value: records older than them stay valid."""
    recorded_since: ClassVar[tuple[str, ...]] = ()
    """Attributes that earlier states lack (later ones begin with `WHOLE`): earlier records stay valid."""
    records_more_of_parts: ClassVar[bool] = False
    """Whether later states cover more of the parts than earlier ones: `record_parts_before` returns what those cover."""
    record_title: ClassVar[str] = ""
    """The Chinese name of such a row."""
    record_case: ClassVar[str] = "case_id"
    """The attribute with the id of its case."""

    def record_key(self) -> str:
        """Return what identifies the row within its case before the database has assigned an id."""
        return str(getattr(self, sealing.MARK))

    def record_name(self) -> str:
        """Return its title."""
        return ""

    def record_parts(self) -> list[Any]:
        """Return the rows that belong to it."""
        return []

    def record_parts_before(self) -> list[Any]:
        """The same as states said it that do not begin with `WHOLE_WITH_PARTS`."""
        return self.record_parts()


class PartOfRecorded:
    """A row recorded as part of another: the attribute with the other row's id, and its class."""

    told_with: ClassVar[tuple[str, str]]
