"""手写签名: written at the home visit, on the form of that visit, and only where the diagram asks for it."""

from __future__ import annotations

import io
from base64 import b64encode

import pikepdf
import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select

from processes.access.models import Account
from processes.cases.models import WorkItem
from processes.papers.models import Handwriting, IssuedPaper
from processes.rehearsal.stage import Stage
from processes.storage import file_store
from processes.worker import jobs
from tests.builders import cases
from tests.builders.desks import Person


def _stroke(end: int = 15) -> str:
    image = Image.new("RGBA", (300, 90), (0, 0, 0, 0))
    ImageDraw.Draw(image).line([(10, 70), (80, 20), (150, 70), (280, end)], fill=(10, 10, 10, 255), width=5)
    out = io.BytesIO()
    image.save(out, "PNG")
    return "data:image/png;base64," + b64encode(out.getvalue()).decode()


def test_the_householder_signs_on_the_screen(stage: Stage) -> None:
    number = cases.a_case(stage, "investigate_household")
    item = cases.item_at(stage, number, "investigate_household")
    desk = Person(stage, "investigator")
    address = f"/cases/{number}/tasks/{item.id}/handwriting"
    assert (
        desk.send(address, {"version": item.version, "picture": "data:image/png;base64,bm8="}).status_code
        >= 400
    )
    assert desk.send(address, {"version": item.version, "picture": "%%%"}).status_code >= 400
    assert desk.send(address, {"version": item.version, "picture": _stroke()}).json == {
        "signer": "户主（代理人）"
    }
    assert desk.send(address, {"version": item.version, "picture": _stroke()}).status_code == 200, (
        "written again"
    )
    cases.complete(stage, item)
    jobs.make_papers(stage.office)
    with stage.database.reading("") as session:
        assert len(session.scalars(select(Handwriting)).all()) == 1
        paper = session.scalars(select(IssuedPaper).where(IssuedPaper.kind == "investigation_form")).one()
    assert [h["signer"] for h in paper.contract["handwriting"]] == ["户主（代理人）"]
    content = file_store.get(stage.office.settings.papers, paper.sha256 or "")
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pictures = [i for page in pdf.pages for i in page.get_images()]
    assert len(pictures) >= 2, "the code and the handwriting"
    assert "手写签名" in desk.get(f"/cases/{number}").text


def test_who_signs_again__keeps_the_former_signature(stage: Stage) -> None:
    number = cases.a_case(stage, "investigate_household")
    item = cases.item_at(stage, number, "investigate_household")
    desk = Person(stage, "investigator")
    address = f"/cases/{number}/tasks/{item.id}/handwriting"
    written = [_stroke(end) for end in range(15, 25)]
    for picture in written:
        assert desk.send(address, {"version": item.version, "picture": picture}).status_code == 200
    with stage.database.reading("") as session:
        row = session.scalars(select(Handwriting)).one()
        kept = [*(f["png"] for f in row.picture["former"]), row.picture["png"]]
        assert {f["by"] for f in row.picture["former"]} == {row.by}
    assert ["data:image/png;base64," + png for png in kept] == written
    # ten are kept; the eleventh would need room without end
    refused = desk.send(address, {"version": item.version, "picture": _stroke(30)})
    assert "已签名 10 次" in refused.json["message"]


def test_only_where_it_is_asked_for_and_by_whoever_works_there(stage: Stage) -> None:
    number = cases.a_case(stage, "check_papers")
    item = cases.item_at(stage, number, "check_papers")
    address = f"/cases/{number}/tasks/{item.id}/handwriting"
    refused = Person(stage, "window_clerk").send(address, {"version": item.version, "picture": _stroke()})
    assert "不需要手写签名" in refused.json["message"]
    assert (
        Person(stage, "county_clerk")
        .send(address, {"version": item.version, "picture": _stroke()})
        .status_code
        >= 400
    )


def test_a_form_without_handwriting_leaves_room_for_a_pen(stage: Stage) -> None:
    cases.a_case(stage, "township_opinion")
    with stage.database.reading("") as session:
        paper = session.scalars(select(IssuedPaper).where(IssuedPaper.kind == "investigation_form")).one()
    assert paper.contract["handwriting"] == []


def _picture(wide: int, high: int) -> str:
    """A white picture of one bit a pixel: thirteen thousand by as many are 37 KB, and 21 MB or more once unfolded."""
    out = io.BytesIO()
    Image.new("1", (wide, high), 1).save(out, "PNG", optimize=True)
    return "data:image/png;base64," + b64encode(out.getvalue()).decode()


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (_picture(13_000, 13_000), "不得超过 2000 像素"),
        (_picture(2_001, 10), "不得超过 2000 像素"),
        (_stroke()[:-40], "图片不完整"),
    ],
)
def test_a_picture_that_unfolds_to_too_much_or_is_cut_off__never_comes_to_the_press(
    stage: Stage, picture: str, said: str
) -> None:
    number = cases.a_case(stage, "investigate_household")
    item = cases.item_at(stage, number, "investigate_household")
    desk = Person(stage, "investigator")
    address = f"/cases/{number}/tasks/{item.id}/handwriting"
    answer = desk.send(address, {"version": item.version, "picture": picture})
    assert answer.status_code == 422
    assert said in answer.json["message"]
    largest = desk.send(address, {"version": item.version, "picture": _picture(2_000, 2_000)})
    assert largest.status_code == 200


def test_who_takes_a_signature_has_had_a_hand_in_the_step(stage: Stage) -> None:
    number = cases.a_case(stage, "investigate_household")
    item = cases.item_at(stage, number, "investigate_household")
    desk = Person(stage, "investigator")
    assert desk.send(
        f"/cases/{number}/tasks/{item.id}/handwriting", {"version": item.version, "picture": _stroke()}
    ).status_code == 200  # fmt: skip
    with stage.database.reading("") as session:
        hands = session.get_one(WorkItem, item.id).preparers
        assert hands == [
            session.scalars(select(Account.id).where(Account.username == "t1_investigator")).one()
        ]
