"""A whole pool from a file: `--people` invented job seekers as CSV and Parquet, into both engines.

Each figure is taken in a process of its own, whose memory is the peak; PostgreSQL's own is not in it. While the
nightly list goes in, two other threads rank and write five times a second, as counselors would: the slowest of
each is printed, and the longest step, after which at the latest a stop is heard. One row in a hundred is bad.

The numbers begin with +33 70, where nobody has a mobile: there are too few fictional ones for a pool. They live
in a temporary folder as long as the measurement, which accepts them as mobiles; no gateway is near.
"""

from __future__ import annotations

import csv
import re
import resource
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import click
import numpy as np
import pyarrow as pa
from pyarrow import parquet

from bench import national, report
from bench.engines import embedded, server
from ftcore import phones
from ftcore.database import Database, utc_now
from ftcore.matching import people_file, people_import, ranking

T = TypeVar("T")
Figures = dict[str, str | float | int]

_HEADER = (
    "Identifiant", "Prénom", "Nom", "Téléphone", "Métier", "Compétences", "Expérience", "Commune", "Mobilité",
    "Disponible à partir du", "Permis", "Contrats souhaités", "Temps de travail souhaité",
)  # fmt: skip


@click.command(name="imports")
@click.option("--people", default="1e6", show_default=True, help="How many rows the files have.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def imports(people: str, as_json: bool) -> None:
    """Seconds and peak memory of imports, by engine and file."""
    with tempfile.TemporaryDirectory() as folder:
        _alone(_write_files, Path(folder), int(float(people)))
        rows = [
            *_alone(_measured, "duckdb", Path(folder), "first.csv"),
            *_alone(_measured, "duckdb", Path(folder), "first.parquet"),
            *_alone(_measured, "postgresql", Path(folder), "first.csv"),
        ]
    report.show("imports", rows, as_json=as_json)


def _alone(work: Callable[..., T], *given: object) -> T:
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(work, *given).result()


def _write_files(folder: Path, people: int) -> None:
    """The first list as CSV and Parquet, and the nightly one: one in fifty changed, one in a hundred gone."""
    database = Database.open(":memory:")
    national.load_referentials(database)
    land = national.country(database)
    rows = pa.concat_tables(list(national.batches(land, people)))
    database.close()
    shuffled = rows.take(np.random.default_rng(5).permutation(rows.num_rows))
    with (
        (folder / "first.csv").open("w", encoding="utf-8", newline="") as first,
        (folder / "nightly.csv").open("w", encoding="utf-8", newline="") as nightly,
    ):
        writers = csv.writer(first, delimiter=";"), csv.writer(nightly, delimiter=";")
        for writer in writers:
            writer.writerow(_HEADER)
        number = 0
        for batch in shuffled.to_batches(50_000):
            for person in batch.to_pylist():
                cells = _cells(number, person)
                writers[0].writerow(cells)
                if number % 100 != 7:
                    changed = [*cells[:8], "12 km", *cells[9:]] if number % 50 == 3 else cells
                    writers[1].writerow(changed)
                number += 1
    frame = people_file.read_table("first.csv", (folder / "first.csv").read_bytes())
    parquet.write_table(pa.Table.from_pandas(frame, preserve_index=False), folder / "first.parquet")


def _cells(number: int, person: dict[str, object]) -> list[str]:
    def joined(name: str) -> str:
        values = person[name]
        return "|".join(str(value) for value in values) if isinstance(values, list) else ""

    def plain(name: str, unit: str = "") -> str:
        return "" if person[name] is None else f"{person[name]}{unit}"

    phone = f"0700{number:06d}" if number < 1_000_000 else f"070{number:07d}"
    return [
        f"P{number:08d}", str(person["first_name"]), str(person["last_name"]),
        "04 75 00 00 00" if number % 100 == 50 else phone,
        plain("occupation_code"), joined("skills"), plain("experience_years"),
        f"{person['commune']} ({person['department']})", plain("mobility_km", " km"), plain("available_from"),
        joined("licences"), joined("contracts"), plain("working_time"),
    ]  # fmt: skip


def _measured(engine: str, folder: Path, name: str) -> list[Figures]:
    phones._french_mobile = lambda: re.compile(r"70\d{7}")  # type: ignore[assignment]
    with (embedded if engine == "duckdb" else server)() as database:
        national.load_referentials(database)
        agency = {"agency_id": national.AGENCY, "name": "Mesure", "department": "69", "demo": False}
        database.transact(lambda tx: tx.insert("agency", [agency]))
        rows = [_import(database, engine, folder / name, "first"), _import(database, engine, folder / name, "again")]
        if name.endswith(".csv"):
            rows.append(_nightly(database, engine, folder / "nightly.csv"))
        return rows


def _import(database: Database, engine: str, file: Path, what: str, *, whole: bool = False) -> Figures:
    started = time.perf_counter()
    steps = [started]
    table = people_file.open_table(file.name, file)
    mapping = people_file.guess_mapping(table.columns)
    done = people_import.import_candidates(
        database,
        national.COUNSELOR,
        table,
        mapping,
        utc_now(),
        lambda _: steps.append(time.perf_counter()),
        whole=whole,
    )
    return {
        "engine": engine, "file": file.name, "what": what, "s": time.perf_counter() - started,
        "added": done.added, "updated": done.updated, "unchanged": done.unchanged, "rejected": done.rejected_lines,
        "peak GiB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        "longest step s": max(after - before for before, after in pairwise(steps)),
        "slowest ranking ms": "", "slowest write ms": "",
    }  # fmt: skip


def _nightly(database: Database, engine: str, file: Path) -> Figures:
    """The complete list of the night, while somebody ranks and somebody writes."""
    offers = national.offers(national.country(database), 20)

    def rank(number: int) -> None:
        ranking.rank(database, national.COUNSELOR, offers[number % 20], ranking.Weights(), ranking.Conditions(),
                     national.TODAY, limit=50)  # fmt: skip

    def write(number: int) -> None:
        row = {"phone": f"+3363998{number % 10_000:04d}", "since_utc": utc_now(), "source": "bench", "reason": "STOP"}
        database.transact(lambda tx: tx.insert("opt_out", [row], if_absent=True))

    with _repeated(rank) as rankings, _repeated(write) as writes:
        row = _import(database, engine, file, "nightly, whole", whole=True)
    return row | {
        "slowest ranking ms": f"{max(rankings):.0f} of {len(rankings)}",
        "slowest write ms": f"{max(writes):.0f} of {len(writes)}",
    }


@contextmanager
def _repeated(work: Callable[[int], None]) -> Iterator[list[float]]:
    """Does it five times a second beside the block; the milliseconds of each time."""
    over = threading.Event()
    spent: list[float] = []

    def run() -> None:
        while not over.wait(0.2):
            started = time.perf_counter()
            work(len(spent))
            spent.append((time.perf_counter() - started) * 1000)

    worker = threading.Thread(target=run)
    worker.start()
    try:
        yield spent
    finally:
        over.set()
        worker.join()
