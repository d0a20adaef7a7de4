"""Keys in a device, stamps by a service, letters under the seal, papers that are withdrawn."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
import pytest
from PIL import ImageChops
from sqlalchemy import select

from documents import render
from processes.papers.models import IssuedPaper
from processes.rehearsal.stage import Stage
from processes.storage import certificate, file_store
from processes.worker import jobs
from tests.builders import cases, signing
from tests.builders.desks import Person

SIGNERS = ("township_leader", "county_clerk", "county_leader", "county_clerk")


@pytest.fixture
def approved(stage: Stage) -> str:
    """A decided case whose papers are made."""
    number = cases.a_case(stage, "serve_confirmation")
    jobs.make_papers(stage.office)
    return number


def _paper(stage: Stage, kind: str) -> IssuedPaper:
    with stage.database.reading("") as session:
        query = select(IssuedPaper).where(IssuedPaper.kind == kind)
        return session.scalars(query.order_by(IssuedPaper.id.desc())).first()  # type: ignore[return-value]


def _sign(stage: Stage, kind: str, *roles: str) -> bytes:
    for n, role in enumerate(roles):
        code = _paper(stage, kind).code
        answer = Person(stage, role).post(f"/papers/{code}/sign", {"signed": str(n)})
        assert answer.status_code == 302, answer.text
    return file_store.get(stage.office.settings.papers, _paper(stage, kind).signed_sha256 or "")


def _seen(stage: Stage, content: bytes) -> tuple[render.SignatureSeen, ...]:
    settings = stage.office.settings
    own = certificate.open_certificate(settings.keys, settings.office_name, stage.database.clock())
    return render.check_signatures(render.Checking(content, own.roots, own.signers))


@pytest.mark.softhsm
def test_a_key_that_never_leaves_its_device_signs(
    stage: Stage, approved: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = signing.a_device(tmp_path)
    for name, value in {
        "SOFTHSM2_CONF": device.configuration, "YIMEN_PKCS11": signing.LIBRARY,
        "YIMEN_PKCS11_TOKEN": "office", "YIMEN_PKCS11_KEY": "seal", "YIMEN_PKCS11_PIN": signing.PIN,
        "YIMEN_CERTIFICATE": device.certificate,
    }.items():  # fmt: skip
        monkeypatch.setenv(name, str(value))
    render.renderer().close()  # the child is told of the device when it starts
    signed = _sign(stage, "approval_form", "township_leader", "county_clerk")
    first, second = _seen(stage, signed)
    assert first.whole
    assert first.trusted
    assert "Device office" in first.issuer
    assert second.whole
    monkeypatch.setenv("YIMEN_PKCS11_PIN", "000000")
    refused = Person(stage, "county_leader").post(
        f"/papers/{_paper(stage, 'approval_form').code}/sign", {"signed": "2"}
    )
    assert refused.status_code >= 400
    assert "签名设备不能打开" in refused.text
    render.renderer().close()


def test_signatures_are_stamped_and_keep_what_proves_them(
    stage: Stage, approved: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with signing.a_stamp_service(tmp_path) as service:
        monkeypatch.setenv("YIMEN_TIME_STAMPS", service.address)
        monkeypatch.setenv("YIMEN_ROOTS", str(service.certificate))
        signed = _sign(stage, "approval_form", *SIGNERS)
    seen = _seen(stage, signed)  # the service is gone: the file brings along what proves it
    assert len(seen) == 4
    assert all(s.whole and s.trusted and s.stamped for s in seen)
    assert b"/DSS" in signed
    page = Person(stage).post("/verify", {"file": (io.BytesIO(signed), "表.pdf")}).text
    assert page.count("时间戳：") == 4
    changed = bytearray(signed)
    changed[900] ^= 1
    assert not any(s.whole for s in _seen(stage, bytes(changed)))


def test_a_service_that_does_not_answer_signs_nothing(
    stage: Stage, approved: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YIMEN_TIME_STAMPS", "http://127.0.0.1:9/")
    code = _paper(stage, "approval_form").code
    answer = Person(stage, "township_leader").post(f"/papers/{code}/sign", {"signed": "0"})
    assert answer.status_code >= 400
    assert _paper(stage, "approval_form").signed_sha256 is None


def test_a_letter_is_sealed_over_its_date(stage: Stage, approved: str) -> None:
    signed = _sign(stage, "confirmation_notice", "county_clerk")
    document = pypdfium2.PdfDocument(signed)
    document.init_forms()  # signatures are drawn with the forms
    page = document[0]
    on = _paper(stage, "confirmation_notice").issued_on
    text = page.get_textpage()
    search = text.search(f"{on.year}年{on.month}月{on.day}日")
    places = []
    while (hit := search.get_next()) is not None:
        left, bottom, _, _ = text.get_charbox(hit[0])
        _, _, right, top = text.get_charbox(hit[0] + hit[1] - 1)
        places.append((left, bottom, right, top))
    left, bottom, right, top = places[-1]
    picture = page.render(scale=2).to_pil().convert("RGB")
    height = picture.height
    around = picture.crop(
        (
            round(left * 2) - 20,
            height - round(top * 2) - 60,
            round(right * 2) + 20,
            height - round(bottom * 2) + 60,
        )
    )
    red, green, _ = around.split()
    found = ImageChops.multiply(red.point(lambda v: 255 * (v > 180)), green.point(lambda v: 255 * (v < 110)))
    assert found.histogram()[255] > 300, "the seal lies over the date"


def test_a_withdrawn_paper_says_so(stage: Stage, approved: str) -> None:
    paper = _paper(stage, "confirmation_notice")
    leader = Person(stage, "township_leader")
    refused = leader.post(f"/papers/{paper.code}/withdraw", {"reason": "金额印错"})
    assert "县级出具的文书由县级领导撤销" in refused.text
    county = Person(stage, "county_leader")
    assert county.post(f"/papers/{paper.code}/withdraw", {"reason": " "}).status_code >= 400
    done = county.post(f"/papers/{paper.code}/withdraw", {"reason": "收件人地址有误", "again": "1"})
    assert done.status_code == 302
    jobs.make_papers(stage.office)
    later = _paper(stage, "confirmation_notice")
    assert later.code != paper.code
    assert later.standing == "standing"
    outside = Person(stage).get(f"/verify/{paper.code}").text
    assert "撤销，不再有效" in outside
    assert "收件人地址有误" not in outside
    assert approved not in outside
    inside = Person(stage, "county_clerk").get(f"/verify/{paper.code}").text
    assert "收件人地址有误" in inside
    assert later.number in inside
    assert approved in inside
    elsewhere = Person(stage, "t2_clerk").get(f"/verify/{later.code}").text
    assert "当前有效" in elsewhere
    assert approved not in elsewhere, "another township sees what anybody sees"
    assert "撤销《最低生活保障审核确认通知书》" in county.get(f"/cases/{approved}").text
    again = county.post(f"/papers/{paper.code}/withdraw", {"reason": "再次"})
    assert "已经被取代、撤销" in again.text


def test_the_office_compares_with_the_stored_original(stage: Stage, approved: str) -> None:
    paper = _paper(stage, "approval_form")
    clerk = Person(stage, "county_clerk")
    page = clerk.get(f"/verify/{paper.code}").text
    assert f"/papers/{paper.code}/original.pdf" in page
    assert "送达" in page, "the step at which the case stands"
    assert "没有打印过" in page
    stored = clerk.get(f"/papers/{paper.code}/original.pdf").data
    assert stored == file_store.get(stage.office.settings.papers, paper.sha256 or "")
    assert "没有打印过" in clerk.get(f"/verify/{paper.code}").text, "looking is not printing"
    clerk.get(f"/papers/{paper.code}.pdf")
    assert "第 1 份" in clerk.get(f"/verify/{paper.code}").text
    assert Person(stage, "t2_clerk").get(f"/papers/{paper.code}/original.pdf").status_code == 404
