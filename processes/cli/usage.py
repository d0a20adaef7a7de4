"""Chinese error messages of the command line."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

import click

from processes.errors import YimenError

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
        try:
            code = super().main(*args, **{**extra, "standalone_mode": False})
        except click.ClickException as fault:
            click.echo(said(fault), err=True)
            sys.exit(fault.exit_code)
        except click.Abort:
            click.echo("已中断。", err=True)
            sys.exit(_INTERRUPTED)
        sys.exit(code if isinstance(code, int) else 0)


def said(fault: click.ClickException) -> str:
    """Return the sentence for an error; for a wrong command line, with a reference to the help."""
    if not isinstance(fault, click.UsageError):
        return fault.format_message()
    path = fault.ctx.command_path if fault.ctx else "yimen"
    return f"{_wrong(fault)}用法见 {path} --help。"


def _wrong(fault: click.UsageError) -> str:
    match fault:
        case click.NoSuchOption():
            near = f"（是否为 {'、'.join(fault.possibilities)}）" if fault.possibilities else ""
            return f"没有选项 {fault.option_name}{near}。"
        case click.BadOptionUsage():
            return f"选项 {fault.option_name} 后面缺少取值。"
        case click.MissingParameter():
            return f"缺少{_name(fault)}。"
        case click.BadParameter(param=click.Parameter(type=click.Path())):
            return f"{_name(fault)}：没有这个文件，或者不能读取。"
        case click.BadParameter():
            return f"{_name(fault)} 的取值不对：{fault.message}"
        case _ if isinstance(fault.ctx and fault.ctx.command, click.Group):
            return "没有这个命令。"
        case _:
            return "参数多余或不对。"


def _name(fault: click.BadParameter) -> str:
    parameter = fault.param
    if parameter is None:
        return "参数"
    if isinstance(parameter, click.Option):
        return f"选项 {parameter.opts[-1]}"
    return f"参数 {parameter.human_readable_name}"
