"""The fields that a template may read, with their meaning, for authors of templates."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from documents.sandbox import FILTERS
from processes.papers.contracts import CONTRACTS
from processes.releases import forms
from processes.releases.bundle import Bundle, PaperRule

TITLES = {
    "header": "文头", "office": "单位名称", "title": "名称", "number": "编号、文号", "issued_on": "出具日期",
    "case_number": "办件编号", "code": "验证码", "place": "地名", "decided": "是否已办结", "phone": "电话", "address": "地址",
    "review_body": "复议机关", "court": "人民法院", "recipient": "收件人", "decision": "决定", "applicant": "申请人",
    "village": "村（居）", "persons": "人数", "opinion": "意见", "category": "家庭类别", "members": "家庭成员",
    "properties": "财产", "computation": "测算各行", "opinions": "各环节意见", "superseded": "已被取代的意见",
    "handwriting": "手写签名", "step": "环节", "role": "岗位", "text": "意见内容", "by": "办理人", "on": "日期",
    "duty": "签字身份", "value": "结果", "unit": "单位", "article": "依据", "name": "姓名", "relation": "与户主关系",
    "sex": "性别", "age": "年龄", "id_number": "证件号码", "condition": "健康状况", "work_ability": "劳动能力",
    "income": "收入", "signer": "签名人", "task": "环节编码", "picture": "签名图片", "sentence": "规则说明", "who": "对象",
    "what": "事项", "when": "时间", "state": "状态", "computed": "测算", "reason": "理由", "grants": "是否符合",
    "amount": "金额", "arithmetic": "算式", "standard": "标准", "covered": "保障人数", "level": "审批权限",
    "failed": "不符合的规则", "earlier": "以往待遇", "objections": "异议", "deviations": "偏离测算", "unconfirmed": "未确认参数",
    "exemptions": "财产豁免", "fields": "本文书的数据", "answers": "各环节填写内容",
}  # fmt: skip
"""The meaning of every attribute of a contract."""
_OPEN = ("fields", "answers")
"""Fields whose names come from the programme, not from the contract."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field for templates: how it is written, and its meaning."""

    written: str
    title: str
    source: str = ""
    """The expression that fills a named value of the paper; for a filter, its result."""


def of_template(bundle: Bundle, template: str) -> list[Field]:
    """Return every field for the papers made from a template; for a shared one, of the first of them."""
    rule = next((p for p in bundle.papers.values() if p.template == template), None)
    if rule is None:
        return []
    return [*_of_contract(CONTRACTS[rule.contract]), *_own(rule), *_answers(bundle)]


def filters() -> list[Field]:
    """Return the filters for values, by name."""
    return [
        Field(f"{{{{ … | {name} }}}}", title, description) for name, (title, description) in FILTERS.items()
    ]


def of_contract(contract: str) -> list[Field]:
    """Return every field of a contract by name: `letter`, `notice`, `opinion_form`."""
    return list(_of_contract(CONTRACTS[contract]))


def _of_contract(kind: type, before: str = "", above: str = "") -> Iterator[Field]:
    hints = typing.get_type_hints(kind)
    for one in dataclasses.fields(kind):
        if one.name in _OPEN:
            continue
        title = f"{above}{TITLES[one.name]}"
        inner, is_list = _inner(hints[one.name])
        if inner is None:
            yield Field(f"{{{{ {before}{one.name} }}}}", title)
        elif is_list:
            yield Field(f"{{% for x in {before}{one.name} %}} … {{% endfor %}}", f"{title}，逐项")
            yield from _of_contract(inner, "x.", f"{title}·")
        else:
            yield from _of_contract(inner, f"{before}{one.name}.", f"{title}·")


def _inner(hint: Any) -> tuple[type | None, bool]:
    """The contract in an attribute, if any, and whether it is a list of them."""
    arguments = typing.get_args(hint)
    found = next((a for a in (hint, *arguments) if dataclasses.is_dataclass(a)), None)
    return (found if isinstance(found, type) else None), typing.get_origin(hint) is list


def _own(rule: PaperRule) -> Iterator[Field]:
    for name, source in rule.fields.items():
        yield Field(f"{{{{ fields.{name} }}}}", TITLES["fields"], source)


def _answers(bundle: Bundle) -> Iterator[Field]:
    """Form fields of the application and of every step, by label."""
    seen: set[str] = set()
    for start in bundle.starts.values():
        yield from _of_form(bundle, "application", "申请", start.form, seen)
        for diagram in bundle.definition(start.process).diagrams.values():
            for node in diagram.nodes.values():
                yield from _of_form(bundle, node.id, node.name, node.properties.get("form", ""), seen)


def _of_form(bundle: Bundle, step: str, title: str, form: str, seen: set[str]) -> Iterator[Field]:
    for field in forms.fields_of(bundle.form(form) or {}) if form else ():
        written = f"{{{{ answers.{step}.{field['key']} }}}}"
        if written not in seen:
            seen.add(written)
            yield Field(written, f"{title}·{forms.label_of(field)}")
