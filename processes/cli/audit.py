"""`yimen audit verify`: checks that stored data are what the program wrote."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session, load_only

from processes.access import account_states, log_chain, row_states
from processes.access.scope import system_actor
from processes.cases import anchors, draws, events, recorded_rows, work_audit
from processes.cases.models import Case
from processes.cli.language import echo
from processes.errors import SealBroken
from processes.office.system.restoring import RemakePaper
from processes.opening import open_office
from processes.oversight import canonical, copies, destroyed, fingerprints, numbers, records, whole_rows
from processes.papers import files
from processes.relief import audit, fund_queries
from processes.settings import Settings
from processes.storage import resealing
from processes.texts import tr

SECTIONS = {
    "books": tr("备用金"), "money": tr("救助金"), "seals": tr("每日封存"), "log": tr("访问记录和账号"), "work": tr("办理环节"),
    "register": tr("家庭档案"), "copies": tr("列表"), "sealed": tr("加密内容"), "rows": tr("登记的记录"), "records": tr("文书和家庭档案"), "told": tr("办件的各项内容"), "numbers": tr("编号"), "destroyed": tr("销毁"),
    "whole": tr("记录的所指和写法"),
}  # fmt: skip
"""Comparisons beside the chain of each case and the files."""
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, NoResultFound)
"""Errors caused by a row that refers to nothing, or by an invalid value."""
_STOPPED = tr("有记录不能读取或者所指的记录不存在，核对到此为止（见“记录的所指和写法”）")
_LOG = logging.getLogger(__name__)


@click.group("audit")
def audit_group() -> None:
    """审计。"""


@audit_group.command("verify")
@click.option("--json", "as_json", is_flag=True, help=tr("以 JSON 输出。"))
@click.option(
    "--files", "with_files", is_flag=True, help=tr("逐个读取文书、扫描件和附件，指出丢失、残缺的。")
)
@click.option(
    "--remake", is_flag=True, help=tr("与 --files 同用：能按存档内容重新生成的文书交后台任务重新生成。")
)
def audit_verify(as_json: bool, with_files: bool, remake: bool) -> None:
    """核对每个办件的事件链、备用金台账、救助金与办件是否相符、每日封存、访问记录、账号、办理环节、文书、家庭档案、办件的各项内容、编号、登记的记录、加密内容、家庭档案的写法和列表用的副本、记录之间的所指；被改动或不平的退出码为 1。"""
    office = open_office()
    with office.database.snapshot("") as session:
        checked, broken = chains(session)
        differences = compared(session, office.settings)
        missing = list(files.lost(session, office.settings)) if with_files else []
    for one in missing if remake else ():
        if one.code:
            office.perform(RemakePaper(one.code), system_actor())
    if as_json:
        result = {
            "checked": checked,
            "broken": broken,
            **differences,
            "files": [asdict(one) for one in missing],
        }
        echo(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        _say(checked, broken, differences, missing, remake)
    sys.exit(1 if broken or missing or any(differences.values()) else 0)


def chains(session: Session) -> tuple[int, dict[str, str]]:
    """Return the number of cases, and errors of the chains of events, by case number."""
    broken = {}
    cases = session.execute(select(Case.id, Case.number).order_by(Case.id)).all()
    needed = load_only(Case.number, Case.destroyed_on, Case.events_count, Case.head)
    for case_id, number in cases:
        try:
            case = session.scalars(select(Case).where(Case.id == case_id).options(needed)).one()
            fault = events.verify(session, case)
        except UNREADABLE:
            fault = _STOPPED
        if fault:
            broken[number] = fault
    return len(cases), broken


def compared(session: Session, settings: Settings) -> dict[str, list[str]]:
    """Return differences as sentences, by section."""
    ways: Mapping[str, tuple[Callable[[], Iterable[str]], ...]] = {
        "books": (lambda: fund_queries.audit(session),),
        "money": (lambda: audit.compare(session),),
        "seals": (lambda: anchors.verify(session, settings.anchors), lambda: draws.differing(session)),
        "log": (lambda: log_chain.verify(session), lambda: account_states.differing(session)),
        "work": (lambda: work_audit.differing(session),),
        "register": (lambda: canonical.faults(session),),
        "copies": (lambda: copies.differing(session), lambda: fingerprints.differing(session)),
        "records": (lambda: records.differing(session),),
        "destroyed": (lambda: destroyed.differing(session),),
        "numbers": (lambda: numbers.differing(session),),
        "told": (lambda: recorded_rows.differing(session),),
        "rows": (lambda: row_states.differing(session),),
        "sealed": (lambda: resealing.broken(session),),
        "whole": (lambda: whole_rows.differing(session),),
    }
    return {name: [fault for way in some for fault in _told(way)] for name, some in ways.items()}


def _told(way: Callable[[], Iterable[str]]) -> list[str]:
    """The result of a comparison; if it meets a value that cannot be decrypted or read, that error, and it ends."""
    sentences: list[str] = []
    try:
        sentences.extend(way())
    except SealBroken as fault:
        sentences.append(fault.message)
    except UNREADABLE as fault:
        _LOG.warning("a comparison ended early: %s", type(fault).__name__)
        sentences.append(_STOPPED)
    return sentences


def _say(
    checked: int, broken: Mapping[str, str], found: Mapping[str, list[str]], missing: list[Any], remake: bool
) -> None:
    for number, fault in broken.items():
        echo(tr("{number}：{fault}", number=number, fault=fault))
    for name, title in SECTIONS.items():
        for fault in found[name]:
            echo(tr("{title}：{fault}", title=title, fault=fault))
    for one in missing:
        echo(
            tr(
                "存档文件：{what}{said}，{remake}",
                what=one.what,
                said=one.said,
                remake=_way_back(one, remake),
            )
        )
    summary = tr("；").join(
        tr("{title}{name}", title=title, name=tr("有问题") if found[name] else tr("相符"))
        for name, title in SECTIONS.items()
    )
    echo(
        tr(
            "核对 {checked} 个办件，{broken} 个有问题；{summary}。",
            checked=checked,
            broken=len(broken),
            summary=summary,
        )
    )


def _way_back(one: files.LostFile, remake: bool) -> str:
    if not one.code:
        return tr("请从备份恢复")
    return tr("已交后台任务重新生成") if remake else tr("可加 --remake 按存档内容重新生成")


def register(main: click.Group) -> None:
    """Add the commands to the program."""
    main.add_command(audit_group)
