"""How far the rules read, from the texts of real offers, the fields that came with them; and how fast."""

from __future__ import annotations

import json
import re
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from bench.report import show
from ftcore import demo
from ftcore.database import Database, utc_now
from ftcore.drafting.formats import read_france_travail
from ftcore.drafting.notes import read_facts
from ftcore.drafting.structure import structure
from ftcore.matching import reference
from ftcore.matching.occupations import build_index
from ftcore.model import Offer

Given = Mapping[str, Any]
ROUNDS = 5
# A text of the length that is promised to be read in less than 20 ms.
LONG = 3_000


@dataclass(frozen=True, slots=True)
class Field:
    """A field as the file gives it and as the rules read it; None means that one of them does not say."""

    name: str
    given: Callable[[Offer, Given], Any]
    read: Callable[[Offer], Any]
    agree: Callable[[Any, Any], bool] = lambda given, read: bool(given == read)


def _levels(given: Given) -> set[str] | None:
    return {str(each.get("niveauLibelle")) for each in given.get("formations", [])} or None


def _required(given: Given, name: str) -> frozenset[str] | None:
    """The names that the file requires ("E"), without their explanation: "B - Véhicule léger" is "b"."""
    listed = [each for each in given.get(name, []) if each.get("exigence") == "E"]
    return frozenset(re.split(r" - ", str(each["libelle"]))[0].strip().lower() for each in listed) or None


FIELDS = (
    Field(
        "occupation",
        lambda offer, _: offer.occupation.code if offer.occupation else None,
        lambda offer: offer.occupation.code if offer.occupation else None,
    ),
    Field(
        "place (department)",
        lambda offer, _: offer.place.department if offer.place else None,
        lambda offer: offer.place.department if offer.place else None,
    ),
    Field(
        "contract",
        lambda offer, _: (offer.contract or "").split(" ")[0] or None,
        lambda offer: (offer.contract or "").split(" ")[0] or None,
    ),
    Field("weekly_hours", lambda offer, _: offer.weekly_hours, lambda offer: offer.weekly_hours),
    Field("pay", lambda offer, _: offer.pay, lambda offer: offer.pay),
    Field("experience_years", lambda offer, _: offer.experience_years, lambda offer: offer.experience_years),
    Field(
        "licences",
        lambda _, given: _required(given, "permis"),
        lambda offer: frozenset(name.lower() for name in offer.licences) or None,
    ),
    Field(
        "languages",
        lambda _, given: _required(given, "langues"),
        lambda offer: frozenset(offer.languages) or None,
    ),
    # The file gives levels, the text names diplomas: only that one is asked for can be compared.
    Field(
        "diplomas (any)",
        lambda _, given: _levels(given),
        lambda offer: offer.diplomas or None,
        lambda _given, _read: True,
    ),
    Field(
        "openings",
        lambda offer, _: offer.openings,
        lambda offer: offer.openings if any(trace.field == "openings" for trace in offer.traces) else None,
    ),
)


@click.command("structure")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--each", is_flag=True, help="Also list every disagreement.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def structure_offers(file: Path, each: bool, as_json: bool) -> None:
    """Structure the offers of FILE ("Offres v2") from their title and description, and compare field by field."""
    database = Database.open(":memory:")
    reference.load_starter(database)
    now = utc_now()
    agency = {"agency_id": demo.counselor().agency_id, "name": "Banc d'essai", "department": "07", "demo": False}
    database.transact(lambda tx: tx.insert("agency", [agency], if_absent=True))
    given_offers, _ = read_france_travail(file.read_bytes(), database, demo.counselor().agency_id, now)
    raw = {str(record["id"]): record for record in json.loads(file.read_bytes())["resultats"]}
    texts = {key: f"{record.get('intitule', '')}\n{record.get('description', '')}" for key, record in raw.items()}
    index = build_index(database)
    read_offers = {
        key: structure(text, index, database, demo.counselor().agency_id, now)[0] for key, text in texts.items()
    }
    rows = [_row(field, given_offers, raw, read_offers, each) for field in FIELDS]
    show("structure, fields read from the text against those of the file", rows, as_json=as_json)
    show("structure, reading by rules", [_speed(list(texts.values()), now)], as_json=as_json)
    database.close()


def _row(
    field: Field, offers: list[Offer], raw: Mapping[str, Given], read: Mapping[str, Offer], each: bool
) -> dict[str, str | int | float]:
    counts = {"agree": 0, "differ": 0, "not found": 0}
    only_text = 0
    for offer in offers:
        key = str(offer.external_id)
        given, found = field.given(offer, raw[key]), field.read(read[key])
        if given is None:
            only_text += found is not None
            continue
        verdict = "not found" if found is None else "agree" if field.agree(given, found) else "differ"
        counts[verdict] += 1
        if each and verdict == "differ":
            click.echo(f"{field.name} {key}: the file says {given}, the text {found}")
    return {"field": field.name, "comparable": sum(counts.values()), **counts, "only in the text": only_text}


def _speed(texts: list[str], now: datetime) -> dict[str, str | int | float]:
    """Milliseconds a text, database look-ups apart; the long one is cut to 3,000 characters."""
    long = ("\n".join(texts) * 2)[:LONG]
    own = [_timed(text, now) for text in texts for _ in range(ROUNDS)]
    lengthy = [_timed(long, now) for _ in range(4 * ROUNDS)]
    return {
        "texts": len(texts),
        "median characters": round(statistics.median(len(text) for text in texts)),
        "median ms": round(statistics.median(own), 2),
        f"median ms at {LONG} characters": round(statistics.median(lengthy), 2),
    }


def _timed(text: str, now: datetime) -> float:
    began = time.perf_counter()
    read_facts(text, now.date())
    return 1000 * (time.perf_counter() - began)
