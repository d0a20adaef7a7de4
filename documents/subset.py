"""Fonts reduced to the glyphs of a paper, in one pass.

WeasyPrint removes unused glyphs from a font and then goes over the result again, to drop empty ones after the
last used. With CFF outlines the first pass leaves none, so the second changes nothing and takes 3 ms; and a
PDF uses nothing of such a font but its outlines (ISO 32000-1, 9.9).
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


class SubsetFonts(dict[Any, Any]):
    """The fonts of a document; passed to WeasyPrint, which adds each when it is first used."""

    def __setitem__(self, key: Any, face: Any) -> None:
        if _OUTLINES in face.tables and "fvar" not in face.tables:
            face.subset = partial(_subset, face)
        super().__setitem__(key, face)


def _subset(face: Any, characters: Mapping[int, str], hinting: bool) -> None:
    """The subset that WeasyPrint requests: the glyphs of these numbers, under these numbers."""
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
