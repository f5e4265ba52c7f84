"""The offline draft, the check of an offer, its reading, and the wait from a piece's arrival to its telling."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import click

from bench.report import show
from ftcore import demo
from ftcore.database import Database, utc_now
from ftcore.database.base import Row
from ftcore.drafting import compliance, offers
from ftcore.drafting.assistant import Stop
from ftcore.drafting.chats import Outcome
from ftcore.drafting.generation import Generation
from ftcore.drafting.offline import write_offer
from ftcore.drafting.pseudonyms import Pseudonyms
from ftcore.drafting.support import unsupported
from ftcore.matching import reference
from ftcore.matching.occupations import build_index

NOTES = (
    "Recrute 2 agents d'entretien à Annonay, CDD de 6 mois pour un remplacement, temps partiel 20 h par semaine, "
    "12,10 € brut de l'heure, permis B souhaité, débutant accepté, à partir du 4 janvier. Nettoyer des bureaux le "
    "matin, entretenir le matériel, signaler les anomalies. Du lundi au vendredi, de 6 h à 10 h. "
)


@click.command(help="Milliseconds of drafting without a model, checking, reading, hiding, and telling a piece.")
@click.option("--runs", default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def drafting(runs: int, as_json: bool) -> None:
    long_offer = (write_offer(NOTES) + "\n" + NOTES * 12)[:3000]
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(str(Path(folder) / "bench.duckdb"))
        reference.load_starter(database)
        index, agency, now = build_index(database), demo.counselor().agency_id, utc_now()
        work: dict[str, Callable[[], object]] = {
            "draft without a model": lambda: write_offer(NOTES),
            "compliance.check, 3,000 characters": lambda: compliance.check(long_offer),
            "offers.structure, 3,000 characters": lambda: offers.structure(long_offer, index, database, agency, now),
            "unsupported, 3,000 characters": lambda: unsupported(long_offer, NOTES, date(2026, 11, 24)),
            "hide, 3,000 characters": lambda: Pseudonyms().hide(long_offer),
            "from a piece's arrival to its telling": _told,
        }
        rows: list[Row] = []
        for name, act in work.items():
            act()
            times = sorted(_timed(act) for _ in range(runs))
            rows.append({"what": name, "median ms": statistics.median(times), "95th ms": times[int(0.95 * (runs - 1))]})
        database.close()
    show("drafting", rows, as_json=as_json)


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    told = act()
    return told if isinstance(told, float) else 1000 * (time.perf_counter() - began)


def _told() -> float:
    """Milliseconds between a piece's arrival in the thread that reads the model and its telling to the page."""
    arrived: list[float] = []

    def pieces(stop: Stop) -> Iterator[str]:
        stop.wait(0.02)
        arrived.append(time.perf_counter())
        yield "Titre"

    def keep(text: str, outcome: Outcome) -> UUID | None:
        return None

    generation = Generation(pieces, keep)
    generation.wait(0, timeout=5)
    told = 1000 * (time.perf_counter() - arrived[0])
    generation.join(5)
    return told
