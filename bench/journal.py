"""The journal: entries proven in a second, and what it costs those who act at once in one agency."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import click

from bench.engines import served
from bench.report import percentile, show
from ftcore.database import Database, Transaction
from ftcore.trust import journal, journal_proof

AGENCY = UUID("3a0b5c7e-8f51-4a3b-9f5e-0a1f5a2b7c11")
START = datetime(2026, 1, 5, 8, 0)
_BATCH = 5_000


@click.command(help="Le journal : écritures prouvées par seconde, et actes simultanés d'une agence.")
@click.option("--entries", default=1_000_000, show_default=True)
@click.option("--writers", multiple=True, type=int, default=[1, 4, 8], show_default=True)
@click.option("--seconds", default=4.0, show_default=True)
@click.option("--postgresql/--no-postgresql", default=True, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def prove_journal(entries: int, writers: tuple[int, ...], seconds: float, postgresql: bool, as_json: bool) -> None:
    rows: list[dict[str, str | float | int]] = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as closing:
        addresses = {"DuckDB": str(Path(folder) / "journal.duckdb")}
        if postgresql:
            addresses["PostgreSQL"] = closing.enter_context(served(Path(folder) / "postgresql"))
        for engine, address in addresses.items():
            database = Database.open(address)
            for count in writers:
                rows += [_together(engine, database, count, seconds, journaled) for journaled in (False, True)]
            began = time.perf_counter()
            _fill(database, entries)
            filled = time.perf_counter() - began
            began = time.perf_counter()
            proof = journal_proof.verify(database)
            took = time.perf_counter() - began
            assert proof.holds
            rows.append(_row(engine, f"written, {_BATCH} a transaction", entries / filled))
            rows.append(_row(engine, f"proven, of {proof.entries}", proof.entries / took))
            database.close()
    show("journal", rows, as_json=as_json)


def _fill(database: Database, entries: int) -> None:
    for first in range(0, entries, _BATCH):

        def write(tx: Transaction, first: int = first) -> None:
            for number in range(first, min(first + _BATCH, entries)):
                when = START + timedelta(seconds=number)
                journal.record(tx, AGENCY, "automate", "reply read", uuid4(), when, "yes, 99% sure", person=uuid4(),
                               reason="asked for interest", automaton="reader", model="31e596202f4c")  # fmt: skip

        database.transact(write)


def _together(
    engine: str, database: Database, writers: int, seconds: float, is_journaled: bool
) -> dict[str, str | float | int]:
    """Acts of one agency at once, each of a row of its own: with an entry, and without."""
    ids = [uuid4() for _ in range(writers)]
    offer = {"agency_id": AGENCY, "name": "", "criteria": "{}", "saved_by": "c", "saved_utc": START}
    database.transact(lambda tx: tx.insert("weight_profile", [offer | {"name": str(one)} for one in ids]))
    took: list[float] = []
    tries = 0
    until = time.perf_counter() + seconds

    def act(number: int) -> Callable[[Transaction], None]:
        def work(tx: Transaction) -> None:
            nonlocal tries
            tries += 1
            sql = "UPDATE weight_profile SET saved_by = $3 WHERE agency_id = $1 AND name = $2"
            tx.execute(sql, AGENCY, str(ids[number]), uuid4().hex)
            if is_journaled:
                journal.record(tx, AGENCY, f"c{number}", "weights saved", ids[number], START)

        return work

    def write(number: int) -> None:
        while time.perf_counter() < until:
            began = time.perf_counter()
            database.transact(act(number))
            took.append(time.perf_counter() - began)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    what = f"{writers} at once, {'journaled' if is_journaled else 'without entry'}"
    return _row(
        engine,
        what,
        len(took) / seconds,
        1000 * percentile(sorted(took), 50),
        1000 * percentile(sorted(took), 95),
        tries / max(len(took), 1),
    )


def _row(
    engine: str, what: str, rate: float, p50: float = 0.0, p95: float = 0.0, tries: float = 1.0
) -> dict[str, str | float | int]:
    return {
        "engine": engine,
        "what": what,
        "a second": round(rate),
        "p50 ms": p50,
        "p95 ms": p95,
        "tries an act": tries,
    }
