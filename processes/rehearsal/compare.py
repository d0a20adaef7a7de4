"""Compares the result of a scenario with what it expects; each difference is a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from processes.policy import values
from processes.texts import tr


def differences(expect: Mapping[str, Any], result: Any) -> list[str]:
    """Return every difference; an empty list is a pass."""
    return [
        *_outcome(expect, result),
        *_award(expect, result),
        *_path(expect, result),
        *_clocks(expect, result),
        *_documents(expect, result),
        *_values(expect, result),
        *_linked(expect, result),
        *_money(expect, result),
        *_screening(expect, result),
    ]


def _outcome(expect: Mapping[str, Any], result: Any) -> Iterator[str]:
    if "outcome" in expect and expect["outcome"] != result.outcome:
        yield tr(
            "办理结果应为 {expect}，实际为 {outcome}（待办：{open}）",
            expect=expect["outcome"],
            outcome=result.outcome,
            open=tr("、").join(result.open) or tr("无"),
        )
    if "open" in expect and sorted(expect["open"]) != sorted(result.open):
        yield tr(
            "待办环节应为 {expect}，实际为 {open}", expect=sorted(expect["open"]), open=sorted(result.open)
        )
    if "differences" in expect and expect["differences"] != result.register_differences:
        yield tr(
            "未处理的登记差异应为 {expect} 项，实际为 {register_differences} 项",
            expect=expect["differences"],
            register_differences=result.register_differences,
        )
    if "refused" in expect and expect["refused"] != result.refused:
        yield tr(
            "应被拒绝（{expect}），实际为 {refused}",
            expect=expect["refused"],
            refused=result.refused or tr("办成"),
        )


def _award(expect: Mapping[str, Any], result: Any) -> Iterator[str]:
    if "award" not in expect:
        return
    if expect["award"] is None or result.award is None:
        if expect["award"] is not result.award:
            yield tr(
                "待遇应为 {expect}，实际为 {award}",
                expect=expect["award"] or tr("无"),
                award=values.plain(result.award) or tr("无"),
            )
        return
    for key, wanted in expect["award"].items():
        if not same(wanted, result.award.get(key)):
            yield tr(
                "待遇的 {key} 应为 {wanted}，实际为 {key2}",
                key=key,
                wanted=wanted,
                key2=result.award.get(key),
            )


def _path(expect: Mapping[str, Any], result: Any) -> Iterator[str]:
    """Expected steps must occur in this order; others may lie between them."""
    remaining = iter(result.path)
    for step in expect.get("path", []):
        if step not in remaining:
            yield tr("路径中缺少或次序不符：{step}（实际：{path}）", step=step, path=" → ".join(result.path))
            return
    for step in expect.get("not_path", []):
        if step in result.path:
            yield tr("路径中不应有 {step}", step=step)


def _clocks(expect: Mapping[str, Any], result: Any) -> Iterator[str]:
    for name, wanted in expect.get("clocks", {}).items():
        actual = result.clocks.get(name)
        if actual is None:
            yield tr("没有时限 {name}", name=name)
            continue
        for key, value in wanted.items():
            if not same(value, actual.get(key)):
                yield tr(
                    "时限 {name} 的 {key} 应为 {value}，实际为 {key2}",
                    name=name,
                    key=key,
                    value=value,
                    key2=actual.get(key),
                )


def _documents(expect: Mapping[str, Any], result: Any) -> Iterator[str]:
    for kind in expect.get("documents", []):
        if kind not in result.documents:
            yield tr(
                "应出具文书 {kind}，实际出具：{documents}",
                kind=kind,
                documents=tr("、").join(result.documents) or tr("无"),
            )
    for kind in expect.get("not_documents", []):
        if kind in result.documents:
            yield tr("不应出具文书 {kind}", kind=kind)


def _values(expect: Mapping[str, Any], result: Any) -> Iterator[str]:
    for place, wanted in expect.get("values", {}).items():
        actual: Any = result.values
        for part in place.split("."):
            actual = actual.get(part) if isinstance(actual, Mapping) else None
        if not same(wanted, actual):
            yield tr(
                "{place} 应为 {wanted}，实际为 {actual}",
                place=place,
                wanted=wanted,
                actual=values.plain(actual),
            )


def _linked(expect: Mapping[str, Any], result: Any) -> Iterator[str]:
    """Every expected case must match a different linked case; `count` says how many there are."""
    left = list(result.linked)
    for wanted in expect.get("linked", []):
        found = next((c for c in left if all(_fits(v, c.get(k)) for k, v in wanted.items())), None)
        if found is None:
            yield tr(
                "没有找到关联办件 {wanted}，实际为 {linked}",
                wanted=wanted,
                linked=values.plain(result.linked),
            )
        else:
            left.remove(found)
    if "linked_count" in expect and expect["linked_count"] != len(result.linked):
        yield tr(
            "关联办件应为 {expect} 件，实际为 {linked} 件",
            expect=expect["linked_count"],
            linked=len(result.linked),
        )


def _fits(wanted: Any, actual: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(actual, Mapping) and all(same(v, actual.get(k)) for k, v in wanted.items())
    if isinstance(wanted, list):
        return isinstance(actual, list) and set(map(str, wanted)) <= set(map(str, actual))
    return same(wanted, actual)


def _money(expect: Mapping[str, Any], result: Any) -> Iterator[str]:
    for key, wanted in expect.get("fund", {}).items():
        if not same(wanted, result.fund.get(key)):
            yield tr(
                "备用金的 {key} 应为 {wanted}，实际为 {key2}",
                key=key,
                wanted=wanted,
                key2=result.fund.get(key),
            )
    if "relief" in expect:
        wanted = expect["relief"]
        if wanted is None or result.relief is None:
            if wanted is not result.relief:
                yield tr(
                    "救助金应为 {wanted}，实际为 {relief}",
                    wanted=wanted or tr("无"),
                    relief=values.plain(result.relief) or tr("无"),
                )
            return
        for key, value in wanted.items():
            if not same(value, result.relief.get(key)):
                yield tr(
                    "救助金的 {key} 应为 {value}，实际为 {key2}",
                    key=key,
                    value=value,
                    key2=result.relief.get(key),
                )


def _screening(expect: Mapping[str, Any], result: Any) -> Iterator[str]:
    for member, programmes in expect.get("screening", {}).items():
        for title, wanted in programmes.items():
            actual = result.screening.get(member, {}).get(title)
            if wanted != actual:
                yield tr(
                    "筛查{member}的{title}应为 {wanted}，实际为 {actual}",
                    member=member,
                    title=title,
                    wanted=wanted,
                    actual=actual or tr("无"),
                )


def same(wanted: Any, actual: Any) -> bool:
    """Compare numbers as numbers, anything else as displayed."""
    if isinstance(wanted, bool) or isinstance(actual, bool):
        return wanted is actual
    try:
        return Decimal(str(wanted)) == Decimal(str(actual))
    except InvalidOperation:
        return str(values.plain(wanted)) == str(values.plain(actual))
