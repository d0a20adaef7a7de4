"""The language of the command line: Chinese, or English with `YIMEN_LANGUAGE=en`."""

from __future__ import annotations

import os
from typing import Any

import click

from processes.languages.catalogue import CHINESE, LANGUAGES, lookup
from processes.texts import Lookup, shown


def find() -> Lookup:
    """Return what finds a message in the language of this process."""
    chosen = os.environ.get("YIMEN_LANGUAGE", CHINESE)
    return lookup(chosen if chosen in LANGUAGES else CHINESE)


def echo(text: object = "", **options: Any) -> None:
    """Print a line; a text of the program in the language of this process."""
    click.echo(shown(text, find()), **options)


class Option(click.Option):
    """An option whose help is composed with values, and whose metavar is a word; both are shown in the language."""

    def __init__(self, names: Any, **settings: Any) -> None:
        super().__init__(names, **settings)
        self.texts = (settings.get("help"), settings.get("metavar"))

    def translate(self) -> None:
        """Put help and metavar into the language of this process."""
        self.help, self.metavar = (shown(text, find()) for text in self.texts)


def translate(command: click.Command) -> None:
    """Put the help of a command, its options and its subcommands into the language of this process."""
    message = find()
    command.help = command.help and message(" ".join(command.help.split()))
    for option in command.params:
        if isinstance(option, Option):
            option.translate()
        elif isinstance(option, click.Option):
            option.help = option.help and message(option.help)
    if isinstance(command, click.Group):
        for one in command.commands.values():
            translate(one)
