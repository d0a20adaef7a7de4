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

_WARNINGS = {
    ClockColour.YELLOW: "进入黄色预警", ClockColour.RED: "进入红色预警", ClockColour.OVERDUE: "已经超期",
}  # fmt: skip


def sentence(event: CaseEvent, words: choice_words.Words) -> str:
    """Return an event as one sentence; `words` are the labels of the case's process."""
    if event.kind == "decided":
        return _decided(event.title, event.payload, words)
    template = _SENTENCES.get(event.kind)
    return f"{event.title}（{event.kind}）" if template is None else template(event.title, event.payload)


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
SYSTEM = "系统"


def who(event: CaseEvent) -> str:
    """Return who did it: the person, or the system for automatic consequences."""
    by_itself = event.kind in _BY_ITSELF and not event.payload.get("asked")
    return SYSTEM if by_itself else event.actor


def _day(value: Any) -> str:
    return in_chinese(value) if isinstance(value, date) else str(value)


def _decided(title: str, payload: Mapping[str, Any], words: choice_words.Words) -> str:
    if "table" in payload:
        rows = "、".join(str(r) for r in payload.get("rows", []))
        inputs = "，".join(f"{name}：{label}" for name, label in choice_words.read(payload, words))
        return f"{title}：决策表“{payload['name']}”第 {rows} 行（{inputs}）"
    return f"{title}：计算表“{payload['name']}”共 {len(payload.get('lines', []))} 行"


def _mode(value: str) -> str:
    """A mode of countersigning within a sentence that says 会签 already."""
    return CosignMode(value).title.removesuffix("会签")


def _in_name(payload: Mapping[str, Any]) -> str:
    return in_name_of("", payload.get("acting_for"))


_SENTENCES: dict[str, Callable[[str, Mapping[str, Any]], str]] = {
    "opened": lambda t, p: f"提出{t}申请，办件编号 {p['number']}",
    "completed": lambda t, p: f"办结“{t}”{_in_name(p)}",
    "household_moved": lambda t, p: f"办件随家庭迁移：{t}",
    "claimed": lambda t, p: f"签收“{t}”{_in_name(p)}",
    "released": lambda t, p: f"取消签收“{t}”",
    "transferred": lambda t, p: f"将“{t}”转给{p['to']}办理：{p['reason']}",
    "returned": lambda t, p: f"退回到“{t}”：{p['reason']}",
    "deviated": lambda t, p: (
        f"“{t}”与测算结果不一致：测算{p['computed']}，{p['decided']}；理由：{p['reason']}"
    ),
    "exempted": lambda t, p: f"财产豁免：{t}",
    "recomputed": lambda t, p: f"重新测算：{p['reason']}",
    "withdrawn": lambda t, p: f"因退回撤销“{t}”",
    "cancelled": lambda t, p: f"终止办理：{t}",
    "delegated": lambda t, p: f"将“{t}”委派给{p['to']}办理：{p['reason']}",
    "handed_back": lambda t, p: f"将“{t}”交回{p['to']}{'：' + p['note'] if p['note'] else ''}",
    "recalled": lambda t, p: f"收回委派的“{t}”",
    "given_back": lambda t, p: (
        f"{p['before']}不再办理，“{t}”交回{p['to']}：{p['reason']}"
        if p["to"]
        else f"{p['before']}不再办理，“{t}”退回待签收：{p['reason']}"
    ),
    "taken_over": lambda t, p: f"接管{p['before']}的“{t}”：{p['reason']}",
    "taken_back": lambda t, p: f"取回“{t}”",
    "item_urged": lambda t, p: f"催办“{t}”（第 {p['count']} 次）{'：' + p['word'] if p['word'] else ''}",
    "batch_undone": lambda t, p: f"撤销对“{t}”的批量操作",
    "carried_over": lambda t, p: f"直接送回：“{t}”沿用{p['by']}原办理结果",
    "cosign_asked": lambda t, p: f"就“{t}”请{'、'.join(p['names'])}会签（{_mode(p['mode'])}）",
    "cosigner_removed": lambda t, p: f"“{t}”减去会签人{p['name']}",
    "cosigned": lambda t, p: (
        f"{p['name']}会签“{t}”：{ParticipantKind.COSIGN.answer_title(p['verdict'])}{'，' + p['said'] if p['said'] else ''}"
    ),
    "cosign_passed": lambda t, p: f"“{t}”会签通过",
    "cosign_failed": lambda t, p: f"“{t}”会签未通过{'：' + p['said'] if p['said'] else ''}",
    "held_dropped": lambda t, p: f"“{t}”会签已通过，未按原提交办结：{p['said']}",
    "second_confirmed": lambda t, p: f"{p['name']}确认共同办理了“{t}”",
    "second_objected": lambda t, p: f"{p['name']}对“{t}”提出异议：{p['said']}",
    "asked": lambda t, p: f"就“{t}”与{p['to']}沟通：{p['question']}",
    "answered": lambda t, p: f"{p['name']}答复“{t}”：{p['said']}",
    "copied": lambda t, p: f"将“{t}”抄送{'、'.join(p['names'])}",
    "clock_started": lambda t, p: f"“{t}”开始计算，截止 {_day(p['due_on'])}",
    "clock_suspended": lambda t, p: f"“{t}”中止计时：{p['reason']}",
    "clock_resumed": lambda t, p: f"“{t}”恢复计时，截止 {_day(p['due_on'])}",
    "clock_extended": lambda t, p: f"“{t}”延长 {p['days']} 个工作日，截止 {_day(p['due_on'])}：{p['reason']}",
    "clock_counted_anew": lambda t, p: (
        f"“{t}”按放假安排重新计算，截止 {_day(p['before'])} 改为 {_day(p['due_on'])}"
    ),
    "clock_warned": lambda t, p: f"“{t}”{_WARNINGS[p['colour']]}，截止 {_day(p['due_on'])}",
    "paper_issued": lambda t, p: f"出具《{t}》{p['number']}",
    "paper_remade": lambda t, p: f"重新生成《{t}》{p['number']}的存档文件",
    "paper_withdrawn": lambda t, p: f"撤销《{t}》{p['number']}：{p['reason']}",
    "paper_returned": lambda t, p: f"《{t}》{p['number']}的签字件已收回归档",
    "page_replaced": lambda t, p: f"替换《{t}》{p['number']}签字件第 {p['page']} 页：{p['reason']}",
    "paper_signed": lambda t, p: f"在《{t}》{p['number']}上电子签名",
    "paper_sealed": lambda t, p: f"在《{t}》{p['number']}上加盖电子印章",
    "exported": lambda t, p: "导出办件档案",
    "handwritten": lambda t, p: f"{p['signer']}在“{t}”时手写签名",
    "state_printed": lambda t, p: f"打印《{t}》（未办结）",
    "award_granted": lambda t, p: f"给予救助待遇，每月 {p['monthly']} 元，自 {p['from_month']} 起",
    "award_withdrawn": lambda t, p: "因退回撤回救助待遇",
    "case_opened": lambda t, p: f"发起{t}{'（' + p['to'] + '）' if p['to'] else ''}，办件编号 {p['number']}",
    "split_flagged": lambda t, p: "近期已有救助，合计超过乡镇审批额度，疑似拆分，转县级决定",
    "advance_barred": lambda t, p: f"有逾期未补手续的办件（{p['cases']}），备用金暂不支付，转县级处理",
    "same_event_flagged": lambda t, p: f"查重：可能与办件 {'、'.join(p['cases'])} 为同一事件，由县级决定",
    "payment_stopped": lambda t, p: f"没有发放：{t}",
    "relief_refunded": lambda t, p: f"救助对象退回 {p['amount']:.2f} 元，备用金台账第 {p['serial']} 号",
    "refund_reversed": lambda t, p: f"冲销退回记录 {p['amount']:.2f} 元，备用金台账第 {p['serial']} 号",
    "award_stopped": lambda t, p: f"{t}：发放到 {p['until']} 为止（{p['by_case']}），{p['reason']}",
    "call_attached": lambda t, p: f"来电人是{t}家庭，转入家庭档案 {p['number']}",
    "case_joined": lambda t, p: f"已有{t}办件 {p['number']}，不再另行发起",
    "advance_refused": lambda t, p: f"备用金未能支付：{t}",
    "advance_paid": lambda t, p: f"备用金先行支付 {p['amount']} 元（台账第 {p['serial']} 号）",
    "advance_settled": lambda t, p: f"备用金核销 {p['amount']} 元（台账第 {p['serial']} 号）",
    "relief_granted": lambda t, p: f"给予临时救助 {p['amount']} 元，银行发放",
    "relief_withdrawn": lambda t, p: "因退回撤回救助金",
    "urged": lambda t, p: f"已催办{t}",
    "offer_taken": lambda t, p: f"与“{t}”对接帮扶",
    "suspended": lambda t, p: f"中止办理：{t}",
    "resumed": lambda t, p: f"恢复办理：{t}",
    "ended_early": lambda t, p: f"终止办理：{t}",
    "moved": lambda t, p: f"移动办理位置到“{t}”：{p['reason']}",
    "move_asked": lambda t, p: f"提出移动办理位置到“{t}”，待另一人确认：{p['reason']}",
    "move_refused": lambda t, p: f"没有移动办理位置到“{t}”：{p['reason']}",
    "move_confirmed": lambda t, p: f"确认{p['asked_by']}提出的移动办理位置到“{t}”",
    "migrated": lambda t, p: f"由第 {p['before']} 版流程迁移到第 {p['after']} 版：{p['reason']}",
    "migration_undone": lambda t, p: f"撤销迁移，回到第 {p['after']} 版流程：{p['reason']}",
    "drawn": lambda t, p: f"{t}：{'需要入户' if p['visit'] else '不需入户'}（{p['reason']}）",
    "attached": lambda t, p: f"上传附件“{t}”",
    "incident_retried": lambda t, p: f"重新处理异常：{t}",
    "closed": lambda t, p: f"办结，结果：{t}",
    "rows_noted": lambda t, p: "登记办件各项内容的现状",
}
