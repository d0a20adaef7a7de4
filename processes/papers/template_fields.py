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
from processes.texts import tr

TITLES = {
    "header": tr("文头"), "office": tr("单位名称"), "title": tr("名称"), "number": tr("编号、文号"), "issued_on": tr("出具日期"),
    "case_number": tr("办件编号"), "code": tr("验证码"), "place": tr("地名"), "decided": tr("是否已办结"), "phone": tr("电话"), "address": tr("地址"),
    "review_body": tr("复议机关"), "court": tr("人民法院"), "recipient": tr("收件人"), "decision": tr("决定"), "applicant": tr("申请人"),
    "village": tr("村（居）"), "persons": tr("人数"), "opinion": tr("意见"), "category": tr("家庭类别"), "members": tr("家庭成员"),
    "properties": tr("财产"), "computation": tr("测算各行"), "opinions": tr("各环节意见"), "superseded": tr("已被取代的意见"),
    "handwriting": tr("手写签名"), "step": tr("环节"), "role": tr("岗位"), "text": tr("意见内容"), "by": tr("办理人"), "on": tr("日期"),
    "duty": tr("签字身份"), "value": tr("结果"), "unit": tr("单位"), "article": tr("依据"), "name": tr("姓名"), "relation": tr("与户主关系"),
    "sex": tr("性别"), "age": tr("年龄"), "id_number": tr("证件号码"), "condition": tr("健康状况"), "work_ability": tr("劳动能力"),
    "income": tr("收入"), "signer": tr("签名人"), "task": tr("环节编码"), "picture": tr("签名图片"), "sentence": tr("规则说明"), "who": tr("对象"),
    "what": tr("事项"), "when": tr("时间"), "state": tr("状态"), "computed": tr("测算"), "reason": tr("理由"), "grants": tr("是否符合"),
    "amount": tr("金额"), "arithmetic": tr("算式"), "standard": tr("标准"), "covered": tr("保障人数"), "level": tr("审批权限"),
    "failed": tr("不符合的规则"), "earlier": tr("以往待遇"), "objections": tr("异议"), "deviations": tr("偏离测算"), "unconfirmed": tr("未确认参数"),
    "exemptions": tr("财产豁免"), "fields": tr("本文书的数据"), "answers": tr("各环节填写内容"),
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
            yield Field(
                f"{{% for x in {before}{one.name} %}} … {{% endfor %}}", tr("{title}，逐项", title=title)
            )
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
        yield from _of_form(bundle, "application", tr("申请"), start.form, seen)
        for diagram in bundle.definition(start.process).diagrams.values():
            for node in diagram.nodes.values():
                yield from _of_form(bundle, node.id, node.name, node.properties.get("form", ""), seen)


def _of_form(bundle: Bundle, step: str, title: str, form: str, seen: set[str]) -> Iterator[Field]:
    for field in forms.fields_of(bundle.form(form) or {}) if form else ():
        written = f"{{{{ answers.{step}.{field['key']} }}}}"
        if written not in seen:
            seen.add(written)
            yield Field(written, f"{title}·{forms.label_of(field)}")
