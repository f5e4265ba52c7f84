"""The page Mesures, every query it makes, over a year of a whole country's SMS; on both engines and in pandas."""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import click

from bench import metrics_country, metrics_server
from bench.metrics_country import FIRST, LAST, ONE_AGENCY
from bench.peers import pandas_figures
from bench.peers.measuring import alone, peak_gib
from bench.report import show
from ftcore.database import Database, Row, Transaction
from ftcore.insight import figures, metrics, outcomes, twice
from ftcore.insight.counts import GROUP_FLAGS
from ftcore.insight.figures import Filters
from ftcore.insight.flags import FLAGS
from ftcore.model import Person, Role

EIGHT_WEEKS = Filters(LAST - timedelta(days=55), LAST)
LOOKING = Person("bench", "Mesure", Role.EVALUATOR, ONE_AGENCY)
VIEWS = {
    "one agency, 8 weeks": replace(EIGHT_WEEKS, agency_ids=(ONE_AGENCY,)),
    "country, 8 weeks": EIGHT_WEEKS,
    "one agency, a year": Filters(FIRST, LAST, (ONE_AGENCY,)),
    "country, a year": Filters(FIRST, LAST),
}


@click.command(help="The whole page Mesures, one agency and the country, by size: DuckDB, PostgreSQL, pandas.")
@click.option("--messages", multiple=True, type=int, default=[2_000_000, 20_000_000], show_default=True)
@click.option("--runs", default=7, show_default=True)
@click.option("--postgresql", default=2_000_000, show_default=True, help="The largest size to load there; 0 for none.")
@click.option("--pandas", "most_pandas", default=2_000_000, show_default=True, help="The largest size to read there.")
@click.option("--folder", type=click.Path(path_type=Path), help="Keep the made countries here, and use those there.")
@click.option("--json", "as_json", is_flag=True)
def mesures(
    messages: tuple[int, ...], runs: int, postgresql: int, most_pandas: int, folder: Path | None, as_json: bool
) -> None:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as elsewhere:
        for size in messages:
            file = (folder or Path(elsewhere)) / f"country-{size}.duckdb"
            if not file.exists():
                made = Database.open(str(file))
                metrics_country.make(made, size)
                made.close()
            rows += alone(_embedded, file, size, runs)
            if size <= postgresql:
                rows += alone(_server, file, size, runs)
            if size <= most_pandas:
                rows += alone(_pandas, file, size, runs)
    show("metrics", rows, as_json=as_json)


def _embedded(file: Path, size: int, runs: int) -> list[Row]:
    """The file as the program opens it, with the memory that it allows itself."""
    database = Database.open(str(file))
    try:
        refreshing = _refreshed(database)
        rows = [_timed("duckdb", size, name, runs, lambda f=f: _view(database, f)) for name, f in VIEWS.items()]  # type: ignore[misc]
        return [*rows, refreshing | {"messages": size}]
    finally:
        database.close()


def _view(database: Database, filters: Filters) -> None:
    figures.view(database, LOOKING, filters)


def _refreshed(database: Database) -> Row:
    """A hundred conversations of the last days change, and are counted anew: the rows end as they were."""
    recent = database.rows(
        "SELECT agency_id, conversation_id FROM conversation WHERE opened_utc >= $1 "
        "ORDER BY opened_utc, conversation_id LIMIT 100",
        LAST - timedelta(days=2),
    )
    ids = [row["conversation_id"] for row in recent]
    before = _counted(database, ids)

    def change(tx: Transaction) -> None:
        # As if each of them had had nothing yet.
        tx.execute("UPDATE outcome SET flags = 0 WHERE conversation_id = ANY($1::UUID[])", ids)
        outcomes.due(tx, [(row["agency_id"], row["conversation_id"]) for row in recent])

    database.transact(change)
    row = _timed("duckdb", 0, "count 100 changed conversations", 1, lambda: outcomes.refresh(database))
    if before != _counted(database, ids):
        raise click.ClickException("the refresh counts otherwise than the raw query over everything")
    return row


def _counted(database: Database, ids: list[UUID]) -> list[list[Row]]:
    """What is kept of these conversations."""
    return [
        database.rows(
            f"SELECT {', '.join(columns)} FROM {table} WHERE conversation_id = ANY($1::UUID[]) "
            f"ORDER BY {', '.join(columns)}",
            ids,
        )
        for table, columns in (("outcome", outcomes.COLUMNS), ("outcome_twice", twice.COLUMNS))
    ]


def _server(file: Path, size: int, runs: int) -> list[Row]:
    """PostgreSQL with the same rows."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder, metrics_server.holding(file, Path(folder)) as database:
        return [_timed("postgresql", size, name, runs, lambda f=f: _view(database, f)) for name, f in VIEWS.items()]  # type: ignore[misc]


def _pandas(file: Path, size: int, runs: int) -> list[Row]:
    """The tables in memory, counted once; then the same distinct people and sums for each view."""
    tables: list[pandas_figures.Tables] = []
    counted: list[pandas_figures.Counted] = []
    read = _timed("pandas", size, "read the tables", 1, lambda: tables.append(pandas_figures.read_numbered(file)))
    first = _timed("pandas", size, "count every conversation once", 1, lambda: counted.append(_count(tables.pop())))

    def view(filters: Filters) -> None:
        past = figures.compared(filters)
        now = pandas_figures.within(counted[0].conversations, filters)
        before = pandas_figures.within(counted[0].conversations, filters, past.since, past.until)
        for rows in (now, before):
            for flag in FLAGS:
                pandas_figures.people(rows, flag)
        for key in ("agency_id", "occupation", "offer_id", "template"):
            pandas_figures.groups(now, key, GROUP_FLAGS)
        pandas_figures.waits(now, metrics_country.NOW)

    numbered = {name: _numbered(filters) for name, filters in VIEWS.items()}
    rows = [_timed("pandas", size, name, max(1, runs // 3), lambda f=f: view(f)) for name, f in numbered.items()]  # type: ignore[misc]
    return [read, first, *rows]


def _numbered(filters: Filters) -> Filters:
    ids = filters.agency_ids
    return filters if ids is None else replace(filters, agency_ids=tuple(pandas_figures.numbers(ids)))  # type: ignore[arg-type]


def _count(tables: pandas_figures.Tables) -> pandas_figures.Counted:
    return pandas_figures.count(tables)


def _timed(engine: str, size: int, name: str, runs: int, work: Callable[[], object]) -> Row:
    """Median and best wall clock, and the processor time of this process (PostgreSQL works in its own)."""
    gc.collect()
    metrics.rate(1, 2)  # what is imported on first use is not measured
    if runs > 1:
        work()
    walls, busy = [], []
    for _ in range(runs):
        begin, used = time.perf_counter(), time.process_time()
        work()
        walls.append(1000 * (time.perf_counter() - begin))
        busy.append(1000 * (time.process_time() - used))
    return {
        "engine": engine,
        "messages": size,
        "what": name,
        "median ms": round(statistics.median(walls), 1),
        "best ms": round(min(walls), 1),
        "CPU ms": round(statistics.median(busy), 1),
        "peak MB": round(1024 * peak_gib()),
    }
