"""The ranking on a national pool: `--people` invented candidates over the real communes and occupations.

Fifty offers of mixed occupations and places, the best fifty people each with all reasons, in the embedded engine;
beside it what one would get instead, on the same pool, and the floor. Each stands in a process of its own.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from bench import report
from bench.peers import embedded, pandas_pool, postgresql, tantivy_pool
from bench.peers import pool as pools
from bench.peers.measuring import Answer, Line, alone

Row = dict[str, str | float | int]


@click.command(name="ranking")
@click.option("--people", default="1e6,6e6", show_default=True, help="Sizes of the pool, separated by commas.")
@click.option("--peers/--without-peers", default=True, show_default=True, help="PostgreSQL, pandas and tantivy too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def ranking(people: str, peers: bool, as_json: bool) -> None:
    """Milliseconds a ranking, by the size of the pool: the embedded engine, its peers, the floor.

    "ratio" is to the embedded engine at the same size, "growth" to the same line at the first size. "ready s" is
    the time until the first question can be asked; "peak GiB" the memory of the processes that answer.
    """
    rows: list[Row] = []
    for size in (int(float(text)) for text in people.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            pool = alone(pools.write, Path(folder), size)
            lines = list(_lines(pool, peers=peers))
        rows += compared(size, lines)
    first = {row["what"]: row["median ms"] for row in reversed(rows)}
    for row in rows:
        row["growth"] = round(float(row["median ms"]) / float(first[row["what"]]), 2)
    report.show("ranking", rows, as_json=as_json)


def _lines(pool: pools.Pool, *, peers: bool) -> Iterator[Line]:
    yield from alone(embedded.measure, pool)
    if peers:
        click.echo(f"{pool.people:,} people: PostgreSQL", err=True)
        yield from alone(postgresql.measure, pool, alone(postgresql.prepare, pool))
        click.echo(f"{pool.people:,} people: pandas", err=True)
        yield from alone(pandas_pool.measure, pool)
        click.echo(f"{pool.people:,} people: tantivy", err=True)
        yield from alone(tantivy_pool.measure, pool, alone(tantivy_pool.prepare, pool))
    yield from alone(embedded.floor, pool)


def compared(people: int, lines: Sequence[Line]) -> list[Row]:
    """The lines as rows of the table: the first is what the others are compared with."""
    median = statistics.median(lines[0].spent)
    return [
        {
            "what": line.what,
            "people": people,
            "median ms": round(statistics.median(line.spent), 3),
            "p95 ms": round(line.spent[int(0.95 * len(line.spent))], 3),
            "max ms": round(line.spent[-1], 3),
            "ratio": round(statistics.median(line.spent) / median, 3),
            "growth": 1.0,
            "peak GiB": round(line.peak_gib, 2) if line.peak_gib else "",
            "ready s": "" if line.ready_s is None else round(line.ready_s),
            "same answers": same(lines[0].answers or [], line),
        }
        for line in lines
    ]


def same(expected: Sequence[Answer], line: Line) -> str:
    """For how many offers the answers are the same to the last sentence, or which share of the people was found."""
    if line.answers is not None:
        alike = sum(one == other for one, other in zip(expected, line.answers, strict=True))
        return f"{alike} of {len(expected)} offers"
    if line.found is not None:
        shown = sum(len(answer.ids) for answer in expected)
        found = sum(len(ids.intersection(answer.ids)) for answer, ids in zip(expected, line.found, strict=True))
        return f"{found / max(shown, 1):.0%} of the people"
    return ""
