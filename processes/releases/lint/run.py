"""Runs all rules over programme folders or single files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from processes.engine.diagrams import Diagram, Node
from processes.errors import TomlInvalid, YimenError
from processes.policy.parameters import parse_policy
from processes.policy.toml_text import read_toml
from processes.releases import bundle as bundles
from processes.releases.bundle import COMMON, Bundle
from processes.releases.lint import decisions, diagrams, duties, effects, form_rules, index, verdicts, words
from processes.releases.lint.problems import Office, Problem
from processes.texts import tr

_XML = (".bpmn", ".dmn")


def lint_paths(paths: list[Path], office: Office) -> list[Problem]:
    """Return problems of programme folders, of folders that contain some, and of single content files."""
    problems: list[Problem] = []
    for path in paths:
        for folder, only in _targets(path):
            problems += [
                p for p in lint_folder(folder, office, found_in=path) if only is None or Path(p.file) == only
            ]
    return problems


def lint_folder(folder: Path, office: Office, found_in: Path | None = None) -> list[Problem]:
    """Return problems of one programme folder with its shared files."""
    try:
        bundle = bundles.read_folder(folder)
        problems = list(_check(bundle, office))
    except YimenError as fault:
        return [Problem(str(found_in or folder), "", "folder_unreadable", fault.message)]
    problems += list(_neighbours(folder, bundle))
    return [Problem(_where(folder, p.file), p.element, p.rule, p.message) for p in problems]


def _neighbours(folder: Path, bundle: Bundle) -> Iterator[Problem]:
    """The folder's name must be the programme's id, and no other programme may have its code."""
    if bundle.id != folder.name:
        yield Problem(
            "programme.toml",
            bundle.id,
            "id_unlike_folder",
            tr("项目标识“{id}”应与文件夹名“{name}”相同", id=bundle.id, name=folder.name),
        )
    for other in sorted(folder.parent.glob("*/programme.toml")):
        if other.parent == folder:
            continue
        try:
            code = read_toml(other.read_bytes()).get("code")
        except (OSError, TomlInvalid):
            continue  # reported by its own lint
        if code == bundle.programme.get("code"):
            yield Problem(
                "programme.toml",
                bundle.id,
                "code_twice",
                tr("项目代码“{code}”与 {name} 相同", code=code, name=other.parent.name),
            )


def lint_bundle(bundle: Bundle, office: Office, only: str = "") -> list[Problem]:
    """Return problems of a bundle in memory, or of one of its files (for an editor)."""
    try:
        if only:
            return list(_file(only, bundle.files[only], bundle, office))
        return list(_check(bundle, office))
    except YimenError as fault:
        return [Problem(only, "", "folder_unreadable", fault.message)]


def _where(folder: Path, name: str) -> str:
    base = folder.parent if name.startswith(f"{COMMON}/") else folder
    return str(base / name)


def _targets(path: Path) -> Iterator[tuple[Path, Path | None]]:
    if path.is_dir() and (path / "programme.toml").is_file():
        yield path, None
    elif path.is_dir():
        inner = sorted(p.parent for p in path.glob("*/programme.toml"))
        if not inner:
            yield path, None
        for folder in inner:
            yield folder, None
    else:
        holder = next((p for p in path.parents if (p / "programme.toml").is_file()), path.parent)
        yield holder, path


def _check(bundle: Bundle, office: Office) -> Iterator[Problem]:
    used = index.used_diagrams(bundle)
    for name, raw in sorted(bundle.files.items()):
        if name.endswith(".bpmn") and name not in used:
            continue  # a shared file that this programme does not use
        yield from _file(name, raw, bundle, office)
    yield from _screenings(bundle)
    yield from duties.check(bundle, used)
    yield from _outcomes(bundle, used)
    yield from verdicts.check(bundle)
    yield from effects.check(bundle, office, used)
    yield from diagrams.executable(bundle)


def _file(name: str, raw: bytes, bundle: Bundle, office: Office) -> Iterator[Problem]:
    """Problems of one file, by its kind."""
    if name.endswith(_XML) and not _is_utf8(raw):
        yield Problem(
            name,
            "",
            "file_not_utf8",
            tr("文件不是 UTF-8 编码，请在原软件中另存为 UTF-8，或在流程工作室中重新导入"),
        )
    if name.endswith(".bpmn"):
        yield from diagrams.check(name, raw, bundle, office)
    elif name.endswith(".dmn"):
        yield from decisions.check_table(name, raw, bundle.policy)
    elif name.endswith(".sheet.toml"):
        yield from decisions.check_sheet(name, raw, bundle.policy)
    elif name.endswith(".form"):
        yield from form_rules.check(name, raw, bundle)
    elif name.endswith("programme.toml"):
        yield from _programme(bundle)
    elif name.endswith("documents.toml"):
        yield from _papers(bundle)
    elif name.endswith("policy.toml"):
        yield from _parameters(name, raw)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _parameters(name: str, raw: bytes) -> Iterator[Problem]:
    try:
        parse_policy(raw.decode())
    except (YimenError, UnicodeDecodeError) as fault:
        message = fault.message if isinstance(fault, YimenError) else tr("不是 UTF-8 文本")
        yield Problem(name, "", "parameters_invalid", message)
        return
    yield from decisions.shape_of(name, raw, "policy")


def _programme(bundle: Bundle) -> Iterator[Problem]:
    name = "programme.toml"
    for start in bundle.starts.values():
        if bundle.form(start.form) is None:
            yield Problem(name, start.process, "unknown_form", tr("申请表单“{form}”不存在", form=start.form))
    for clock in bundle.clocks.values():
        for parameter in filter(None, (clock.budget, clock.extension)):
            if parameter not in bundle.policy:
                yield Problem(
                    name,
                    clock.name,
                    "unknown_parameter",
                    tr("时限“{title}”的参数“{parameter}”没有登记", title=clock.title, parameter=parameter),
                )


def _outcomes(bundle: Bundle, used: set[str]) -> Iterator[Problem]:
    """Every end of a case needs an outcome with a title."""
    for name in sorted(used):
        found = index.of_file(name, bundle.files[name])
        for diagram in found.diagrams:
            if diagram.process not in bundle.starts:
                continue
            for node in _endings(diagram):
                if node.id not in bundle.outcomes:
                    yield Problem(
                        name, node.id, "end_without_outcome",
                        tr("结束事件“{id}”没有在 programme.toml 的 [outcomes] 中写明办理结果", id=node.name or node.id),
                    )  # fmt: skip


def _endings(diagram: Diagram) -> Iterator[Node]:
    """End events of the case itself; a branch started by a boundary event ends without an outcome."""
    seen: set[str] = set()
    waiting = [n.id for n in diagram.nodes.values() if n.kind == "startEvent"]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in diagram.nodes:
            continue
        seen.add(name)
        node = diagram.nodes[name]
        if node.kind == "endEvent" and not node.other_events:
            yield node
        beside = {n.id for n in diagram.nodes.values() if n.attached_to == name and not n.interrupts}
        waiting += set(diagram.successors(name)) - beside


def _screenings(bundle: Bundle) -> Iterator[Problem]:
    for screening in bundle.screenings:
        for decision in (screening.table, *screening.sheets):
            if not index.has_decision(bundle, decision):
                yield Problem(
                    "programme.toml", screening.table, "unknown_decision",
                    tr("筛查“{title}”引用的决策“{decision}”不存在", title=screening.title, decision=decision),
                )  # fmt: skip


def _papers(bundle: Bundle) -> Iterator[Problem]:
    name = "documents.toml"
    for paper in bundle.papers.values():
        if bundle.template(paper.template) is None:
            yield Problem(
                name,
                paper.id,
                "unknown_template",
                tr("文书“{title}”的模板“{template}”不存在", title=paper.title, template=paper.template),
            )
        for step in (*paper.opinions, *((paper.after,) if paper.after else ())):
            if not index.has_step(bundle, step):
                yield Problem(
                    name,
                    paper.id,
                    "unknown_step",
                    tr("文书“{title}”用到的环节“{step}”不在流程图中", title=paper.title, step=step),
                )
        for source in paper.fields.values():
            yield from words.check(name, paper.id, source, bundle.policy)
