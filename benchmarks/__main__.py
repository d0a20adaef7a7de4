"""`python -m benchmarks desk|queue|documents|list|simulation [--json] [--rounds N]`."""

from __future__ import annotations

import json
from typing import Any

import click

from benchmarks import desk, documents, queue, simulation
from benchmarks.databases import databases


@click.group()
def main() -> None:
    """Measure the desk's step, the queue's page and the approval form."""


def _print(value: dict[str, Any], as_json: bool) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=None if as_json else 1))


@main.command("desk")
@click.option("--json", "as_json", is_flag=True)
@click.option("--rounds", default=15)
def desk_command(as_json: bool, rounds: int) -> None:
    """Milliseconds per completed task: bare engine, our engine and transaction, whole request."""
    _print({name: desk.measure(url, rounds) for name, url in databases()}, as_json)


@main.command("queue")
@click.option("--json", "as_json", is_flag=True)
@click.option("--rounds", default=15)
@click.option("--sizes", default="1000,100000,1000000")
def queue_command(as_json: bool, rounds: int, sizes: str) -> None:
    """Milliseconds for the first page of the queue at each number of open items."""
    numbers = [int(n) for n in sizes.split(",")]
    _print({name: queue.measure(url, rounds, numbers) for name, url in databases()}, as_json)


@main.command("simulation")
@click.option("--json", "as_json", is_flag=True)
@click.option("--households", default=50_000)
def simulation_command(as_json: bool, households: int) -> None:
    """A draft on so many cases of the register."""
    _print(simulation.measure(households), as_json)


@main.command("documents")
@click.option("--json", "as_json", is_flag=True)
@click.option("--rounds", default=20)
def documents_command(as_json: bool, rounds: int) -> None:
    """Warm milliseconds, size and memory of an approval form, beside the same page by typst."""
    _print(documents.measure(rounds), as_json)


@main.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.option("--households", default=5_000)
def list_command(as_json: bool, households: int) -> None:
    """A payment list of so many households: seconds, pages, the most memory held."""
    _print(documents.measure_list(households), as_json)


if __name__ == "__main__":
    main()
