"""tantivy, a search engine: the same people as documents. It cannot compute the ranking's score: its answer differs.

It is asked as well as its queries allow. Every wish of the offer is a clause with its share of the weights: an
occupation by its nearness, a skill by its rarity, a licence, a contract, a step of nearness. Who is excluded by
licence, or lives beyond what they told, is a clause too, in steps. What is unknown counts half. Its ranges read much of
a column, so each ring costs: it is measured with one box around the place, and with ten. What it lacks: the distance
itself, the mean of the selection for what is unknown, the parts that halve with days and years, and the
reasons. So the table says which share of the ranking's fifty it finds, and its time is that of finding ids.
"""

from __future__ import annotations

import math
import time
from datetime import date
from pathlib import Path
from uuid import UUID

import duckdb
import tantivy
from tantivy import FieldType, Occur, Query

from bench import national
from bench.peers.measuring import SHOWN, Line, peak_gib, timed
from bench.peers.pool import Pool
from ftcore.database import Database
from ftcore.matching.criteria import Weights
from ftcore.matching.pool import UNKNOWN_MOBILITY_KM
from ftcore.matching.ranking import HALVED_EVERY_KM
from ftcore.matching.wanted import Wanted, wanted
from ftcore.model import Offer, Place

# The boxes around the place of work, by the km to their sides: one alone, or rings that stand for the distance.
BOX = (30.0,)
RINGS = (2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, UNKNOWN_MOBILITY_KM)
KM_A_DEGREE = 111.2
TERMS = ("occupation_code", "skills", "licences", "contracts", "working_time", "unknown")
NUMBERS = ("lat", "lon", "mobility_km", "experience_years", "available_from")
_EPOCH = date(1970, 1, 1)
TEXTS = ("candidate_id", "first_name", "last_name", "phone", "commune")


def prepare(pool: Pool) -> float:
    """Index the people; gives the seconds."""
    started = time.perf_counter()
    index = tantivy.Index(_schema(), path=str(_made(_folder(pool))))
    writer = index.writer(heap_size=512_000_000, num_threads=2)
    with duckdb.connect() as engine:
        people = f"{_DOCUMENT} FROM '{pool.parquet}' WHERE left_utc IS NULL"
        # A merge drops what is null, which a document may not hold.
        found = engine.execute(f"SELECT json_merge_patch('{{}}', to_json(person)) FROM ({people}) person")
        while rows := found.fetchmany(50_000):
            for (document,) in rows:
                writer.add_json(document)
    writer.commit()
    writer.wait_merging_threads()
    return time.perf_counter() - started


def measure(pool: Pool, ready_s: float) -> list[Line]:
    referentials = Database.open(str(pool.database))
    lines = []
    for what, rings in (("tantivy, one box of 30 km", BOX), ("tantivy, ten rings", RINGS)):
        search = TantivySearch(_folder(pool), referentials, rings)
        spent, found = timed(pool.offers, search.found)
        lines.append(Line(what, spent, peak_gib(), ready_s, found=[set(ids) for ids in found]))
    referentials.close()
    return lines


# A document of a person. Days are numbers, and what is unknown is a term of its own.
_DOCUMENT = """
    SELECT candidate_id, first_name, last_name, phone, commune, occupation_code, skills, lat, lon, mobility_km,
           experience_years, (available_from - DATE '1970-01-01')::DOUBLE AS available_from, coalesce(licences, [])
           AS licences, coalesce(contracts, []) AS contracts, working_time, list_filter([
               CASE WHEN len(skills) = 0 THEN 'skills' END, CASE WHEN experience_years IS NULL THEN 'experience' END,
               CASE WHEN mobility_km IS NULL THEN 'mobility' END, CASE WHEN licences IS NULL THEN 'licences' END,
               CASE WHEN available_from IS NULL THEN 'availability' END, CASE WHEN contracts IS NULL THEN 'contracts'
               END, CASE WHEN working_time IS NULL THEN 'hours' END], lambda what: what IS NOT NULL) AS unknown
"""


def _folder(pool: Pool) -> Path:
    return pool.folder / "tantivy"


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in TERMS:
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    for name in NUMBERS:
        builder.add_float_field(name, stored=True, fast=True)
    for name in TEXTS:
        builder.add_text_field(name, stored=True, tokenizer_name="default", index_option="basic")
    return builder.build()


class TantivySearch:
    """Finds the people that a search engine would show for an offer with an occupation and a place."""

    def __init__(self, folder: Path, referentials: Database, rings: tuple[float, ...]) -> None:
        index = tantivy.Index.open(str(folder))
        self._boxes = rings
        self._schema, self._searcher, self._referentials = index.schema, index.searcher(), referentials

    def found(self, offer: Offer) -> list[UUID]:
        ask = wanted(self._referentials, self._referentials, offer, national.TODAY)
        hits = self._searcher.search(self._query(ask), limit=SHOWN, count=False).hits
        return [UUID(str(self._searcher.doc(address).get_first("candidate_id"))) for _, address in hits]

    def _query(self, ask: Wanted) -> Query:
        shares = ask.shares(Weights())
        needs = [
            self._occupations(ask, shares["occupation"]),
            self._rings(ask.offer.place, shares["distance"]),
            *(self._any(self._term("licences", name), self._unknown("licences")) for name in ask.blocking_licences),
        ]
        full = sum(ask.skills.values())
        wishes = [
            *((self._term("skills", name), shares["skills"] * weight / full) for name, weight in ask.skills.items()),
            (self._unknown("skills"), shares.get("skills", 0.0) / 2),
            (self._at_most("available_from", (ask.starts - _EPOCH).days), shares["availability"]),
            (self._unknown("availability"), shares["availability"] / 2),
        ]
        if ask.experience is not None:
            wishes.append((self._at_least("experience_years", ask.experience), shares["experience"]))
            wishes.append((self._unknown("experience"), shares["experience"] / 2))
        wishes += [(self._term("licences", name), shares["prerequisites"] / len(ask.licences)) for name in ask.licences]
        if ask.contract is not None:
            wishes.append((self._term("contracts", ask.contract), shares["wishes"] / 2))
        if ask.working_time is not None:
            fits = self._any(self._term("working_time", ask.working_time), self._term("working_time", "any"))
            wishes.append((fits, shares["wishes"] / 2))
        return Query.boolean_query(
            [
                *((Occur.Must, query) for query in needs),
                *((Occur.Should, Query.const_score_query(query, share)) for query, share in wishes),
            ]
        )

    def _occupations(self, ask: Wanted, share: float) -> Query:
        return Query.disjunction_max_query(
            [
                Query.const_score_query(self._term("occupation_code", code), share * degree)
                for code, degree in ask.near.items()
            ]
        )

    def _rings(self, place: Place | None, share: float) -> Query:
        """The narrowest ring that holds the person counts, of those that the person's mobility covers."""
        assert place is not None
        assert place.lat is not None
        assert place.lon is not None
        rings = []
        inner = 0.0
        for outer in self._boxes:
            high, wide = outer / KM_A_DEGREE, outer / KM_A_DEGREE / math.cos(math.radians(place.lat))
            box = [self._between("lat", place.lat - high, place.lat + high),
                   self._between("lon", place.lon - wide, place.lon + wide),
                   self._any(self._at_least("mobility_km", inner), self._unknown("mobility"))]  # fmt: skip
            nearness = 0.5 + 0.5 * 0.5 ** ((inner + outer) / 2 / HALVED_EVERY_KM)
            rings.append(Query.const_score_query(_all(box), share * nearness))
            inner = outer
        return Query.disjunction_max_query(rings)

    def _term(self, field: str, value: str) -> Query:
        return Query.term_query(self._schema, field, value, index_option="basic")

    def _unknown(self, what: str) -> Query:
        return self._term("unknown", what)

    def _between(self, field: str, low: float, high: float) -> Query:
        return Query.range_query(self._schema, field, FieldType.Float, low, high)

    def _at_least(self, field: str, low: float) -> Query:
        return Query.range_query(self._schema, field, FieldType.Float, low)

    def _at_most(self, field: str, high: float) -> Query:
        return Query.range_query(self._schema, field, FieldType.Float, None, high)

    def _any(self, *queries: Query) -> Query:
        return Query.boolean_query([(Occur.Should, query) for query in queries])


def _all(queries: list[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])
