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
from processes.verbs.registry import office_for_lint
from processes.worker import loop

PATHS = click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")


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
            click.echo(f"{p.file}：{p.element or '（全文）'}：{p.message}［{p.rule}］")
        click.echo(f"共 {len(problems)} 处问题。" if problems else "没有发现问题。")
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
            click.echo(f"{'通过' if r.passed else '不符'}　{r.scenario}")
            for difference in r.differences:
                click.echo(f"　　　{difference}")
        click.echo(f"通过 {len(results) - failed}，不符 {failed}。")
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
            click.echo(f"{clause}　{count} 个情景" if count else f"{clause}　没有情景办到")
        for file, flows in found["uncovered_flows"].items():
            click.echo(f"{file}：没有走到 {'、'.join(flows)}")
        for title in found["failed"]:
            click.echo(f"不符　{title}")
    sys.exit(1 if found["uncovered_flows"] or found["failed"] else 0)


@main.command("publish")
@click.argument("programme")
@click.option("--note", default="", help="发布说明。")
def publish_command(programme: str, note: str) -> None:
    """检查、演练并发布一个救助项目。"""
    try:
        release = publishing.publish_programme(open_office(), programme, note, office_for_lint())
    except YimenError as fault:
        raise click.ClickException(fault.message) from fault
    click.echo(f"{release.programme} 第 {release.number} 版（{release.digest[:12]}）")


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
        state = f"{r.confirmed_by}确认" if r.is_confirmed else "未确认"
        place = r.division or "全县"
        click.echo(f"{r.name}　{shown(r.scalar)}　自 {r.since} 起　{place}　{r.source}　{state}")


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
            office, kind, lambda title, n: click.echo(f"{title}：{n} 处已换") if n else None
        )
    except YimenError as fault:
        raise click.ClickException(fault.message) from fault
    title = rekeying.TITLES[kind]
    if retired is None:
        click.echo(f"{title}已更换完毕，可以从环境变量中去掉旧密钥。")
    else:
        click.echo(f"{title}已更换。旧密钥在 {retired}，恢复此前的备份时需要；不再需要时请销毁。")
    if kind == keyring.SESSION:
        click.echo("重启网页服务后生效，届时所有人需重新登录。")


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
    click.echo("不是本系统出具的原件" if paper is None else f"与《{paper.title}》{paper.number} 逐字节一致")
    if seen is None:
        click.echo("文件不能读取，可能已经损坏，签名无法核对")
    for one in seen or ():
        held = "内容没有改动" if one.whole else "内容已被改动" if not one.intact else "其后增加了别的内容"
        kind = "；自制证书，不是法律意义上的电子签章" if one.self_made else ""
        stamped = f"；时间戳 {one.stamped}" if one.stamped else ""
        own_one = "" if one.trusted else "；证书不是本单位登记的证书，不能证明由该人或该单位签名"
        says = f"{one.name}（{one.role}）" if one.trusted else f"签名自称“{one.name}”（{one.role}）"
        click.echo(f"{says}，证书持有人 {one.subject}，{one.at}：{held}{stamped}{kind}{own_one}")
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
            click.echo(line)
    sys.exit(0 if found.rerun.same else 1)


@main.command("setup")
@click.option(
    "--demo",
    "with_demo",
    is_flag=True,
    help="建立演示县（虚构数据，账号密码公开），不能与正式单位同在一个数据目录。",
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
        click.echo(missing.message)  # installed but not founded: nothing to publish for
        return
    row_backlog.note_every_row(office)
    settings = office.settings
    certificate.open_certificate(settings.keys, settings.office_name, office.database.clock())
    if with_demo:
        filling.found(office, office_for_lint(), click.echo)
        return
    publishing.publish_content(office, "安装目录更新", office_for_lint(), click.echo)


@main.command("worker")
def worker_command() -> None:
    """后台任务：生成文书，触发到期事项。"""
    loop.work(open_office())


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


founding.register(main)
audit.register(main)
backup.register(main)
content.register(main)
