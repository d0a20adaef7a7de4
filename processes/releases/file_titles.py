"""Chinese titles of the files of a programme, so that nobody has to read file names."""

from __future__ import annotations

import re

from processes.errors import TomlInvalid
from processes.policy.toml_text import read_toml
from processes.releases import cell_words
from processes.releases.bundle import Bundle
from processes.texts import tr

KINDS = {
    ".bpmn": tr("流程图"), ".dmn": tr("决策表"), ".form": tr("表单"), ".sheet.toml": tr("计算表"), ".toml": tr("参数和设置"),
    ".yaml": tr("情景"), ".html": tr("文书模板"), ".css": tr("文书样式"), ".md": tr("修改记录"),
}  # fmt: skip
_FIXED = {
    "policy.toml": tr("政策参数"), "programme.toml": tr("项目设置"), "documents.toml": tr("文书登记"), "CHANGES.md": tr("修改记录"),
    "paper.css": tr("文书版式"), "form.html": tr("表格类文书底版"), "letter.html": tr("公函类文书底版"),
    "archive_catalogue.html": tr("档案目录"), "draw_sheet.html": tr("抽取记录"), "fund_statement.html": tr("备用金对账单"),
    "payment_list.html": tr("发放清册"), "print_list.html": tr("打印清单"), "checks.html": tr("审核确认表的核对、调查、公示结果"),
    "checked.html": tr("核验二维码"), "decision_card.html": tr("测算结论"), "notice_period.html": tr("公示期和异议方式"),
    "reach.html": tr("单位联系方式"), "remedy.html": tr("救济途径"), "signed.html": tr("落款"),
}  # fmt: skip
_NAME = re.compile(r'<(?:\w+:)?(?:process|decision)\b[^>]*?\bname="([^"]+)"')
_SCENARIO = re.compile(r"^scenario:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)
_HEADING = re.compile(r"<h1[^>]*>\s*([^<{]+?)\s*</h1>")
_COMMENT = re.compile(r"^\s*(?:\{#|<!--)\s*(.+?)\s*(?:#\}|-->)", re.DOTALL)


def by_kind(bundle: Bundle) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return title and name of the files by kind, the programme's own before shared ones."""
    files_by_kind: dict[str, list[tuple[str, str]]] = {title: [] for title in KINDS.values()}
    forms, templates = cell_words.form_titles(bundle), {p.template: p.title for p in bundle.papers.values()}
    for name in sorted(bundle.files, key=lambda n: (n.startswith("common/"), n)):
        kind = next((t for suffix, t in KINDS.items() if name.endswith(suffix)), None)
        if kind is not None:
            files_by_kind[kind].append((_title(bundle, name, forms, templates), name))
    return [(kind, files) for kind, files in files_by_kind.items() if files]


def title(bundle: Bundle, name: str) -> str:
    """Return the title of one file."""
    return _title(
        bundle, name, cell_words.form_titles(bundle), {p.template: p.title for p in bundle.papers.values()}
    )


def _title(bundle: Bundle, name: str, forms: dict[str, str], templates: dict[str, str]) -> str:
    base = name.rsplit("/", 1)[-1]
    shared = tr("（共用）") if name.startswith("common/") else ""
    stem = base.rsplit(".", 1)[0]
    text = bundle.files[name].decode(errors="replace")
    if base in _FIXED:
        return _FIXED[base] + shared
    if base.endswith(".form"):
        return forms.get(stem, stem) + shared
    if base.endswith(".sheet.toml"):
        return _of_sheet(text) or stem
    if base.endswith(".html"):
        return (templates.get(base) or _own(text) or _part(bundle, base, templates) or stem)[:40] + shared
    pattern = _SCENARIO if base.endswith(".yaml") else _NAME
    return (_first(pattern, text) or stem) + shared


def _own(text: str) -> str:
    return _first(_HEADING, text) or _first(_COMMENT, text)


def _part(bundle: Bundle, base: str, templates: dict[str, str]) -> str:
    """A partial template is titled after the paper that includes it."""
    for name, content in bundle.files.items():
        if name.endswith(".html") and f'"{base}"'.encode() in content:
            inside = name.rsplit("/", 1)[-1]
            paper_title = templates.get(inside) or _own(content.decode(errors="replace"))
            if paper_title:
                return tr(
                    "{paper_title}的一部分（{rsplit}）",
                    paper_title=paper_title,
                    rsplit=base.rsplit(".", 1)[0],
                )
    return ""


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1].strip() if match else ""


def _of_sheet(text: str) -> str:
    try:
        return str(read_toml(text).get("title", ""))
    except TomlInvalid:
        return ""
