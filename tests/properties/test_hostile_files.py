"""Broken and hostile content files: a list of problems in bounded time, never a crash, nothing read outside."""

from __future__ import annotations

from random import Random

import pytest

from processes.releases import bundle as bundles
from processes.releases.bundle import Bundle
from processes.releases.lint import Problem
from processes.releases.lint.run import lint_bundle
from processes.verbs.registry import office_for_lint
from tests.builders.nightly import NIGHTLY
from tests.builders.watch import watched
from tests.conftest import CONTENT

MUTATIONS = 40_000 if NIGHTLY else 4_000
PARTS = 4
OFFICE = office_for_lint()
KINDS = (".bpmn", ".dmn", ".form", ".sheet.toml", "policy.toml", "programme.toml", "documents.toml")

BOMB = (
    b"""<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">"""
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><b>&j;</b>"
)
HOSTILE = {
    "entity_bomb": BOMB,
    "outside_file": b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]><b>&x;</b>',
    "outside_address": b'<?xml version="1.0"?><!DOCTYPE b SYSTEM "http://127.0.0.1:9/x.dtd"><b/>',
    "deep": b"<a>" * 100_000 + b"</a>" * 100_000,
    "huge_text": b"<a>" + b"x" * 12_000_000 + b"</a>",
    "deep_json": b"[" * 200_000 + b"]" * 200_000,
    "nothing": b"",
    "zeroes": b"\0" * 1_000,
}


def mutated(raw: bytes, random: Random) -> bytes:
    """The file with something cut, doubled, swapped, spoilt or put in."""
    at, until = sorted(random.randrange(len(raw) + 1) for _ in range(2))
    until = min(until, at + random.choice((1, 5, 40, 400, 4_000)))
    piece = raw[at:until]
    match random.randrange(7):
        case 0:
            return raw[:at] + raw[until:]
        case 1:
            return raw[:until] + piece + raw[until:]
        case 2:
            return raw[:at] + bytes(random.randrange(256) for _ in range(random.randrange(1, 9))) + raw[at:]
        case 3:
            other = random.randrange(len(raw) + 1)
            return raw[:other] + piece + raw[other:]
        case 4:
            evil = random.choice(
                (b"__import__('os')", b"&lt;", b"]]>", b"9" * 50, b"<a/>", b"\xff\xfe", "（".encode())
            )
            return raw[:at] + evil + raw[until:]
        case 5:
            return raw[:at]
        case _:
            words = raw.split(b'"')
            one, two = (random.randrange(len(words)) for _ in range(2))
            words[one], words[two] = words[two], words[one]
            return b'"'.join(words)


@pytest.fixture(scope="module")
def originals() -> list[Bundle]:
    return [bundles.read_folder(p.parent) for p in sorted(CONTENT.glob("*/programme.toml"))]


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("part", range(PARTS))
def test_mutated_files_give_problems_and_never_a_crash(originals: list[Bundle], part: int) -> None:
    random = Random(part)
    for n in range(MUTATIONS // PARTS):
        bundle = random.choice(originals)
        name = random.choice([f for f in sorted(bundle.files) if f.endswith(KINDS)])
        spoilt = Bundle({**bundle.files, name: mutated(bundle.files[name], random)})
        with watched(20):
            found = lint_bundle(spoilt, OFFICE, only=name)
        assert all(isinstance(p, Problem) and p.message for p in found), (part, n, name)


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("attack", HOSTILE)
def test_attacks_are_named_in_bounded_time(
    originals: list[Bundle], kind: str, attack: str, capfd: pytest.CaptureFixture[str]
) -> None:
    bundle = next(b for b in originals if any(f.endswith(kind) for f in b.files))
    name = next(f for f in sorted(bundle.files) if f.endswith(kind))
    with watched(20):
        found = lint_bundle(Bundle({**bundle.files, name: HOSTILE[attack]}), OFFICE, only=name)
    if attack != "nothing" or not name.endswith(("policy.toml", "documents.toml")):  # these may be empty
        assert found
    assert not any("root:" in p.message for p in found)


def test_python_in_a_model_is_refused_wherever_it_stands(originals: list[Bundle]) -> None:
    bundle = next(b for b in originals if b.id == "minimum_living_allowance")
    evil = b"__import__('os').system('x')"
    places = {
        "apply.bpmn": (b"check_papers.decision == 'accept'", b"accepted_on = today()", b"due('comparison')", b"'acceptance'"),
        "eligibility.dmn": (b"means.property_ok", b'"household"'),
        "means.sheet.toml": (b"count(household.members)",),
    }  # fmt: skip
    for name, found in places.items():
        for place in found:
            assert place in bundle.files[name], place
            spoilt = Bundle({**bundle.files, name: bundle.files[name].replace(place, evil)})
            assert "expression_refused" in {p.rule for p in lint_bundle(spoilt, OFFICE, only=name)} | {
                p.rule for p in lint_bundle(spoilt, OFFICE)
            }, (name, place)
