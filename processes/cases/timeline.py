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
        "{title}：计算表“{payload}”共 {lines} 行",
        title=title,
        payload=payload["name"],
        lines=len(payload.get("lines", [])),
    )


def _mode(value: str) -> str:
    """A mode of countersigning within a sentence that says 会签 already."""
    return tr("依次") if value == CosignMode.ORDER else CosignMode(value).title


def _in_name(payload: Mapping[str, Any]) -> str:
    return in_name_of("", payload.get("acting_for"))


_SENTENCES: dict[str, Callable[[str, Mapping[str, Any]], str]] = {
    "opened": lambda t, p: tr("提出{title}申请，办件编号 {number}", title=t, number=p["number"]),
    "completed": lambda t, p: tr("办结“{title}”{in_name}", title=t, in_name=_in_name(p)),
    "household_moved": lambda t, p: tr("办件随家庭迁移：{title}", title=t),
    "claimed": lambda t, p: tr("签收“{title}”{in_name}", title=t, in_name=_in_name(p)),
    "released": lambda t, p: tr("取消签收“{title}”", title=t),
    "transferred": lambda t, p: tr(
        "将“{title}”转给{to}办理：{reason}", title=t, to=p["to"], reason=p["reason"]
    ),
    "returned": lambda t, p: tr("退回到“{title}”：{reason}", title=t, reason=p["reason"]),
    "deviated": lambda t, p: tr(
        "“{title}”与测算结果不一致：测算{computed}，{decided}；理由：{reason}",
        title=t,
        computed=p["computed"],
        decided=p["decided"],
        reason=p["reason"],
    ),
    "exempted": lambda t, p: tr("财产豁免：{title}", title=t),
    "recomputed": lambda t, p: tr("重新测算：{reason}", reason=p["reason"]),
    "withdrawn": lambda t, p: tr("因退回撤销“{title}”", title=t),
    "cancelled": lambda t, p: tr("终止办理：{title}", title=t),
    "delegated": lambda t, p: tr(
        "将“{title}”委派给{to}办理：{reason}", title=t, to=p["to"], reason=p["reason"]
    ),
    "handed_back": lambda t, p: tr(
        "将“{title}”交回{to}{note}", title=t, to=p["to"], note=tr("：") + p["note"] if p["note"] else ""
    ),
    "recalled": lambda t, p: tr("收回委派的“{title}”", title=t),
    "given_back": lambda t, p: (
        tr(
            "{before}不再办理，“{title}”交回{to}：{reason}",
            before=p["before"],
            title=t,
            to=p["to"],
            reason=p["reason"],
        )
        if p["to"]
        else tr(
            "{before}不再办理，“{title}”退回待签收：{reason}", before=p["before"], title=t, reason=p["reason"]
        )
    ),
    "taken_over": lambda t, p: tr(
        "接管{before}的“{title}”：{reason}", before=p["before"], title=t, reason=p["reason"]
    ),
    "taken_back": lambda t, p: tr("取回“{title}”", title=t),
    "item_urged": lambda t, p: tr(
        "催办“{title}”（第 {count} 次）{word}",
        title=t,
        count=p["count"],
        word=tr("：") + p["word"] if p["word"] else "",
    ),
    "batch_undone": lambda t, p: tr("撤销对“{title}”的批量操作", title=t),
    "carried_over": lambda t, p: tr("直接送回：“{title}”沿用{by}原办理结果", title=t, by=p["by"]),
    "cosign_asked": lambda t, p: tr(
        "就“{title}”请{names}会签（{mode}）", title=t, names=tr("、").join(p["names"]), mode=_mode(p["mode"])
    ),
    "cosigner_removed": lambda t, p: tr("“{title}”减去会签人{name}", title=t, name=p["name"]),
    "cosigned": lambda t, p: tr(
        "{name}会签“{title}”：{answer_title}{p3}",
        name=p["name"],
        title=t,
        answer_title=ParticipantKind.COSIGN.answer_title(p["verdict"]),
        p3=tr("，") + p["said"] if p["said"] else "",
    ),
    "cosign_passed": lambda t, p: tr("“{title}”会签通过", title=t),
    "cosign_failed": lambda t, p: tr(
        "“{title}”会签未通过{p}", title=t, p=tr("：") + p["said"] if p["said"] else ""
    ),
    "held_dropped": lambda t, p: tr("“{title}”会签已通过，未按原提交办结：{p}", title=t, p=p["said"]),
    "second_confirmed": lambda t, p: tr("{name}确认共同办理了“{title}”", name=p["name"], title=t),
    "second_objected": lambda t, p: tr(
        "{name}对“{title}”提出异议：{p2}", name=p["name"], title=t, p2=p["said"]
    ),
    "asked": lambda t, p: tr(
        "就“{title}”与{to}沟通：{question}", title=t, to=p["to"], question=p["question"]
    ),
    "answered": lambda t, p: tr("{name}答复“{title}”：{p2}", name=p["name"], title=t, p2=p["said"]),
    "copied": lambda t, p: tr("将“{title}”抄送{names}", title=t, names=tr("、").join(p["names"])),
    "clock_started": lambda t, p: tr("“{title}”开始计算，截止 {day}", title=t, day=_day(p["due_on"])),
    "clock_suspended": lambda t, p: tr("“{title}”中止计时：{reason}", title=t, reason=p["reason"]),
    "clock_resumed": lambda t, p: tr("“{title}”恢复计时，截止 {day}", title=t, day=_day(p["due_on"])),
    "clock_extended": lambda t, p: tr(
        "“{title}”延长 {days} 个工作日，截止 {day}：{reason}",
        title=t,
        days=p["days"],
        day=_day(p["due_on"]),
        reason=p["reason"],
    ),
    "clock_counted_anew": lambda t, p: tr(
        "“{title}”按放假安排重新计算，截止 {day} 改为 {p2}",
        title=t,
        day=_day(p["before"]),
        p2=_day(p["due_on"]),
    ),
    "clock_warned": lambda t, p: tr(
        "“{title}”{p}，截止 {day}", title=t, p=_WARNINGS[p["colour"]], day=_day(p["due_on"])
    ),
    "paper_issued": lambda t, p: tr("出具《{title}》{number}", title=t, number=p["number"]),
    "paper_remade": lambda t, p: tr("重新生成《{title}》{number}的存档文件", title=t, number=p["number"]),
    "paper_withdrawn": lambda t, p: tr(
        "撤销《{title}》{number}：{reason}", title=t, number=p["number"], reason=p["reason"]
    ),
    "paper_returned": lambda t, p: tr("《{title}》{number}的签字件已收回归档", title=t, number=p["number"]),
    "page_replaced": lambda t, p: tr(
        "替换《{title}》{number}签字件第 {page} 页：{reason}",
        title=t,
        number=p["number"],
        page=p["page"],
        reason=p["reason"],
    ),
    "paper_signed": lambda t, p: tr("在《{title}》{number}上电子签名", title=t, number=p["number"]),
    "paper_sealed": lambda t, p: tr("在《{title}》{number}上加盖电子印章", title=t, number=p["number"]),
    "exported": lambda t, p: tr("导出办件档案"),
    "handwritten": lambda t, p: tr("{signer}在“{title}”时手写签名", signer=p["signer"], title=t),
    "state_printed": lambda t, p: tr("打印《{title}》（未办结）", title=t),
    "award_granted": lambda t, p: tr(
        "给予救助待遇，每月 {monthly} 元，自 {from_month} 起",
        monthly=p["monthly"],
        from_month=p["from_month"],
    ),
    "award_withdrawn": lambda t, p: tr("因退回撤回救助待遇"),
    "case_opened": lambda t, p: tr(
        "发起{title}{to}，办件编号 {number}",
        title=t,
        to=tr("（") + p["to"] + tr("）") if p["to"] else "",
        number=p["number"],
    ),
    "split_flagged": lambda t, p: tr("近期已有救助，合计超过乡镇审批额度，疑似拆分，转县级决定"),
    "advance_barred": lambda t, p: tr(
        "有逾期未补手续的办件（{cases}），备用金暂不支付，转县级处理", cases=p["cases"]
    ),
    "same_event_flagged": lambda t, p: tr(
        "查重：可能与办件 {cases} 为同一事件，由县级决定", cases=tr("、").join(p["cases"])
    ),
    "payment_stopped": lambda t, p: tr("没有发放：{title}", title=t),
    "relief_refunded": lambda t, p: tr(
        "救助对象退回 {p} 元，备用金台账第 {serial} 号", p=f"{p['amount']:.2f}", serial=p["serial"]
    ),
    "refund_reversed": lambda t, p: tr(
        "冲销退回记录 {p} 元，备用金台账第 {serial} 号", p=f"{p['amount']:.2f}", serial=p["serial"]
    ),
    "award_stopped": lambda t, p: tr(
        "{title}：发放到 {until} 为止（{by_case}），{reason}",
        title=t,
        until=p["until"],
        by_case=p["by_case"],
        reason=p["reason"],
    ),
    "call_attached": lambda t, p: tr(
        "来电人是{title}家庭，转入家庭档案 {number}", title=t, number=p["number"]
    ),
    "case_joined": lambda t, p: tr("已有{title}办件 {number}，不再另行发起", title=t, number=p["number"]),
    "advance_refused": lambda t, p: tr("备用金未能支付：{title}", title=t),
    "advance_paid": lambda t, p: tr(
        "备用金先行支付 {amount} 元（台账第 {serial} 号）", amount=p["amount"], serial=p["serial"]
    ),
    "advance_settled": lambda t, p: tr(
        "备用金核销 {amount} 元（台账第 {serial} 号）", amount=p["amount"], serial=p["serial"]
    ),
    "relief_granted": lambda t, p: tr("给予临时救助 {amount} 元，银行发放", amount=p["amount"]),
    "relief_withdrawn": lambda t, p: tr("因退回撤回救助金"),
    "urged": lambda t, p: tr("已催办{title}", title=t),
    "offer_taken": lambda t, p: tr("与“{title}”对接帮扶", title=t),
    "suspended": lambda t, p: tr("中止办理：{title}", title=t),
    "resumed": lambda t, p: tr("恢复办理：{title}", title=t),
    "ended_early": lambda t, p: tr("终止办理：{title}", title=t),
    "moved": lambda t, p: tr("移动办理位置到“{title}”：{reason}", title=t, reason=p["reason"]),
    "move_asked": lambda t, p: tr(
        "提出移动办理位置到“{title}”，待另一人确认：{reason}", title=t, reason=p["reason"]
    ),
    "move_refused": lambda t, p: tr("没有移动办理位置到“{title}”：{reason}", title=t, reason=p["reason"]),
    "move_confirmed": lambda t, p: tr(
        "确认{asked_by}提出的移动办理位置到“{title}”", asked_by=p["asked_by"], title=t
    ),
    "migrated": lambda t, p: tr(
        "由第 {before} 版流程迁移到第 {after} 版：{reason}",
        before=p["before"],
        after=p["after"],
        reason=p["reason"],
    ),
    "migration_undone": lambda t, p: tr(
        "撤销迁移，回到第 {after} 版流程：{reason}", after=p["after"], reason=p["reason"]
    ),
    "drawn": lambda t, p: tr(
        "{title}：{p}（{reason}）",
        title=t,
        p=tr("需要入户") if p["visit"] else tr("不需入户"),
        reason=p["reason"],
    ),
    "attached": lambda t, p: tr("上传附件“{title}”", title=t),
    "incident_retried": lambda t, p: tr("重新处理异常：{title}", title=t),
    "closed": lambda t, p: tr("办结，结果：{title}", title=t),
    "rows_noted": lambda t, p: tr("登记办件各项内容的现状"),
}
