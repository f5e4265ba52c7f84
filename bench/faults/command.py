"""`python -m bench faults [PART] --seed S [--small]`: what kills, faults and races do to what was promised."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click

from bench.faults.engine import empty_address
from bench.faults.report import told, zero


def _sending(engine: str, seed: int, small: bool) -> bool:
    """Kills and a bad gateway against the queue."""
    from bench.faults import sending as part

    plan = replace(part.SMALL if small else part.LARGE, seed=seed)
    if engine == "postgresql":
        plan = replace(plan, replicas=2)
    with empty_address(engine) as address, tempfile.TemporaryDirectory() as folder:
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
    with empty_address(engine) as address, tempfile.TemporaryDirectory() as folder:
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


def _replies(engine: str, seed: int, small: bool) -> bool:
    """Replies posted several times, in disorder, to doors that are killed."""
    from bench.faults import arrivals

    distinct, copies, kills = (100, 3, 2) if small else (10_000, 5, 10)
    replicas = 1 if engine == "duckdb" else 2
    with empty_address(engine) as address, tempfile.TemporaryDirectory() as folder:
        found = arrivals.replies(address, Path(folder), distinct, copies, kills, replicas, seed)
    facts = {"posts": found.posts, "SIGKILLs": found.kills, "acknowledged": found.acknowledged}
    facts |= {"distinct replies": distinct, "replicas": replicas, "seconds": round(found.seconds)}
    return told(f"Replies, {engine}, seed {seed}", facts, [zero(w, n, distinct) for w, n in found.wrong.items()])


def _acknowledged(engine: str, seed: int, small: bool) -> bool:
    """Events at 300 a second while the door is killed."""
    from bench.faults import arrivals

    with empty_address(engine) as address, tempfile.TemporaryDirectory() as folder:
        found = arrivals.acknowledged(address, Path(folder), 3 if small else 500, 300.0, seed)
    facts = {"events posted": found.posts, "SIGKILLs": found.kills, "acknowledged": found.acknowledged}
    facts |= {"seconds": round(found.seconds)}
    rows = [zero(what, count, found.acknowledged) for what, count in found.wrong.items()]
    return told(f"Acknowledged events, {engine}, seed {seed}", facts, rows)


def _bodies(engine: str, seed: int, small: bool) -> bool:
    """Bodies that no vendor would send."""
    from bench.faults import bodies

    logging.disable(logging.WARNING)  # each malformed one is said in a line
    count = 2_000 if small else 100_000
    with empty_address(engine) as address:
        statuses, wrong = bodies.bodies(address, count, seed)
    logging.disable(logging.NOTSET)
    return told(f"Bodies, {engine}, seed {seed}", {"answers": statuses}, [zero(w, n, count) for w, n in wrong.items()])


def _orders(engine: str, seed: int, small: bool) -> bool:
    """All orders of eight delivery statuses."""
    from bench.faults import arrivals

    with empty_address(engine) as address:
        count, wrong = arrivals.orders(address, 84 if small else 1)
    return told(f"Orders of eight statuses, {engine}", {"orders": count}, [zero(w, n, count) for w, n in wrong.items()])


def _stops(engine: str, seed: int, small: bool) -> bool:
    """STOP against a claim."""
    from bench.faults import rules

    with empty_address(engine) as address:
        races, left_first, wrong = rules.stop_races(address, 60 if small else 1_700, seed)
    facts = {"races of a STOP against a claim": races, "of which the SMS had left first": left_first}
    return told(f"STOP, {engine}, seed {seed}", facts, [zero(what, n, races) for what, n in wrong.items()])


def _hours(engine: str, seed: int, small: bool) -> bool:
    """Generated instants against the rule told in other words; no database has a part in it."""
    from bench.faults import rules

    if engine != "duckdb":
        return True
    instants = 2_000 if small else 100_000
    wrong = rules.outside_hours(instants, seed)
    return told(f"Hours, seed {seed}", {"instants": instants}, [zero(w, n, instants) for w, n in wrong.items()])


def _disk(engine: str, seed: int, small: bool) -> bool:
    """A disk that is full."""
    from bench.faults import rules

    if engine != "duckdb":
        return True
    with tempfile.TemporaryDirectory() as folder:
        given, wrong = rules.full_disk(Path(folder))
    rows = [zero(what, count, given) for what, count in wrong.items()]
    return told("Full disk, duckdb", {"rows acknowledged before it was full": given}, rows)


def _readonly(engine: str, seed: int, small: bool) -> bool:
    """A database, then a spool, that cannot be written any more, and then can."""
    people = 24 if small else 2_000
    with empty_address(engine) as address, tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.faults.readonly", address, str(people), folder]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    wrong = json.loads(done.stdout)
    return told(f"Read-only, {engine}", {"SMS": people}, [zero(w, n, people) for w, n in wrong.items()])


def _clock(engine: str, seed: int, small: bool) -> bool:
    """A clock that jumps while SMS leave."""
    from bench.faults import clock

    people, jumps = (40, 6) if small else (2_000, 300)
    with empty_address(engine) as address:
        early, wrong = clock.jumps(address, people, jumps, seed)
    facts: dict[str, object] = {"jumps by an hour to a day": jumps, "SMS": people, "of which left between them": early}
    return told(f"Jumps of the clock, {engine}, seed {seed}", facts, [zero(w, n, people) for w, n in wrong.items()])


def _keys(engine: str, seed: int, small: bool) -> bool:
    """The time that a refused key takes; the database has no part in it."""
    from bench.faults import keys

    if engine != "duckdb":
        return True
    count = 200 if small else 25_000
    held = True
    for kind, door in (("own", "the door of its own"), ("1000", "the door inside the program")):
        with tempfile.TemporaryDirectory() as folder:
            times = keys.refusals(Path(folder), kind, count, seed)
        facts: dict[str, object] = {
            f"{name}, median": f"{median:.1f} µs"
            + (f", p = {times.chances[name]:.2g} that unknown keys take as long" if name in times.chances else "")
            for name, median in times.medians.items()
        }
        rows: list[dict[str, str | int]] = [
            {
                "guarantee": "kinds of keys told apart by time",
                "breaches": times.told_apart,
                "bound": f"a p below {keys.SURE / len(times.chances):.1g} would be one",
            },
            zero("kinds of keys told apart by answer", len(times.answers) - 1, 4 * count),
        ]
        held &= told(f"Keys at {door}, {count} of each kind, seed {seed}", facts, rows)
    return held


def _mutants(engine: str, seed: int, small: bool) -> bool:
    """Each guard taken away: its test must fail."""
    from bench.faults import mutants

    if engine != "duckdb":
        return True
    click.echo("\nGuards taken away, one at a time")
    return not mutants.survivors()


PARTS: dict[str, Callable[[str, int, bool], bool]] = {
    "sending": _sending,
    "rate": _rate,
    "replies": _replies,
    "acknowledged": _acknowledged,
    "bodies": _bodies,
    "orders": _orders,
    "stops": _stops,
    "hours": _hours,
    "disk": _disk,
    "readonly": _readonly,
    "clock": _clock,
    "keys": _keys,
    "mutants": _mutants,
}


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
