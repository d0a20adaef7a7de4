"""Bring the catalogue of a language in line with the sources: new messages come without a text, old ones go.

.venv/bin/python scripts/messages.py        update processes/languages/*.po
.venv/bin/python scripts/messages.py lack   print the messages that have no text yet
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from processes.languages.catalogue import FOLDER
from web.languages.collection import collected


def update(path: Path) -> list[str]:
    """Rewrite a catalogue; return the messages without a text."""
    with path.open("rb") as file:
        before = list(read_po(file, ignore_obsolete=True))
    known = {m.id: m.string for m in before if m.id and not m.context}
    catalogue = Catalog(locale=path.stem, project="Yimen", version="1", fuzzy=False)
    catalogue.header_comment = "# Texts of the screens by their Chinese messages."
    messages = collected()
    for message, places in messages.items():
        catalogue.add(message, known.get(message, ""), locations=[(place, 0) for place in places[:3]])
    for m in before:  # texts of one place stay as long as the message stands there
        if m.context and m.context in messages.get(str(m.id), ()):
            catalogue.add(m.id, m.string, context=m.context)
    with path.open("wb") as file:
        write_po(file, catalogue, omit_header=True, include_lineno=False, width=0)
    return [str(m.id) for m in catalogue if m.id and not m.string]


if __name__ == "__main__":
    for catalogue in sorted(FOLDER.glob("*.po")):
        lacking = update(catalogue)
        print(f"{catalogue.name}: {len(lacking)} messages without a text")
        if sys.argv[1:] == ["lack"]:
            print("\n".join(lacking))
