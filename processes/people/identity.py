"""Identity documents and their numbers: ID card, residence permit, foreign card, other, none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from processes.errors import IdNumberInvalid, Unreadable
from processes.people import id_number as ids
from processes.policy import reading
from processes.texts import tr

ID_CARD, RESIDENCE_PERMIT, FOREIGN_CARD, OTHER, NONE = (
    "id_card", "residence_permit", "foreign_card", "other", "none",
)  # fmt: skip
DOCUMENTS = {
    ID_CARD: tr("居民身份证"),
    RESIDENCE_PERMIT: tr("港澳台居民居住证"),
    FOREIGN_CARD: tr("外国人永久居留身份证"),
    OTHER: tr("护照等其他证件"),
    NONE: tr("无证件"),
}
WITHOUT_NUMBER = tr("无")
"""Typed for a person without a document."""
_PERMIT = re.compile(r"8[123]")
_OLD_FOREIGN_CARD = re.compile(r"[A-Z]{3}[0-9]{12}")
_OTHER = re.compile(r"[A-Z0-9][A-Z0-9()\-]{4,29}")
_SHOWN = {ID_CARD: (4, 4), RESIDENCE_PERMIT: (4, 4), FOREIGN_CARD: (4, 4)}
_SHOWN_OF_OTHERS = (1, 3)


@dataclass(frozen=True, slots=True)
class Identity:
    """A document and its number; birth date and sex are None if the number does not contain them."""

    document: str
    number: str
    birth_on: date | None
    sex: str | None

    @property
    def head(self) -> str:
        """The beginning of the number that lists may show."""
        return self.number[: _SHOWN.get(self.document, _SHOWN_OF_OTHERS)[0]]

    @property
    def tail(self) -> str:
        """The end of the number that lists may show."""
        return self.number[-_SHOWN.get(self.document, _SHOWN_OF_OTHERS)[1] :] if self.number else ""


def read(document: str, raw: str, today: date) -> Identity:
    """Parse the number of a document; raises `IdNumberInvalid` or `Unreadable` with the reason.

    A number of 18 digits determines which of the three documents it belongs to; `无` is no document.
    """
    number = reading.compact(raw)
    if document == NONE or number == WITHOUT_NUMBER:
        return Identity(NONE, "", None, None)
    if document == OTHER:
        if not _OTHER.fullmatch(number):
            raise Unreadable(reason=tr("请填写证件号码（5 至 30 位字母或数字）"))
        return Identity(OTHER, number, None, None)
    if _OLD_FOREIGN_CARD.fullmatch(number):
        if document != FOREIGN_CARD:
            raise IdNumberInvalid(reason=tr("这是旧版外国人永久居留身份证号码，请先把证件类型改为该证"))
        return Identity(FOREIGN_CARD, number, None, None)
    found = ids.read(number, today)
    return Identity(_document_of(found.number), found.number, found.birth_on, found.sex)


def _document_of(number: str) -> str:
    if _PERMIT.match(number):
        return RESIDENCE_PERMIT
    return FOREIGN_CARD if number.startswith("9") else ID_CARD
