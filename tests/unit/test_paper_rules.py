"""Rules of papers on plain values: who issues and signs, whose scan it is, masked numbers, series after a restoration."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from processes.access.scope import Actor
from processes.cases.models import WorkItem
from processes.errors import Invalid, NotFound, RuleBroken
from processes.papers import issue, levels, masked, return_scan, series, signing, tickets
from processes.papers.models import IssuedPaper, PaperSignature
from processes.papers.return_scan import Place
from processes.papers.signing import Next
from processes.people import masking
from processes.releases.bundle import PaperRule
from processes.storage import keyring

CLERK = Actor(1, "孙窗口", frozenset({"window_clerk"}), "340199101")
INVESTIGATOR = Actor(2, "赵调查", frozenset({"investigator"}), "340199101")
LEADER = Actor(3, "钱镇长", frozenset({"township_leader"}), "340199101")
COUNTY_CLERK = Actor(4, "李经办", frozenset({"county_clerk"}), "340199")
HASH = "a1" * 32


def rule(**more: Any) -> PaperRule:
    plain: dict[str, Any] = {
        "id": "form", "title": "审核表", "template": "form.html", "series": "民救审", "contract": "opinion_form",
        "signatures": ("investigator", "township_leader", "seal"),
    }  # fmt: skip
    return PaperRule(**(plain | more))


def step(role: str, **more: Any) -> WorkItem:
    plain: dict[str, Any] = {"role": role, "task": f"{role}_step", "status": "done"}
    return WorkItem(**(plain | more))


DONE = [
    step("investigator", completed_by_id=2, completed_by="赵调查"),
    step("township_leader", completed_by_id=3, completed_by="钱镇长", completed_for_id=5, completed_for="周书记"),
]  # fmt: skip


def paper(**more: Any) -> IssuedPaper:
    plain: dict[str, Any] = {
        "standing": "standing", "is_decided": True, "sha256": "s", "issued_on": date(2026, 3, 2), "kind": "form",
    }  # fmt: skip
    return IssuedPaper(**(plain | more))


def signed(count: int) -> list[PaperSignature]:
    return [PaperSignature(position=n) for n in range(1, count + 1)]


@pytest.mark.parametrize(
    ("level", "township_step", "task", "status", "issued_by"),
    [
        ("county", "decide", "decide", "done", "township"), ("county", "decide", "decide", "open", "county"),
        ("county", "decide", "opinion", "done", "county"), ("county", "", "decide", "done", "county"),
        ("county", "", "", "done", "county"), ("township", "decide", "opinion", "done", "township"),
    ],
)  # fmt: skip
def test_level__of_the_county_unless_the_township_decided(
    level: str, township_step: str, task: str, status: str, issued_by: str
) -> None:
    items = [step("county_leader", task="x"), step("township_leader", task=task, status=status)]
    assert levels.level_of(rule(level=level, township_step=township_step), items) == issued_by


def test_wanted__the_roles_with_a_step_in_the_case_and_the_seal() -> None:
    assert signing.wanted_of(rule(), DONE) == ["investigator", "township_leader", "seal"]
    opened = [DONE[0], step("township_leader", status="open")]
    assert signing.wanted_of(rule(), opened) == ["investigator", "seal"]
    assert signing.wanted_of(rule(signatures=()), DONE) == []


@pytest.mark.parametrize(
    ("count", "level", "expected"),
    [
        (0, "township", Next(1, "investigator", "investigator", "乡镇调查员签名")),
        (1, "township", Next(2, "township_leader", "township_leader", "乡镇分管领导签名")),
        (2, "township", Next(3, "seal", "window_clerk", "加盖乡镇人民政府印章")),
        (2, "county", Next(3, "seal", "county_clerk", "加盖县民政局印章")),
        (3, "township", None), (4, "township", None),
    ],
)  # fmt: skip
def test_next__in_the_order_of_the_rule(count: int, level: str, expected: Next | None) -> None:
    assert signing.next_of(rule(level=level), signed(count), DONE) == expected


def test_next__the_seal_of_the_township_that_decided() -> None:
    by_township = rule(level="county", township_step="township_leader_step")
    turn = signing.next_of(by_township, signed(2), DONE)
    assert turn == Next(3, "seal", "window_clerk", "加盖乡镇人民政府印章")


SEAL = Next(3, "seal", "window_clerk", "加盖乡镇人民政府印章")
OF_INVESTIGATOR = Next(1, "investigator", "investigator", "乡镇调查员签名")
OF_LEADER = Next(2, "township_leader", "township_leader", "乡镇分管领导签名")


@pytest.mark.parametrize(
    ("turn", "actor", "items"),
    [
        (OF_INVESTIGATOR, INVESTIGATOR, DONE), (OF_LEADER, LEADER, DONE), (SEAL, CLERK, DONE),
        # Whoever acted for somebody away signs, and so does the person for whom they acted.
        (OF_LEADER, Actor(5, "周书记", frozenset({"township_leader"}), "340199101"), DONE),
        # Nobody is known to have done the step: anybody of the role.
        (OF_LEADER, LEADER, [step("township_leader")]), (OF_LEADER, LEADER, []),
    ],
)  # fmt: skip
def test_demand_signer__whoever_gave_the_opinion(turn: Next, actor: Actor, items: list[WorkItem]) -> None:
    assert signing.demand_signer(turn, actor, paper(), items) is turn


@pytest.mark.parametrize(
    ("turn", "actor", "more", "why"),
    [
        (None, CLERK, {}, "这份文书不需要签名，或者已经签齐"),
        (SEAL, COUNTY_CLERK, {}, "现在应由乡镇窗口受理员签名或盖章"),
        (OF_INVESTIGATOR, LEADER, {}, "现在应由乡镇调查员签名或盖章"),
        (OF_INVESTIGATOR, Actor(9, "别人", frozenset({"investigator"}), ""), {}, "这份文书应由办理该级意见的人员（赵调查）签名"),
        (SEAL, CLERK, {"standing": "superseded"}, "文书还没有制成、尚未办结，或者已被取代、撤销，不能签名"),
        (SEAL, CLERK, {"is_decided": False}, "文书还没有制成、尚未办结，或者已被取代、撤销，不能签名"),
        (SEAL, CLERK, {"sha256": None}, "文书还没有制成、尚未办结，或者已被取代、撤销，不能签名"),
    ],
)  # fmt: skip
def test_demand_signer__refused(turn: Next | None, actor: Actor, more: dict[str, Any], why: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        signing.demand_signer(turn, actor, paper(**more), DONE)
    assert refused.value.message == f"不符合办理规定：{why}"


def test_demand_signer__names_everybody_who_gave_the_opinion_once() -> None:
    again = step("investigator", completed_by_id=7, completed_by="冯调查")
    other = Actor(9, "别人", frozenset({"investigator"}), "")
    items = [DONE[0], again, DONE[0], step("investigator", status="open", completed_by="无")]
    with pytest.raises(RuleBroken) as refused:
        signing.demand_signer(OF_INVESTIGATOR, other, paper(), items)
    assert "（赵调查、冯调查）" in refused.value.message


def test_hand__the_office_or_the_person_and_for_whom() -> None:
    assert signing.hand_of(SEAL, CLERK, "县镇人民政府", DONE) == signing.Hand("县镇人民政府", "印章")
    assert signing.hand_of(OF_INVESTIGATOR, INVESTIGATOR, "x", DONE) == signing.Hand("赵调查", "乡镇调查员")
    assert signing.hand_of(OF_LEADER, LEADER, "x", DONE) == signing.Hand("钱镇长（代周书记）", "乡镇分管领导")
    assert signing.hand_of(OF_LEADER, LEADER, "x", []).name == "钱镇长"
    later = [*DONE, step("township_leader", completed_by_id=3)]
    assert signing.hand_of(OF_LEADER, LEADER, "x", later).name == "钱镇长", "the last time counts"


@pytest.mark.parametrize(
    ("contract", "turn", "spot"),
    [
        ("letter", SEAL, signing.Spot(("2026年3月2日",), True)),
        ("notice", SEAL, signing.Spot(("2026年3月2日",), True)),
        ("letter", OF_LEADER, signing.Spot(("签字（盖章）：", "签字："), False)),
        ("opinion_form", SEAL, signing.Spot(("签字（盖章）：", "签字："), False)),
    ],
)
def test_spot__a_letter_is_sealed_over_its_date(contract: str, turn: Next, spot: signing.Spot) -> None:
    assert signing.spot(rule(contract=contract), turn, paper()) == spot


def test_is_latest__the_file_with_all_signatures_so_far() -> None:
    first = hashlib.sha256(b"plain").hexdigest()
    second = hashlib.sha256(b"signed").hexdigest()
    assert signing.is_latest(paper(sha256=first), b"plain")
    assert signing.is_latest(paper(sha256=first, signed_sha256=second), b"signed")
    assert not signing.is_latest(paper(sha256=first, signed_sha256=second), b"plain")


@pytest.fixture
def keys() -> keyring.Keyring:
    made = keyring.Keyring((b"e" * 32,), (b"i" * 32,), (b"s" * 32,))
    keyring.use(made)
    return made


def test_ticket__only_for_the_account_that_uploaded_the_page(keys: keyring.Keyring) -> None:
    given = tickets.ticket(CLERK, HASH)
    assert given.startswith(f"{HASH}-") and len(given) == 64 + 1 + 32
    assert tickets.opened(CLERK, given) == HASH
    for other in (INVESTIGATOR, Actor(1, "孙窗口", CLERK.roles, "340199102")):
        with pytest.raises(NotFound):
            tickets.opened(other, given)


def test_ticket__while_keys_are_rotated(keys: keyring.Keyring) -> None:
    given = tickets.ticket(CLERK, HASH)
    keyring.use(keyring.Keyring(keys.encryption, (b"n" * 32, *keys.index), keys.session))
    assert tickets.opened(CLERK, given) == HASH
    assert tickets.ticket(CLERK, HASH) != given


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t[:-1], lambda t: t[:-1] + "x", lambda t: t.replace("a1", "b2", 1), lambda t: t[1:], lambda t: HASH,
        lambda t: "", lambda t: t[:-1] + "é", lambda t: "é" + t[1:], lambda t: "/" + t[1:], lambda t: f"{t}-x",
    ],
)  # fmt: skip
def test_ticket__no_other_text(keys: keyring.Keyring, change: Any) -> None:
    with pytest.raises(NotFound):
        tickets.opened(CLERK, change(tickets.ticket(CLERK, HASH)))


@pytest.mark.parametrize("odd", ["é" * 64, "/" * 64])
def test_ticket__a_hash_is_of_letters_and_digits(keys: keyring.Keyring, odd: str) -> None:
    with pytest.raises(NotFound):
        tickets.opened(CLERK, tickets.ticket(CLERK, odd))


@pytest.mark.parametrize(
    ("codes", "place"),
    [
        (["https://x/verify/ABCDE12345"], Place("ABCDE12345", None)),
        (["https://x/verify/ABCDE12345/3-12"], Place("ABCDE12345", 3)),
        (["http://other", "https://x/verify/AAAA", "https://x/verify/BBBB/2-2"], Place("BBBB", 2)),
        (["https://x/verify/AAAA", "https://x/verify/BBBB"], Place("AAAA", None)),
        (["https://x/verify/abc", "https://x/verify/ABCDE12345/3"], None),
        ([], None),
    ],
)  # fmt: skip
def test_place__of_a_mark_with_a_page_first(codes: list[str], place: Place | None) -> None:
    assert return_scan.place_of(codes) == place


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("340199197001011234", "3401**********1234"), ("34019919700101123X", "3401**********123X"),
        ("ABC123456789012", "ABC1*******9012"),  # 15 characters: 4 + 7 + 4
        ("E1234567890123", "E**********123"),  # 14: 1 + 10 + 3
        ("E12345678", "E*****678"),
    ],
)  # fmt: skip
def test_masking__as_much_as_the_document_is_known_by(number: str, shown: str) -> None:
    assert masking.document(number) == shown


def test_masking__head_and_tail_and_the_names_of_minors() -> None:
    assert masking.id_number("3401", "123X") == "3401**********123X"
    assert [masking.minor_name(n) for n in ("张小明", "李四", "欧", "")] == ["张某某", "李某", "欧某", "某"]


def test_masked__every_document_number_of_a_contract() -> None:
    contract = {
        "applicant": {"id_number": "340199197001011234", "name": "张建国"},
        "members": [{"id_number": "E12345678"}, {"id_number": "AB-1(2)"}, {"id_number": "无证件"}, {"id_number": None}],
        "text": "身份证340199201001011234、护照E12345678、1340199197001019999不动、账号6222021234567890123",
        "answers": {"visit": {"who": "ABC123456789012在场，AB-1(2)"}},
        "persons": 3,
    }  # fmt: skip
    assert masked.contract_of(contract) == {
        "applicant": {"id_number": "3401**********1234", "name": "张建国"},
        "members": [{"id_number": "E*****678"}, {"id_number": "A***(2)"}, {"id_number": "无证件"}, {"id_number": None}],
        "text": "身份证3401**********1234、护照E*****678、1340199197001019999不动、账号6222021234567890123",
        "answers": {"visit": {"who": "ABC1*******9012在场，A***(2)"}},
        "persons": 3,
    }  # fmt: skip


def test_masked__the_longer_of_two_numbers_first() -> None:
    contract = {"members": [{"id_number": "E12345"}, {"id_number": "E1234567"}], "text": "E1234567和E12345"}
    assert masked.contract_of(contract)["text"] == "E****567和E**345"
    inside = {"members": [{"id_number": "B12345"}, {"id_number": "AB12345"}], "text": "AB12345和B12345"}
    assert masked.contract_of(inside)["text"] == "A***345和B**345"


MADE = datetime(2026, 3, 1, 17, tzinfo=UTC)  # 2 March 01:00 in China
LASTS = {
    "paper/城关民救受/2026": 4, "paper/城关/民救受/2026": 7, "case/340199101/DB/2026": 41, "case/340199101/DB/2025": 99,
    "household/340199101": 12,
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("paper/城关/民救受/2026", "城关民救受〔2026〕"), ("case/340199101/DB/2026", "340199101-DB-2026-"),
        ("household/340199101", "340199101-H-"),
    ],
)  # fmt: skip
def test_beginning__as_the_number_is_written(name: str, begins: str) -> None:
    assert series.beginning(name) == begins


SERIES = {k: v for k, v in LASTS.items() if k != "paper/城关民救受/2026"}


def possible(*told: str, until: date = date(2026, 3, 2)) -> dict[str, int]:
    return series.demand_possible(SERIES, MADE, until, told)


def test_possible__the_highest_number_of_each_series() -> None:
    assert possible("城关民救受〔2026〕9号", " 城关民救受〔2026〕12号 ", "城关民救受〔2026〕8号") == {
        "paper/城关/民救受/2026": 12
    }
    assert possible("340199101-DB-2026-00041", "340199101-H-000013") == {
        "case/340199101/DB/2026": 41, "household/340199101": 13,
    }  # fmt: skip
    assert possible() == {}


def test_possible__of_a_year_that_began_after_the_backup() -> None:
    assert possible("城关民救受〔2027〕1号", until=date(2027, 1, 5)) == {"paper/城关/民救受/2027": 1}
    assert possible("340199101-DB-2028-00001", until=date(2028, 1, 5)) == {"case/340199101/DB/2028": 1}
    with pytest.raises(Invalid):
        possible("城关民救受〔2027〕1号")
    with pytest.raises(Invalid):
        possible("340199101-DB-2027-00001", until=date(2026, 12, 31))


@pytest.mark.parametrize(
    "number",
    ["城关民救受〔2026〕号", "城关民救受〔2026〕１号", "城关民救受〔2026〕1234567890号", "别处〔2026〕1号", "340199101-DB-2026-", ""],
)  # fmt: skip
def test_possible__no_number_of_another_office(number: str) -> None:
    with pytest.raises(Invalid) as refused:
        possible(number)
    assert f"“{number}”不是本单位的编号，请按文书或办件上的写法填写" in refused.value.message


def test_possible__nine_digits_and_no_number_below_the_backup() -> None:
    assert possible("城关民救受〔2026〕123456789号") == {"paper/城关/民救受/2026": 123456789}
    with pytest.raises(Invalid) as refused:
        possible("340199101-DB-2026-00040")
    assert "“340199101-DB-2026-”在备份中已编到 41，不能填写更小的编号 40" in refused.value.message


def test_on_demand__what_may_be_asked_for_now() -> None:
    rules = [
        rule(id="at_once", on_demand=True), rule(id="after", on_demand=True, after="visit"), rule(id="by_diagram"),
    ]  # fmt: skip
    bundle: Any = SimpleNamespace(papers={r.id: r for r in rules})
    for items, names in (
        ([], ["at_once"]), ([step("x", task="visit", status="open")], ["at_once"]),
        ([step("x", task="visit")], ["at_once", "after"]),
    ):  # fmt: skip
        assert [r.id for r in issue.on_demand(bundle, items)] == names
