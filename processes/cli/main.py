"""The command line: lint, scenarios, coverage, publishing, audit, set-up, worker."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from processes.cli import audit, backup, content, founding
from processes.cli.language import echo
from processes.cli.usage import Commands
from processes.compound import explaining, rekeying, row_backlog
from processes.demo import filling
from processes.errors import OfficeMissing, YimenError
from processes.migrations import schema
from processes.opening import checked_office, open_office
from processes.papers import signing
from processes.parameters import book
from processes.policy.parameters import shown
from processes.rehearsal import coverage, publishing, reports
from processes.releases import lint
from processes.settings import OWNER_ONLY, from_environment
from processes.storage import certificate, keyring
from processes.texts import tr
from processes.verbs.registry import office_for_lint
from processes.worker import loop

PATHS = click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
AS_JSON = click.option("--json", "as_json", is_flag=True, help=tr("以 JSON 输出。"))


@click.group(cls=Commands)
def main() -> None:
    """一门：社会救助办件系统。"""
    os.umask(OWNER_ONLY)


@main.command("lint")
@PATHS
@AS_JSON
def lint_command(paths: tuple[Path, ...], as_json: bool) -> None:
    """检查流程内容，指出问题和位置；有问题时退出码为 1。"""
    problems = lint.lint_paths(list(paths), office_for_lint())
    if as_json:
        _print_json({"problems": [asdict(p) for p in problems]})
    else:
        for p in problems:
            echo(
                tr(
                    "{file}：{element}：{message}［{rule}］",
                    file=p.file,
                    element=p.element or tr("（全文）"),
                    message=p.message,
                    rule=p.rule,
                )
            )
        echo(tr("共 {problems} 处问题。", problems=len(problems)) if problems else tr("没有发现问题。"))
    sys.exit(1 if problems else 0)


@main.command("scenario")
@PATHS
@AS_JSON
def scenario_command(paths: tuple[Path, ...], as_json: bool) -> None:
    """演练情景：真实的引擎、数据库和日历，移动时间；有不符时退出码为 1。"""
    try:
        results = reports.run(list(paths), from_environment())
    except YimenError as fault:
        raise click.ClickException(fault.message) from fault
    failed = sum(not r.passed for r in results)
    if as_json:
        _print_json(
            {"passed": len(results) - failed, "failed": failed, "results": [r.as_json() for r in results]}
        )
    else:
        for r in results:
            echo(
                tr("{passed}　{scenario}", passed=tr("通过") if r.passed else tr("不符"), scenario=r.scenario)
            )
            for difference in r.differences:
                echo(f"　　　{difference}")
        echo(tr("通过 {failed}，不符 {failed2}。", failed=len(results) - failed, failed2=failed))
    sys.exit(1 if failed or not results else 0)


@main.command("coverage")
@AS_JSON
def coverage_command(as_json: bool) -> None:
    """演练全部情景，列出各条款由几个情景办到（引用不算）和没有走到的连线；有连线没有走到时退出码为 1。"""
    settings = from_environment()
    found = coverage.cover(settings.content, settings)
    if as_json:
        _print_json({k: found[k] for k in ("clauses", "uncovered_flows")})
    else:
        for clause, count in found["clauses"].items():
            echo(
                tr("{clause}　{count} 个情景", clause=clause, count=count)
                if count
                else tr("{clause}　没有情景办到", clause=clause)
            )
        for file, flows in found["uncovered_flows"].items():
            echo(tr("{file}：没有走到 {flows}", file=file, flows=tr("、").join(flows)))
        for title in found["failed"]:
            echo(tr("不符　{title}", title=title))
    sys.exit(1 if found["uncovered_flows"] or found["failed"] else 0)


@main.command("publish")
@click.argument("programme")
@click.option("--note", default="", help=tr("发布说明。"))
def publish_command(programme: str, note: str) -> None:
    """检查、演练并发布一个救助项目。"""
    try:
        release = publishing.publish_programme(open_office(), programme, note, office_for_lint())
    except YimenError as fault:
        raise click.ClickException(fault.message) from fault
    echo(
        tr(
            "{programme} 第 {number} 版（{digest}）",
            programme=release.programme,
            number=release.number,
            digest=release.digest[:12],
        )
    )


@main.command("parameters")
@AS_JSON
def parameters_command(as_json: bool) -> None:
    """列出参数簿：现行取值、生效日期、适用地区、依据、由谁确认。"""
    with open_office().database.reading("") as session:
        rows = sorted(book.rows_in_force(session), key=lambda r: (r.name, r.division, r.since))
    if as_json:
        shown_rows = [
            {
                "name": r.name, "value": r.value, "from": r.since.isoformat(), "division": r.division,
                "source": r.source, "confirmed": r.is_confirmed, "confirmed_by": r.confirmed_by,
            }
            for r in rows
        ]  # fmt: skip
        _print_json({"parameters": shown_rows})
        return
    for r in rows:
        state = tr("{confirmed_by}确认", confirmed_by=r.confirmed_by) if r.is_confirmed else tr("未确认")
        place = r.division or tr("全县")
        echo(
            tr(
                "{name}　{scalar}　自 {since} 起　{place}　{source}　{state}",
                name=r.name,
                scalar=shown(r.scalar),
                since=r.since,
                place=place,
                source=r.source,
                state=state,
            )
        )


@main.group("keys")
def keys_group() -> None:
    """密钥。"""


@keys_group.command("rotate")
@click.argument("kind", type=click.Choice(list(keyring.KINDS)))
def keys_rotate(kind: str) -> None:
    """更换密钥，不停机；中断后再次执行即从中断处继续。"""
    office = open_office()
    try:
        retired = rekeying.rotate(
            office,
            kind,
            lambda title, n: echo(tr("{title}：{n} 处已换", title=title, n=n)) if n else None,
        )
    except YimenError as fault:
        raise click.ClickException(fault.message) from fault
    title = rekeying.TITLES[kind]
    if retired is None:
        echo(tr("{title}已更换完毕，可以从环境变量中去掉旧密钥。", title=title))
    else:
        echo(
            tr(
                "{title}已更换。旧密钥在 {retired}，恢复此前的备份时需要；不再需要时请销毁。",
                title=title,
                retired=retired,
            )
        )
    if kind == keyring.SESSION:
        echo(tr("重启网页服务后生效，届时所有人需重新登录。"))


@main.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify_command(file: Path) -> None:
    """核验一个 PDF 文件：是否为原件，由谁签名，其后有无改动。"""
    office = open_office()
    own = certificate.open_certificate(
        office.settings.keys, office.settings.office_name, office.database.clock()
    )
    content = file.read_bytes()
    seen = signing.check(content, own)
    with office.database.reading("") as session:
        paper = signing.known(session, content)
    echo(
        tr("不是本系统出具的原件")
        if paper is None
        else tr("与《{title}》{number} 逐字节一致", title=paper.title, number=paper.number)
    )
    if seen is None:
        echo(tr("文件不能读取，可能已经损坏，签名无法核对"))
    for one in seen or ():
        held = (
            tr("内容没有改动")
            if one.whole
            else tr("内容已被改动")
            if not one.intact
            else tr("其后增加了别的内容")
        )
        kind = tr("；自制证书，不是法律意义上的电子签章") if one.self_made else ""
        stamped = tr("；时间戳 {stamped}", stamped=one.stamped) if one.stamped else ""
        own_one = "" if one.trusted else tr("；证书不是本单位登记的证书，不能证明由该人或该单位签名")
        says = (
            tr("{name}（{role}）", name=one.name, role=one.role)
            if one.trusted
            else tr("签名自称“{name}”（{role}）", name=one.name, role=one.role)
        )
        echo(
            tr(
                "{says}，证书持有人 {subject}，{at}：{held}{stamped}{kind}{own_one}",
                says=says,
                subject=one.subject,
                at=one.at,
                held=held,
                stamped=stamped,
                kind=kind,
                own_one=own_one,
            )
        )
    if paper is None or seen is None or not all(one.whole and one.trusted for one in seen):
        raise SystemExit(1)


@main.command("explain")
@click.argument("number")
@AS_JSON
def explain_command(number: str, as_json: bool) -> None:
    """逐行说明一个办件的测算，并按其自己的流程版本复算；结果与留存的不一致时退出码为 1。"""
    found = explaining.explain(open_office(), number)
    if as_json:
        _print_json(found.as_json())
    else:
        for line in found.as_text():
            echo(line)
    sys.exit(0 if found.rerun.same else 1)


@main.command("setup")
@click.option(
    "--demo",
    "with_demo",
    is_flag=True,
    help=tr("建立演示县（虚构数据，账号密码公开），不能与正式单位同在一个数据目录。"),
)
def setup_command(with_demo: bool) -> None:
    """建立或升级数据库，发布安装目录中有变化的流程；不会建立演示账号，除非指定 --demo。"""
    office = open_office(unchecked=True)
    schema.upgrade(office.database.engine)
    if with_demo:
        filling.found_county(office)
    try:
        office = checked_office(office)
    except OfficeMissing as missing:
        echo(missing.message)  # installed but not founded: nothing to publish for
        return
    row_backlog.note_every_row(office)
    settings = office.settings
    certificate.open_certificate(settings.keys, settings.office_name, office.database.clock())
    if with_demo:
        filling.found(office, office_for_lint(), click.echo)
        return
    publishing.publish_content(office, tr("安装目录更新"), office_for_lint(), click.echo)


@main.command("worker")
def worker_command() -> None:
    """后台任务：生成文书，触发到期事项。"""
    loop.work(open_office())


def _print_json(value: Any) -> None:
    echo(json.dumps(value, ensure_ascii=False, indent=1))


founding.register(main)
audit.register(main)
backup.register(main)
content.register(main)
