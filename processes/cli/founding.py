"""Commands that found a real office and add its accounts: `yimen found`, `yimen division`, `yimen account`."""

from __future__ import annotations

from pathlib import Path

import click

from processes.access import division_file
from processes.access.permissions import ROLE_TITLES, Role
from processes.access.scope import system_actor
from processes.cli.language import Option, echo
from processes.migrations import schema
from processes.office.accounts import accounts
from processes.office.accounts.accounts import (
    AddAccount,
    AddAccountResult,
    ReissuePassword,
    ReissuePasswordResult,
)
from processes.office.accounts.second_factors import ResetFactors
from processes.office.system.founding import AddDivisions, CloseDemoAccounts, FoundOffice
from processes.opening import checked_office, demand_begun, open_office
from processes.rehearsal import publishing
from processes.storage import certificate
from processes.texts import tr
from processes.verbs.registry import office_for_lint

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_ROLES = tr("，").join(
    tr("{role} {title}", role=role, title=title)
    for role, title in ROLE_TITLES.items()
    if role is not Role.SYSTEM
)


def register(main: click.Group) -> None:
    """Add the commands to the program."""
    for command in (found_command, division_group, account_group):
        main.add_command(command)


@click.command("found")
@click.option(
    "--divisions",
    "file",
    required=True,
    type=_FILE,
    help=tr("行政区划：XLSX 或 CSV，含“代码”“名称”两列（县 6 位、乡镇 9 位、村 12 位）。"),
)
@click.option("--administrator", "name", required=True, help=tr("首任系统管理员姓名。"))
@click.option("--username", default="admin", show_default=True, help=tr("首任系统管理员用户名。"))
@click.option("--bureau", default="", help=tr("单位名称，默认为县名加“民政局”。"))
def found_command(file: Path, name: str, username: str, bureau: str) -> None:
    """建立正式单位：数据库、密钥、行政区划、流程、首任系统管理员。不含任何演示数据。"""
    places = _read(file)
    accounts.demand_names(
        username, name.strip()
    )  # before a database is created for an office that cannot be founded
    office = open_office(unchecked=True)
    schema.upgrade(office.database.engine)
    county = next(d.name for d in places if len(d.code) == division_file.COUNTY)
    command = FoundOffice(
        _plain(places), bureau or tr("{county}民政局", county=county), username, name.strip()
    )
    made = office.perform(command, system_actor())
    # Printed at once: the rest takes a while and may be interrupted, and this password is stored nowhere.
    _tell_password(made.first)
    try:
        office = checked_office(office)
        certificate.open_certificate(
            office.settings.keys, office.settings.office_name, office.database.clock()
        )
        publishing.publish_content(office, tr("首次发布"), office_for_lint(), click.echo)
    except KeyboardInterrupt:
        echo(tr("\n单位已建立，流程没有发布完。执行 ./run --office 会接着发布。"), err=True)
        raise
    echo(
        tr(
            "已建立{office_name}，区划 {divisions} 个，数据目录 {var}。",
            office_name=office.settings.office_name,
            divisions=made.divisions,
            var=office.settings.var,
        )
    )
    echo(
        tr(
            "下一步：用 yimen account add 增加第二名管理员和工作人员，执行 ./run --office 启动，由流程管理员（supervisor）在“政策参数”核对各项标准。"
        )
    )


@click.group("division")
def division_group() -> None:
    """行政区划。"""


@division_group.command("import")
@click.argument("file", type=_FILE)
def division_import(file: Path) -> None:
    """增加新的乡镇、村，更新改了的名称；不删除已有区划。"""
    places = _read(file)
    made = open_office().perform(AddDivisions(_plain(places)), system_actor())
    echo(tr("文件中有 {places} 个区划，新增 {added} 个。", places=len(places), added=made.added))


@click.group("account")
def account_group() -> None:
    """账号。"""


@account_group.command("add")
@click.argument("username")
@click.option("--name", required=True, help=tr("姓名。"))
@click.option(
    "--role", required=True, cls=Option, metavar=tr("岗位"), help=tr("岗位：{roles}。", roles=_ROLES)
)
@click.option("--division", required=True, help=tr("区划代码：县 6 位、乡镇 9 位、村 12 位。"))
@click.option(
    "--department",
    default="",
    help=tr("部门经办所在部门的代码，见一门受理流程““1+8”分流”表中的承办部门；写错时会列出全部部门。"),
)
def account_add(username: str, name: str, role: str, division: str, department: str) -> None:
    """增加账号，显示一次性密码。"""
    command = AddAccount(username, name.strip(), role, division, department)
    _tell_password(open_office().perform(command, system_actor()))


@account_group.command("reissue")
@click.argument("username")
def account_reissue(username: str) -> None:
    """重新发放一次性密码：原密码和已登录的会话随即失效。"""
    _tell_password(open_office().perform(ReissuePassword(username), system_actor()))


@account_group.command("reset-factors")
@click.argument("username")
def account_reset_factors(username: str) -> None:
    """清除账号的双因素认证（唯一的管理员丢失手机时）：已登录的会话随即失效，写入审计日志。"""
    removed = open_office().perform(ResetFactors(username), system_actor()).removed
    echo(
        tr(
            "已清除 {username} 的双因素认证 {removed} 个，请本人登录后重新登记。",
            username=username,
            removed=removed,
        )
    )


@account_group.command("close-demo")
def account_close_demo() -> None:
    """停用正式单位里密码公开的演示账号。"""
    demand_begun()
    office = open_office(unchecked=True)
    schema.upgrade(office.database.engine)
    closed = office.perform(CloseDemoAccounts(), system_actor()).closed
    echo(
        tr("已停用 {closed} 个演示账号：{closed2}。", closed=len(closed), closed2=tr("、").join(closed))
        if closed
        else tr("没有需要停用的演示账号。")
    )


def _read(file: Path) -> tuple[division_file.DivisionRow, ...]:
    return division_file.read(file.read_bytes(), file.name)


def _plain(places: tuple[division_file.DivisionRow, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((d.code, d.name) for d in places)


def _tell_password(made: AddAccountResult | ReissuePasswordResult) -> None:
    echo(
        tr(
            "账号 {username}，一次性密码 {password}（七天内有效，首次登录时修改；只显示这一次）",
            username=made.username,
            password=made.password,
        )
    )
    if made.awaits_confirmation:
        echo(tr("此账号须由一名系统管理员在“账号”页确认后才能使用。"))
