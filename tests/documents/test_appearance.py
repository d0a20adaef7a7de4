"""A signature's look fits its place: name, role and time on one page, however long the name."""

from __future__ import annotations

import pypdfium2
import pytest

from documents.sheets import Certificate, Signing
from documents.sign import appearance


@pytest.mark.parametrize("name", ["李明", "赵分管", "欧阳建国", "古丽娜孜·阿不都热合曼"])
def test_name_role_and_time_stand_on_one_page(name: str) -> None:
    job = Signing(
        b"", Certificate(b"", ""), name, "县民政局分管局长", "2026-03-10T09:00:00+08:00", 1, False, ("签字",)
    )
    document = pypdfium2.PdfDocument(appearance(job))
    assert len(document) == 1
    said = "".join(document[0].get_textpage().get_text_range().split())
    # Lines may be read in another order than they stand.
    assert sorted(said) == sorted(f"{name}县民政局分管局长电子签名2026-03-1009:00")


def test_a_seal_stands_on_one_page() -> None:
    job = Signing(
        b"",
        Certificate(b"", ""),
        "演示县城关镇人民政府",
        "印章",
        "2026-03-10T09:00:00+08:00",
        4,
        True,
        ("签字",),
    )
    assert len(pypdfium2.PdfDocument(appearance(job))) == 1
