"""Faces with the glyphs that a paper uses, in one pass.

WeasyPrint takes the unused glyphs out of a face and then goes over the result a second time, to drop the empty ones after
the last that is used.  Of CFF outlines the first pass leaves none of those, so that the second changes nothing and takes
3 ms; and no PDF reads anything of such a face but its outlines (ISO 32000-1, 9.9).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from weasyprint.text.ffi import ffi, harfbuzz, harfbuzz_subset
from weasyprint.text.fonts import get_hb_object_data

_OUTLINES: Final = "CFF "
_UNREAD: Final = (
    "BASE", "DSIG", "EBDT", "EBLC", "EBSC", "GDEF", "GPOS", "GSUB", "JSTF", "LTSH", "OS/2", "PCLT", "SVG ", "VORG", "cmap",
    "name", "post", "vhea", "vmtx",
)  # fmt: skip


class Faces(dict[Any, Any]):
    """The faces of a document; given to WeasyPrint, which puts each there when it is first drawn with."""

    def __setitem__(self, key: Any, face: Any) -> None:
        if _OUTLINES in face.tables and "fvar" not in face.tables:
            face.subset = partial(_subset, face)
        super().__setitem__(key, face)


def _subset(face: Any, characters: Mapping[int, str], hinting: bool) -> None:
    """What WeasyPrint asks of a face: that it keeps the glyphs of these numbers, under these numbers."""
    made = _made(face, sorted(characters), hinting) if harfbuzz_subset and characters else None
    if made:
        face.file_content = made
    else:
        type(face).subset(face, characters, hinting)


def _made(face: Any, glyphs: list[int], hinting: bool) -> bytes | None:
    wanted = ffi.gc(harfbuzz_subset.hb_subset_input_create_or_fail(), harfbuzz_subset.hb_subset_input_destroy)
    _fill(harfbuzz_subset.hb_subset_input_glyph_set(wanted), glyphs)
    dropped = harfbuzz_subset.hb_subset_input_set(wanted, harfbuzz_subset.HB_SUBSET_SETS_DROP_TABLE_TAG)
    _fill(dropped, sorted(harfbuzz.hb_tag_from_string(name.encode(), -1) for name in _UNREAD))
    flags = (
        harfbuzz_subset.HB_SUBSET_FLAGS_RETAIN_GIDS
        | harfbuzz_subset.HB_SUBSET_FLAGS_PASSTHROUGH_UNRECOGNIZED
        | harfbuzz_subset.HB_SUBSET_FLAGS_DESUBROUTINIZE
    )
    if not hinting:
        flags |= harfbuzz_subset.HB_SUBSET_FLAGS_NO_HINTING
    if face.missing:
        flags |= harfbuzz_subset.HB_SUBSET_FLAGS_NOTDEF_OUTLINE
    harfbuzz_subset.hb_subset_input_set_flags(wanted, flags)
    made = harfbuzz_subset.hb_subset_or_fail(face.hb_face, wanted)
    if made == ffi.NULL:
        return None
    content: bytes | None = get_hb_object_data(ffi.gc(made, harfbuzz.hb_face_destroy))
    return content


def _fill(numbers: Any, values: list[int]) -> None:
    harfbuzz.hb_set_add_sorted_array(numbers, ffi.new(f"hb_codepoint_t[{len(values)}]", values), len(values))
