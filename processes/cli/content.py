"""Commands for content authors: the reference, the service operations, a new programme."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from processes.cli import content_reference
from processes.cli.language import echo
from processes.errors import FormInvalid
from processes.releases import new_programme
from processes.settings import from_environment
from processes.texts import tr
from processes.verbs import registry


def register(main: click.Group) -> None:
    """Add the commands to the program."""
    main.add_command(_reference)
    main.add_command(_verbs)
    main.add_command(_new_programme)


@click.command("content-reference")
@click.option("--check", is_flag=True, help=tr("只检查说明是否与程序一致，不写入；不一致时退出码为 1。"))
@click.option(
    "--file", default=content_reference.FILE, type=click.Path(path_type=Path), help=tr("写入的文件。")
)
def _reference(check: bool, file: Path) -> None:
    """写出内容编写参考（docs/content.md）：每个键、属性、服务操作、函数。"""
    text = content_reference.text()
    if not check:
        file.write_text(text, encoding="utf-8")
        echo(tr("已写入 {file}", file=file))
    elif not file.is_file() or file.read_text(encoding="utf-8") != text:
        echo(tr("内容编写参考已过时，请执行 yimen content-reference。"))
        sys.exit(1)


@click.command("verbs")
@click.option("--markdown", is_flag=True, help=tr("以 Markdown 表格输出，带参数和类型。"))
def _verbs(markdown: bool) -> None:
    """列出流程图可以使用的服务操作和参数。"""
    if markdown:
        echo(content_reference.verbs())
        return
    for verb in sorted(registry.all_verbs().values(), key=lambda v: v.name):
        echo(
            tr(
                "{name}（{parameters}）　{title}：{description}",
                name=verb.name,
                parameters=tr("，").join(verb.parameters),
                title=verb.title,
                description=verb.description,
            )
        )


@click.command("new-programme")
@click.argument("name")
@click.option("--title", required=True, help=tr("中文名称，例如 助学救助。"))
@click.option("--code", required=True, help=tr("办件编号中的代码，二至六个大写字母。"))
def _new_programme(name: str, title: str, code: str) -> None:
    """在流程内容目录中新建一个能直接检查、演练、发布的小项目，供修改。"""
    content = from_environment().content
    try:
        new_programme.demand_names(name, title, code, *new_programme.standing(content))
    except FormInvalid as refused:
        raise click.ClickException(
            tr("；").join(s for sentences in refused.fields.values() for s in sentences)
        ) from refused
    folder = content / name
    if folder.exists():
        raise click.ClickException(tr("文件夹 {folder} 已存在，没有写入任何文件。", folder=folder))
    for path, raw in new_programme.files(name, title, code).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(raw)
    echo(
        tr(
            "已新建 {folder}。修改后依次执行：yimen lint {folder2}、yimen scenario {folder3}、yimen publish {name}。",
            folder=folder,
            folder2=folder,
            folder3=folder,
            name=name,
        )
    )
