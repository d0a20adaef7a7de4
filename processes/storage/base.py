"""Base of all rows: naming of constraints, and the mixin that puts a row under data scope."""

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
"""How states of rows begin that say what earlier ones did not (`stated_since`, `told_since`)."""
WHOLE_WITH_PARTS: Final = "3."
"""How states begin that also say of the parts what those with `WHOLE` did not (`tells_more_of_parts`)."""


class Row(DeclarativeBase):
    """Base of every table; constraint names by convention so that migrations can name them."""

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
        """A new row; what is sealed is set last, because it is bound to what names the row."""
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
    """A row with a random mark, which its sealed columns are bound to."""

    seal_mark: Mapped[str] = mapped_column(String(24))


class Referred:
    """A row that may have been referred to a department (转办).

    Its officers see these rows only; `storage.unit_of_work` adds the criterion as it does for a place.
    """

    department: Mapped[str] = mapped_column(String(40), default="")


class Scoped:
    """A row that belongs to a place: every query sees only the actor's part (C37).

    `storage.unit_of_work` adds the criterion to every ORM query of a session bound to a scope.
    """

    division: Mapped[str] = mapped_column(String(12), index=True)


class Stated:
    """A row whose state stands in the access log after each change (`access.row_states`), but for these attributes.

    Such rows are changed and deleted one by one through the session: a statement over many would not be noted.
    """

    stated_but: ClassVar[tuple[str, ...]] = ()
    stated_since: ClassVar[tuple[str, ...]] = ()
    """Attributes that later states say and earlier ones do not (their states begin with `WHOLE`): what was noted before stays true."""


class Told:
    """A row of a case whose state stands in the case's events after each change (`cases.told_rows`), but for these attributes.

    For what steps write: it is told with the events that are written anyway.  What changes it holds the case's lock.
    """

    told_but: ClassVar[tuple[str, ...]] = ()
    told_later: ClassVar[tuple[str, ...]] = ()
    """Attributes that are told where they say something: what was told before there were such stays true."""
    told_since: ClassVar[tuple[str, ...]] = ()
    """Attributes that later states say and earlier ones do not (their states begin with `WHOLE`): what was told before stays true."""
    tells_more_of_parts: ClassVar[bool] = False
    """Whether later states say more of the parts than earlier ones did: `told_parts_of_before` says what those said."""
    told_as: ClassVar[str] = ""
    """What such a row is to people."""
    told_in: ClassVar[str] = "case_id"
    """The attribute that says of which case it is."""

    def told_key(self) -> str:
        """What names the row among those of its case before the database has given it a number."""
        return str(getattr(self, sealing.MARK))

    def told_name(self) -> str:
        """Which one it is, to people."""
        return ""

    def told_parts(self) -> list[Any]:
        """What belongs to it and lies in rows of its own."""
        return []

    def told_parts_of_before(self) -> list[Any]:
        """The same as states said it that do not begin with `WHOLE_WITH_PARTS`."""
        return self.told_parts()


class PartOfTold:
    """A row that is told with the row that it belongs to: the attribute with whose number, of which kind."""

    told_with: ClassVar[tuple[str, str]]
