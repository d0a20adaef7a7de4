"""Differences between the data of a computation and the register now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from processes.people.forms import (
    CATEGORIES,
    EXPENSE_KINDS,
    INCOME_KINDS,
    PROPERTY_KINDS,
    WORK_ABILITIES,
)
from processes.policy import values
from processes.texts import tr

_NONE = tr("无")
_DERIVED = frozenset({"id", "total", "income_lines", "income", "exempted"})
"""Derived from other values, or the number of lines."""
_TITLES = {
    "relation": tr("与户主关系"), "disability_grade": tr("残疾等级"), "disability_kind": tr("残疾类别"), "grave_illness": tr("重病"),
    "is_student": tr("在校学生"), "work_ability": tr("劳动能力"), "name": tr("姓名"), "sex": tr("性别"), "birth_on": tr("出生日期"),
    "id_number": tr("身份证号"), "age": tr("年龄"), "identified_as": tr("查明的身份"), "died_on": tr("死亡日期"), "exemptions": tr("财产豁免"), "address": tr("住址"),
    "category": tr("类别"), **INCOME_KINDS, **EXPENSE_KINDS, **PROPERTY_KINDS,
}  # fmt: skip
_WORDS = {"work_ability": WORK_ABILITIES, "category": CATEGORIES}


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: subject, value computed with, current value."""

    title: str
    before: str
    after: str

    def __str__(self) -> str:
        return tr(
            "{title}：测算时 {before}，现为 {after}", title=self.title, before=self.before, after=self.after
        )


def between(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Difference]:
    """Return every difference of a record, people first.

    A value missing in the earlier record is no difference: it was not read then.
    """
    old, new = _people(before), _people(now)
    names = {key: str(p.get("name") or "") for key, p in {**old, **new}.items()}
    differences = [
        Difference(tr("家庭成员{k}", k=names[k]), str(p.get("relation", "")), tr("已不在本户"))
        for k, p in old.items()
        if k not in new
    ]
    differences += [
        Difference(tr("家庭成员{k}", k=names[k]), tr("不在本户"), str(p.get("relation", "")))
        for k, p in new.items()
        if k not in old
    ]
    for key, person in old.items():
        if key in new:
            differences += _changed(person, new[key], names[key])
    differences += _changed(_of_household(before), _of_household(now), "")
    return differences + list(_benefits(before.get("benefits"), now.get("benefits")))


def _people(record: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """Data of each person for sheets and papers, by the person's row."""
    facts, people = record["facts"]["members"], record.get("members")
    if people is None:
        return {int(m["id"]): dict(m) for m in facts}
    # Both are in the order of the household; sheets refer to a person identified since by that person.
    return {int(p["id"]): {**dict(m), **_paper_facts(p)} for m, p in zip(facts, people, strict=True)}


def _paper_facts(person: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in person.items() if k != "income"}


def _of_household(record: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in record["facts"].items() if k != "members"}


def _changed(before: Mapping[str, Any], now: Mapping[str, Any], who: str) -> list[Difference]:
    old, new = dict(_leaves(before)), dict(_leaves(now))
    return [
        Difference(
            tr("{who}{title}", who=who, title=_title(path)),
            _shown(path[-1], value),
            _shown(path[-1], new.get(path)),
        )
        for path, value in old.items()
        if (path in new or value) and new.get(path) != value
    ]


def _leaves(value: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _leaves(inner, (*path, key))
        elif key not in _DERIVED:
            yield (*path, key), inner


def _title(path: tuple[str, ...]) -> str:
    return _TITLES.get(path[-1], path[-1])


def _shown(key: str, value: Any) -> str:
    if value is None or value == "":
        return _NONE
    if key == "id_number":
        return tr("后四位 {value}", value=str(value)[-4:])
    return _WORDS.get(key, {}).get(str(value)) or values.shown(
        values.plain(value) if isinstance(value, list) else value
    )


def _benefits(before: Any, now: Any) -> Iterator[Difference]:
    """Benefits of a member under another case, found or ended since."""
    if before is None:
        return
    old, new = ({(b["person"], b["case"]): b for b in found} for found in (before, now or []))
    for key, benefit in new.items():
        if key not in old:
            yield Difference(
                tr("{benefit}在享待遇", benefit=benefit["name"]),
                _NONE,
                tr("{benefit}（{case}）", benefit=benefit["title"], case=benefit["case"]),
            )
    for key, benefit in old.items():
        if key not in new:
            yield Difference(
                tr("{benefit}在享待遇", benefit=benefit["name"]),
                tr("{benefit}（{case}）", benefit=benefit["title"], case=benefit["case"]),
                tr("已停止"),
            )
