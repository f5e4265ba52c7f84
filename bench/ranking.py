"""The ranking on a national pool: `--people` invented candidates over the real communes and occupations.

Fifty offers of mixed occupations and places, the best fifty people each with all reasons, in the embedded engine;
beside it the floor: an empty query, and reading just the occupation of every person within reach of the index.
"""

from __future__ import annotations

import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click

from bench import national, report
from ftcore.database import Database
from ftcore.matching import ranking as matching
from ftcore.model import Offer

OFFERS = 50


@click.command(name="ranking")
@click.option("--people", default="1e6,6e6", show_default=True, help="Sizes of the pool, separated by commas.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def ranking(people: str, as_json: bool) -> None:
    """Milliseconds a ranking, by the size of the pool."""
    rows: list[dict[str, str | float | int]] = []
    for size in (int(float(text)) for text in people.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            database = Database.open(str(Path(folder) / "pool.duckdb"))
            rows += _measured(database, size)
            database.close()
    report.show("ranking", rows, as_json=as_json)


def _measured(database: Database, size: int) -> list[dict[str, str | float | int]]:
    started = time.perf_counter()
    land = national.populate(database, size)
    click.echo(f"{size} people and the referentials written in {time.perf_counter() - started:.0f} s", err=True)
    offers = national.offers(land, OFFERS)

    def ranked(offer: Offer) -> None:
        matching.rank(
            database, national.COUNSELOR, offer, matching.Weights(), matching.Conditions(), national.TODAY, limit=50
        )

    rows = [
        _row(size, "the ranking, with all reasons", offers, ranked),
        _row(size, "floor: an empty query", offers, lambda offer: database.value("SELECT 1")),
        _row(size, "floor: counting the near occupations", offers, lambda offer: database.value(_FLOOR, *_near(offer))),
    ]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return [row | {"peak GiB": round(peak, 2)} for row in rows]


_FLOOR = """
    SELECT count(*) FROM candidate WHERE agency_id = $1 AND left_utc IS NULL AND occupation_code IN
        (SELECT $2::TEXT UNION ALL SELECT neighbour FROM occupation_near WHERE code = $2::TEXT)
"""


def _near(offer: Offer) -> tuple[object, object]:
    return offer.agency_id, offer.occupation.code if offer.occupation else None


def _row(size: int, what: str, offers: list[Offer], work: Callable[[Offer], object]) -> dict[str, str | float | int]:
    spent = []
    for turn in range(3):
        for offer in offers:
            started = time.perf_counter()
            work(offer)
            if turn:
                spent.append((time.perf_counter() - started) * 1000)
    spent.sort()
    return {"people": size, "what": what, "median ms": statistics.median(spent),
            "p95 ms": spent[int(0.95 * len(spent))], "max ms": spent[-1]}  # fmt: skip
