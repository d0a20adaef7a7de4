"""Chinese error messages of the command line."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

import click

from processes.cli.language import echo, find, translate
from processes.errors import YimenError
from processes.texts import shown, tr

_INTERRUPTED = 130


class Commands(click.Group):
    """A command group whose errors are Chinese sentences, neither a traceback nor the library's English."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error of ours ends it with its message."""
        try:
            return super().invoke(ctx)
        except YimenError as fault:
            raise click.ClickException(fault.message) from fault

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Parse the command line, run the command, exit with its code; 130 on interruption."""
        translate(self)
        try:
            code = super().main(*args, **{**extra, "standalone_mode": False})
        except click.ClickException as fault:
            echo(said(fault), err=True)
            sys.exit(fault.exit_code)
        except click.Abort:
            echo(tr("已中断。"), err=True)
            sys.exit(_INTERRUPTED)
        sys.exit(code if isinstance(code, int) else 0)


def said(fault: click.ClickException) -> str:
    """Return the sentence for an error; for a wrong command line, with a reference to the help."""
    if not isinstance(fault, click.UsageError):
        return str(shown(fault.message, find()))
    path = fault.ctx.command_path if fault.ctx else "yimen"
    return tr("{fault}用法见 {path} --help。", fault=_wrong(fault), path=path)


def _wrong(fault: click.UsageError) -> str:
    match fault:
        case click.NoSuchOption():
            near = (
                tr("（是否为 {possibilities}）", possibilities=tr("、").join(fault.possibilities))
                if fault.possibilities
                else ""
            )
            return tr("没有选项 {option_name}{near}。", option_name=fault.option_name, near=near)
        case click.BadOptionUsage():
            return tr("选项 {option_name} 后面缺少取值。", option_name=fault.option_name)
        case click.MissingParameter():
            return tr("缺少{fault}。", fault=_name(fault))
        case click.BadParameter(param=click.Parameter(type=click.Path())):
            return tr("{fault}：没有这个文件，或者不能读取。", fault=_name(fault))
        case click.BadParameter():
            return tr("{fault} 的取值不对：{message}", fault=_name(fault), message=fault.message)
        case _ if isinstance(fault.ctx and fault.ctx.command, click.Group):
            return tr("没有这个命令。")
        case _:
            return tr("参数多余或不对。")


def _name(fault: click.BadParameter) -> str:
    parameter = fault.param
    if parameter is None:
        return tr("参数")
    if isinstance(parameter, click.Option):
        return tr("选项 {opts}", opts=parameter.opts[-1])
    return tr("参数 {human_readable_name}", human_readable_name=parameter.human_readable_name)
