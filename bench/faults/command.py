"""`python -m bench faults [PART] --seed S [--small]`: what kills, faults and races do to what was promised."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click

from bench.faults.report import told, zero


def _sending(engine: str, seed: int, small: bool) -> bool:
    """Kills and a bad gateway against the queue."""
    from bench.faults import sending as part

    plan = replace(part.SMALL if small else part.LARGE, seed=seed)
    if engine == "postgresql":
        plan = replace(plan, replicas=2)
    with part.empty_address(engine) as address, tempfile.TemporaryDirectory() as folder:
        book = part.run(address, plan, Path(folder))
    facts: dict[str, object] = {
        "recipients": plan.people,
        "programs that send": plan.replicas,
        "SIGKILLs": book.kills,
        "of which at named points": dict(sorted(book.by_point.items())),
        "accepted": book.accepted,
        "unknown": f"{book.unknown} (faults {book.by_fault}, kills {book.by_kill})",
        "settled by a later delivery report": book.settled_later,
        "seconds": round(book.seconds),
    }
    rows = [zero(what, found, plan.people) for what, found in book.wrong.items()]
    return told(f"Sending, {engine}, seed {seed}", facts, rows)


def _rate(engine: str, seed: int, small: bool) -> bool:
    """The stated rate in every sliding second, as the gateway saw it."""
    from bench.faults import sending as part

    plan = replace(part.PACED, seed=seed, people=60 if small else part.PACED.people)
    plan = replace(plan, replicas=1 if engine == "duckdb" else 2)
    with part.empty_address(engine) as address, tempfile.TemporaryDirectory() as folder:
        book = part.run(address, plan, Path(folder))
    assert plan.rate is not None
    facts: dict[str, object] = {
        "SMS": plan.people,
        "programs that send": plan.replicas,
        "stated rate, SMS a second": plan.rate,
        "most that the gateway got in a second": book.most_in_a_second,
        "seconds": round(book.seconds),
    }
    excess = max(0, book.most_in_a_second - int(plan.rate))
    return told(
        f"Rate, {engine}, seed {seed}", facts, [zero("above the rate in a sliding second", excess, plan.people)]
    )


PARTS: dict[str, Callable[[str, int, bool], bool]] = {"sending": _sending, "rate": _rate}


@click.command(help="Kills, faults and races against what is promised. PART: one of them, or all.")
@click.argument("part", type=click.Choice([*PARTS, "all"]), default="all")
@click.option("--seed", default=2026, show_default=True)
@click.option("--small", is_flag=True, help="As small as in the tests.")
@click.option("--engine", type=click.Choice(["duckdb", "postgresql", "both"]), default="both")
def faults(part: str, seed: int, small: bool, engine: str) -> None:
    engines = ["duckdb", "postgresql"] if engine == "both" else [engine]
    held = [
        PARTS[name](name_of_engine, seed, small)
        for name in (PARTS if part == "all" else [part])
        for name_of_engine in engines
    ]
    if not all(held):
        sys.exit("A guarantee did not hold.")
