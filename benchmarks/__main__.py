"""`python -m benchmarks desk|queue|people|hostile|pages|documents|form|list|simulation [--json] [--rounds N]`."""

from __future__ import annotations

import json
from typing import Any

import click

from benchmarks import desk, documents, hostile, pages, people, queue, search, simulation
from benchmarks.databases import databases


@click.group()
def main() -> None:
    """Measure the desk's step, the queue's page and the approval form."""


def _print(value: dict[str, Any], as_json: bool) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=None if as_json else 1))


@main.command("desk")
@click.option("--json", "as_json", is_flag=True)
@click.option("--rounds", default=40)
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


@main.command("search")
@click.option("--json", "as_json", is_flag=True)
@click.option("--rounds", default=15)
@click.option("--sizes", default="1000,1000000", help="open items on PostgreSQL; five times as many are done")
@click.option("--sqlite-sizes", default="1000,200000")
def search_command(as_json: bool, rounds: int, sizes: str, sqlite_sizes: str) -> None:
    """Milliseconds for page, counts and every kind of search, with many open and done items."""
    wanted = {"sqlite": sqlite_sizes, "postgresql": sizes}
    found = {}
    for name, url in databases():
        found[name] = search.measure(url, rounds, [int(n) for n in wanted[name].split(",")])
    _print(found, as_json)


@main.command("hostile")
@click.option("--json", "as_json", is_flag=True)
@click.option("--clerks", default=20)
@click.option("--seconds", default=20.0)
def hostile_command(as_json: bool, clerks: int, seconds: float) -> None:
    """So many clerks at their work without and beside files that are made to cost: 95th percentiles and their ratio."""
    _print(hostile.measure(clerks, seconds), as_json)


@main.command("people")
@click.option("--json", "as_json", is_flag=True)
@click.option("--people", "count", default=100)
def people_command(as_json: bool, count: int) -> None:
    """So many people at once at a real desk: errors, median and 95th percentile of an answer."""
    _print(people.measure(count), as_json)


@main.command("pages")
@click.option("--json", "as_json", is_flag=True)
@click.option("--rounds", default=9)
def pages_command(as_json: bool, rounds: int) -> None:
    """Every page of every role in the demonstration county and in one of 60,000 households, with its statements."""
    _print({name: pages.measure(url, rounds) for name, url in databases()}, as_json)


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


@main.command("form")
@click.option("--json", "as_json", is_flag=True)
@click.option("--rounds", default=20)
def form_command(as_json: bool, rounds: int) -> None:
    """Warm milliseconds and size of an approval form of 1, 3, 5, 6 and 9 members."""
    _print(documents.measure_form(rounds), as_json)


@main.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.option("--households", default=5_000)
def list_command(as_json: bool, households: int) -> None:
    """A payment list of so many households: seconds, pages, the most memory held."""
    _print(documents.measure_list(households), as_json)


if __name__ == "__main__":
    main()
