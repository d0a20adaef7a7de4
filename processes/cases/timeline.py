"""The timeline: events of a case as sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from processes.access.scope import in_name_of
from processes.cases.models import CaseEvent
from processes.cases.status import ClockColour, CosignMode, ParticipantKind
from processes.policy.calendar import SHANGHAI, in_chinese
from processes.releases import words as choice_words
from processes.texts import tr

_WARNINGS = {
    ClockColour.YELLOW: tr("进入黄色预警"), ClockColour.RED: tr("进入红色预警"), ClockColour.OVERDUE: tr("已经超期"),
}  # fmt: skip


def sentence(event: CaseEvent, words: choice_words.Words) -> str:
    """Return an event as one sentence; `words` are the labels of the case's process."""
    if event.kind == "decided":
        return _decided(event.title, event.payload, words)
    template = _SENTENCES.get(event.kind)
    return (
        tr("{title}（{kind}）", title=event.title, kind=event.kind)
        if template is None
        else template(event.title, event.payload)
    )


def when(event: CaseEvent) -> str:
    """Return the time of an event in China, to the minute."""
    return f"{event.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


_BY_ITSELF = frozenset({
    "decided", "clock_started", "clock_suspended", "clock_resumed", "clock_warned", "paper_issued", "award_granted",
    "award_withdrawn", "case_opened", "case_joined", "split_flagged", "advance_barred", "same_event_flagged",
    "advance_paid", "advance_refused", "advance_settled", "relief_granted", "relief_withdrawn", "drawn", "withdrawn",
    "closed",
})  # fmt: skip
"""Automatic consequences of finishing a step, which no person did."""
SYSTEM = tr("系统")


def who(event: CaseEvent) -> str:
    """Return who did it: the person, or the system for automatic consequences."""
    by_itself = event.kind in _BY_ITSELF and not event.payload.get("asked")
    return SYSTEM if by_itself else event.actor


def _day(value: Any) -> str:
    return in_chinese(value) if isinstance(value, date) else str(value)


def _decided(title: str, payload: Mapping[str, Any], words: choice_words.Words) -> str:
    if "table" in payload:
        rows = tr("、").join(str(r) for r in payload.get("rows", []))
        inputs = tr("，").join(
            tr("{name}：{label}", name=name, label=label) for name, label in choice_words.read(payload, words)
        )
        return tr(
            "{title}：决策表“{payload}”第 {rows} 行（{inputs}）",
            title=title,
            payload=payload["name"],
            rows=rows,
            inputs=inputs,
        )
    return tr(
        "{title}：计算表“{payload}”共 {get} 行",
        title=title,
        payload=payload["name"],
        get=len(payload.get("lines", [])),
    )


def _mode(value: str) -> str:
    """A mode of countersigning within a sentence that says 会签 already."""
    return tr("依次") if value == CosignMode.ORDER else CosignMode(value).title


def _in_name(payload: Mapping[str, Any]) -> str:
    return in_name_of("", payload.get("acting_for"))


_SENTENCES: dict[str, Callable[[str, Mapping[str, Any]], str]] = {
    "opened": lambda t, p: tr("提出{value}申请，办件编号 {p}", value=t, p=p["number"]),
    "completed": lambda t, p: tr("办结“{value}”{p}", value=t, p=_in_name(p)),
    "household_moved": lambda t, p: tr("办件随家庭迁移：{value}", value=t),
    "claimed": lambda t, p: tr("签收“{value}”{p}", value=t, p=_in_name(p)),
    "released": lambda t, p: tr("取消签收“{value}”", value=t),
    "transferred": lambda t, p: tr("将“{value}”转给{p}办理：{p2}", value=t, p=p["to"], p2=p["reason"]),
    "returned": lambda t, p: tr("退回到“{value}”：{p}", value=t, p=p["reason"]),
    "deviated": lambda t, p: tr(
        "“{value}”与测算结果不一致：测算{p}，{p2}；理由：{p3}",
        value=t,
        p=p["computed"],
        p2=p["decided"],
        p3=p["reason"],
    ),
    "exempted": lambda t, p: tr("财产豁免：{value}", value=t),
    "recomputed": lambda t, p: tr("重新测算：{p}", p=p["reason"]),
    "withdrawn": lambda t, p: tr("因退回撤销“{value}”", value=t),
    "cancelled": lambda t, p: tr("终止办理：{value}", value=t),
    "delegated": lambda t, p: tr("将“{value}”委派给{p}办理：{p2}", value=t, p=p["to"], p2=p["reason"]),
    "handed_back": lambda t, p: tr(
        "将“{value}”交回{p}{p2}", value=t, p=p["to"], p2=tr("：") + p["note"] if p["note"] else ""
    ),
    "recalled": lambda t, p: tr("收回委派的“{value}”", value=t),
    "given_back": lambda t, p: (
        tr("{p}不再办理，“{value}”交回{p2}：{p3}", p=p["before"], value=t, p2=p["to"], p3=p["reason"])
        if p["to"]
        else tr("{p}不再办理，“{value}”退回待签收：{p2}", p=p["before"], value=t, p2=p["reason"])
    ),
    "taken_over": lambda t, p: tr("接管{p}的“{value}”：{p2}", p=p["before"], value=t, p2=p["reason"]),
    "taken_back": lambda t, p: tr("取回“{value}”", value=t),
    "item_urged": lambda t, p: tr(
        "催办“{value}”（第 {p} 次）{p2}", value=t, p=p["count"], p2=tr("：") + p["word"] if p["word"] else ""
    ),
    "batch_undone": lambda t, p: tr("撤销对“{value}”的批量操作", value=t),
    "carried_over": lambda t, p: tr("直接送回：“{value}”沿用{p}原办理结果", value=t, p=p["by"]),
    "cosign_asked": lambda t, p: tr(
        "就“{value}”请{p}会签（{p2}）", value=t, p=tr("、").join(p["names"]), p2=_mode(p["mode"])
    ),
    "cosigner_removed": lambda t, p: tr("“{value}”减去会签人{p}", value=t, p=p["name"]),
    "cosigned": lambda t, p: tr(
        "{p}会签“{value}”：{p2}{p3}",
        p=p["name"],
        value=t,
        p2=ParticipantKind.COSIGN.answer_title(p["verdict"]),
        p3=tr("，") + p["said"] if p["said"] else "",
    ),
    "cosign_passed": lambda t, p: tr("“{value}”会签通过", value=t),
    "cosign_failed": lambda t, p: tr(
        "“{value}”会签未通过{p}", value=t, p=tr("：") + p["said"] if p["said"] else ""
    ),
    "held_dropped": lambda t, p: tr("“{value}”会签已通过，未按原提交办结：{p}", value=t, p=p["said"]),
    "second_confirmed": lambda t, p: tr("{p}确认共同办理了“{value}”", p=p["name"], value=t),
    "second_objected": lambda t, p: tr("{p}对“{value}”提出异议：{p2}", p=p["name"], value=t, p2=p["said"]),
    "asked": lambda t, p: tr("就“{value}”与{p}沟通：{p2}", value=t, p=p["to"], p2=p["question"]),
    "answered": lambda t, p: tr("{p}答复“{value}”：{p2}", p=p["name"], value=t, p2=p["said"]),
    "copied": lambda t, p: tr("将“{value}”抄送{p}", value=t, p=tr("、").join(p["names"])),
    "clock_started": lambda t, p: tr("“{value}”开始计算，截止 {p}", value=t, p=_day(p["due_on"])),
    "clock_suspended": lambda t, p: tr("“{value}”中止计时：{p}", value=t, p=p["reason"]),
    "clock_resumed": lambda t, p: tr("“{value}”恢复计时，截止 {p}", value=t, p=_day(p["due_on"])),
    "clock_extended": lambda t, p: tr(
        "“{value}”延长 {p} 个工作日，截止 {p2}：{p3}",
        value=t,
        p=p["days"],
        p2=_day(p["due_on"]),
        p3=p["reason"],
    ),
    "clock_counted_anew": lambda t, p: tr(
        "“{value}”按放假安排重新计算，截止 {p} 改为 {p2}", value=t, p=_day(p["before"]), p2=_day(p["due_on"])
    ),
    "clock_warned": lambda t, p: tr(
        "“{value}”{p}，截止 {p2}", value=t, p=_WARNINGS[p["colour"]], p2=_day(p["due_on"])
    ),
    "paper_issued": lambda t, p: tr("出具《{value}》{p}", value=t, p=p["number"]),
    "paper_remade": lambda t, p: tr("重新生成《{value}》{p}的存档文件", value=t, p=p["number"]),
    "paper_withdrawn": lambda t, p: tr("撤销《{value}》{p}：{p2}", value=t, p=p["number"], p2=p["reason"]),
    "paper_returned": lambda t, p: tr("《{value}》{p}的签字件已收回归档", value=t, p=p["number"]),
    "page_replaced": lambda t, p: tr(
        "替换《{value}》{p}签字件第 {p2} 页：{p3}", value=t, p=p["number"], p2=p["page"], p3=p["reason"]
    ),
    "paper_signed": lambda t, p: tr("在《{value}》{p}上电子签名", value=t, p=p["number"]),
    "paper_sealed": lambda t, p: tr("在《{value}》{p}上加盖电子印章", value=t, p=p["number"]),
    "exported": lambda t, p: tr("导出办件档案"),
    "handwritten": lambda t, p: tr("{p}在“{value}”时手写签名", p=p["signer"], value=t),
    "state_printed": lambda t, p: tr("打印《{value}》（未办结）", value=t),
    "award_granted": lambda t, p: tr(
        "给予救助待遇，每月 {p} 元，自 {p2} 起", p=p["monthly"], p2=p["from_month"]
    ),
    "award_withdrawn": lambda t, p: tr("因退回撤回救助待遇"),
    "case_opened": lambda t, p: tr(
        "发起{value}{p}，办件编号 {p2}",
        value=t,
        p=tr("（") + p["to"] + tr("）") if p["to"] else "",
        p2=p["number"],
    ),
    "split_flagged": lambda t, p: tr("近期已有救助，合计超过乡镇审批额度，疑似拆分，转县级决定"),
    "advance_barred": lambda t, p: tr(
        "有逾期未补手续的办件（{p}），备用金暂不支付，转县级处理", p=p["cases"]
    ),
    "same_event_flagged": lambda t, p: tr(
        "查重：可能与办件 {p} 为同一事件，由县级决定", p=tr("、").join(p["cases"])
    ),
    "payment_stopped": lambda t, p: tr("没有发放：{value}", value=t),
    "relief_refunded": lambda t, p: tr(
        "救助对象退回 {p} 元，备用金台账第 {p2} 号", p=f"{p['amount']:.2f}", p2=p["serial"]
    ),
    "refund_reversed": lambda t, p: tr(
        "冲销退回记录 {p} 元，备用金台账第 {p2} 号", p=f"{p['amount']:.2f}", p2=p["serial"]
    ),
    "award_stopped": lambda t, p: tr(
        "{value}：发放到 {p} 为止（{p2}），{p3}", value=t, p=p["until"], p2=p["by_case"], p3=p["reason"]
    ),
    "call_attached": lambda t, p: tr("来电人是{value}家庭，转入家庭档案 {p}", value=t, p=p["number"]),
    "case_joined": lambda t, p: tr("已有{value}办件 {p}，不再另行发起", value=t, p=p["number"]),
    "advance_refused": lambda t, p: tr("备用金未能支付：{value}", value=t),
    "advance_paid": lambda t, p: tr("备用金先行支付 {p} 元（台账第 {p2} 号）", p=p["amount"], p2=p["serial"]),
    "advance_settled": lambda t, p: tr("备用金核销 {p} 元（台账第 {p2} 号）", p=p["amount"], p2=p["serial"]),
    "relief_granted": lambda t, p: tr("给予临时救助 {p} 元，银行发放", p=p["amount"]),
    "relief_withdrawn": lambda t, p: tr("因退回撤回救助金"),
    "urged": lambda t, p: tr("已催办{value}", value=t),
    "offer_taken": lambda t, p: tr("与“{value}”对接帮扶", value=t),
    "suspended": lambda t, p: tr("中止办理：{value}", value=t),
    "resumed": lambda t, p: tr("恢复办理：{value}", value=t),
    "ended_early": lambda t, p: tr("终止办理：{value}", value=t),
    "moved": lambda t, p: tr("移动办理位置到“{value}”：{p}", value=t, p=p["reason"]),
    "move_asked": lambda t, p: tr("提出移动办理位置到“{value}”，待另一人确认：{p}", value=t, p=p["reason"]),
    "move_refused": lambda t, p: tr("没有移动办理位置到“{value}”：{p}", value=t, p=p["reason"]),
    "move_confirmed": lambda t, p: tr("确认{p}提出的移动办理位置到“{value}”", p=p["asked_by"], value=t),
    "migrated": lambda t, p: tr(
        "由第 {p} 版流程迁移到第 {p2} 版：{p3}", p=p["before"], p2=p["after"], p3=p["reason"]
    ),
    "migration_undone": lambda t, p: tr("撤销迁移，回到第 {p} 版流程：{p2}", p=p["after"], p2=p["reason"]),
    "drawn": lambda t, p: tr(
        "{value}：{p}（{p2}）", value=t, p=tr("需要入户") if p["visit"] else tr("不需入户"), p2=p["reason"]
    ),
    "attached": lambda t, p: tr("上传附件“{value}”", value=t),
    "incident_retried": lambda t, p: tr("重新处理异常：{value}", value=t),
    "closed": lambda t, p: tr("办结，结果：{value}", value=t),
    "rows_noted": lambda t, p: tr("登记办件各项内容的现状"),
}
