"""Commands for backup and restoration: `yimen backup`, `yimen restore`."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path

import click

from processes.backups import making, restoring
from processes.cli.language import echo
from processes.opening import open_office
from processes.papers import files
from processes.texts import tr

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FEW, _INCOMPLETE = 10, 3


def register(main: click.Group) -> None:
    """Add the commands to the program."""
    main.add_command(backup_command)
    main.add_command(restore_command)


@click.command("backup")
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
def backup_command(target: Path) -> None:
    """备份到 TARGET 下的新文件夹，不停机：数据库、文书、扫描件、附件、每日封存和校验清单。不含密钥。"""
    office = open_office()
    made = making.make(office, target)
    echo(tr("已备份到 {made}。", made=made))
    echo(tr("密钥不在备份里：{keys} 须另行保管，没有密钥的备份无法读取。", keys=office.settings.keys))
    with office.database.reading("") as session:
        lost = list(files.missing(session, office.settings))
    if lost:
        named = tr("；").join(lost[:_FEW]) + (tr(" 等 {lost} 个", lost=len(lost)) if len(lost) > _FEW else "")
        echo(tr("注意：以下文件在数据目录中已经缺失，这份备份里也没有：{named}。", named=named), err=True)
        echo(tr("请保留以前的备份，用 yimen audit verify --files 查明。"), err=True)
        sys.exit(_INCOMPLETE)


@click.command("restore")
@click.argument("backup", type=_FOLDER)
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), help=tr("备份之后最后一个办公日，默认今天；编号按此跳过。")
)
@click.option(
    "--last",
    "numbers",
    multiple=True,
    help=tr("已知发出的最大编号，如“城关民救受〔2026〕57号”，可多次指定。"),
)
@click.option("--anchors", type=_FILE, help=tr("比备份更新的 anchors.txt（原数据目录或外存的副本）。"))
def restore_command(
    backup: Path, until: datetime | None, numbers: tuple[str, ...], anchors: Path | None
) -> None:
    """从备份恢复到空的数据目录和空的数据库；密钥文件夹须先放好。恢复后各类编号跳过备份后可能已发出的部分。"""
    office = open_office(unchecked=True, is_restored=True)
    day: date | None = until.date() if until else None
    made = restoring.restore(office, backup, restoring.Wanted(day, numbers, anchors))
    for gap in made.gaps:
        echo(
            tr(
                "{gap}　备份时到 {last}，下一个为 {next}",
                gap=gap["shown"],
                last=gap["last"],
                next=gap["next"],
            )
        )
    echo(
        tr(
            "已恢复。备份之后出具的文书不在系统内，核验页会说明；请执行 yimen audit verify --files 核对后再启动。"
        )
    )
