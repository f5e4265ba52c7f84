"""Who fits an offer, and why: one deterministic query over the pool, in either engine. No model sets a rank.

Each criterion gives a part, 0 to 1, and the **score** is their weighted mean. What is unknown of a person counts
as the mean of those of whom it is known in the same selection (0.5 where it is of nobody): unknown is not no, so it
neither lowers a score nor raises it; it lowers the **confidence**, the share of the weights that is known, and
becomes a question to ask.

The rule of order, ties included: the higher score (to four decimals), the higher confidence, the id. Where turns
are taken, people within five points of score count as equals, and those approached least in 30 days come first.

Nothing that the law protects is read: not the name, sex, age, nationality or district of anybody, only where
the commune lies, how far the person goes, and what the offer asks.

The pool is laid out for this: people stand in the order of agency, occupation and place (`people_import`), so that
only the parts of it are read that hold the occupation or its neighbours; and who is far out of reach is dropped
by latitude before any distance is computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from ftcore.database import Database, Row, Transaction
from ftcore.matching import pool
from ftcore.matching.criteria import Conditions, Weights
from ftcore.matching.reasons import ROUGH_KM, explained
from ftcore.matching.wanted import Wanted, wanted
from ftcore.model import Offer, Person, Ranked
from ftcore.trust import access

__all__ = ["EXCLUSIONS", "Conditions", "Ranking", "Weights", "near_misses", "rank"]

# Half of the nearness is lost every so many kilometres; half of the availability every so many days.
HALVED_EVERY_KM = 20.0
HALVED_EVERY_DAYS = 30.0
# How far somebody may be taken to go of whom no mobility is known.
UNKNOWN_MOBILITY_KM = 100.0
# Who lives so little beyond their own limit may be shown apart: the limit is worth a question.
NEAR_MISS_KM = 10.0
# With turns taken, people count as equals within a band of five points of score.
BANDS = 20
# Approaches count for exposure this long; SMS that came back make a number unreachable this long.
EXPOSURE = timedelta(days=30)
UNREACHABLE = timedelta(days=90)

# In this order: a person is counted under the first condition that excludes them. Only the near misses are
# judged by everything else before their mobility, so that what is left of them misses nothing but that.
EXCLUSIONS = {
    "near_occupations": "Autre métier",
    "within_mobility": "Hors de sa zone de mobilité",
    "opted_out": "A demandé à ne plus recevoir de SMS",
    "unreachable": "Numéro injoignable",
    "licences": "Sans le permis demandé",
    "available_by_start": "Pas disponible au début",
    "min_experience": "Moins d'expérience que demandé",
}


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best people, how many were looked at, and how many each condition excluded (French label).

    `considered` is the people that are not excluded plus all that `excluded` counts; `nearly` is how many
    of the excluded live no more than 10 km beyond their mobility, and miss nothing else.
    """

    people: list[Ranked]
    considered: int
    excluded: dict[str, int]
    nearly: int = 0


def rank(
    database: Database,
    person: Person,
    offer: Offer,
    weights: Weights,
    conditions: Conditions,
    today: date,
    limit: int = 50,
) -> Ranking:
    """The people of the offer's agency who fit best, in the order that the module states.

    A criterion that the offer says nothing about (no place, no experience asked…) is left out of the
    score. Without skills in the offer, the core skills of its occupation are taken.
    """
    access.require(person, "see candidates", offer.agency_id)
    with database.snapshot() as reader:
        ask = wanted(reader, offer, today)
        statement = _Statement(reader, database.row_key, ask, weights, conditions)
        found = statement.run("excluded_by IS NULL", limit)
        people = _explained(reader, database, ask, statement.shares, found)
    counts = {row["excluded_by"]: row["people"] for row in found}
    excluded = {name: counts.get(name, 0) for name in EXCLUSIONS}
    excluded["near_occupations"] = statement.total - statement.relevant
    # Who was dropped before being judged is out of reach too.
    excluded["within_mobility"] += statement.relevant - sum(counts.values())
    return Ranking(
        people=people,
        considered=statement.total,
        excluded={label: excluded[name] for name, label in EXCLUSIONS.items() if excluded[name]},
        nearly=counts.get("within_mobility", 0),
    )


def near_misses(
    database: Database,
    person: Person,
    offer: Offer,
    weights: Weights,
    conditions: Conditions,
    today: date,
    limit: int = 10,
) -> list[Ranked]:
    """The best of those who only live beyond their mobility, by 10 km at most; `missing` says by how much."""
    access.require(person, "see candidates", offer.agency_id)
    with database.snapshot() as reader:
        ask = wanted(reader, offer, today)
        statement = _Statement(reader, database.row_key, ask, weights, conditions)
        found = statement.run("excluded_by = 'within_mobility'", limit)
        return _explained(reader, database, ask, statement.shares, found)


class _Statement:
    """The one query, written for what this offer asks: what it does not ask costs nothing."""

    def __init__(self, reader: Transaction, key: str, ask: Wanted, weights: Weights, conditions: Conditions) -> None:
        self._reader, self._key, self._ask, self._conditions = reader, key, ask, conditions
        self.shares = ask.shares(weights)
        offer = ask.offer
        self._narrow = conditions.near_occupations and offer.occupation is not None
        counts = reader.one(_COUNTS, offer.agency_id, list(ask.near)) or {}
        self.total, self._nameless = counts["everybody"], counts["nameless"]
        self.relevant = counts["near"] + counts["nameless"] if self._narrow else self.total
        self._midnight = datetime.combine(ask.today, time())
        self._unreachable = [
            row["phone"] for row in reader.rows(_UNREACHABLE, offer.agency_id, self._midnight - UNREACHABLE)
        ]

    def run(self, shown: str, limit: int) -> list[Row]:
        """A row a person of those that are `shown`, best first, and a row a condition that excluded somebody."""
        self._values: list[object] = []
        agency = self._value(self._ask.offer.agency_id, "UUID")
        rows = self._reader.rows(self._sql(agency, shown, limit), *self._values)
        # `place` is NULL where a condition excluded people: they are only counted.
        return sorted(rows, key=lambda row: row["place"] or 0)

    def _value(self, value: object, kind: str) -> str:
        self._values.append(value)
        return f"${len(self._values)}::{kind}"

    def _sql(self, agency: str, shown: str, limit: int) -> str:
        parts = self._parts()
        join = "LEFT JOIN" if not self._narrow or self._nameless else "JOIN"
        near = ""
        if self._ask.near:
            near = (
                f"{join} (SELECT unnest({self._value(list(self._ask.near), 'TEXT[]')}) AS code, "
                f"unnest({self._value(list(self._ask.near.values()), 'DOUBLE PRECISION[]')}) AS degree) n "
                "ON n.code = c.occupation_code"
            )
        km = "NULL::DOUBLE PRECISION"
        place = self._ask.offer.place
        if place is not None and self._ask.located:
            lat, lon = (self._value(axis, "DOUBLE PRECISION") for axis in (place.lat, place.lon))
            km = f"distance_km(c.lat, c.lon, {lat}, {lon})"
        where, within = self._reach()
        exposed, proposed = "", "0"
        if self._conditions.rotation:
            since = self._value(self._midnight - EXPOSURE, "TIMESTAMP")
            exposed = (
                f"LEFT JOIN (SELECT candidate_id, count(*) AS times FROM conversation WHERE agency_id = {agency} "
                f"AND opened_utc > {since} GROUP BY candidate_id) e ON e.candidate_id = c.candidate_id"
            )
            proposed = "coalesce(e.times, 0)"
        turns = f"ceil(score * {BANDS}) DESC, proposed, " if self._conditions.rotation else ""
        order = f"{turns}score DESC, confidence DESC, candidate_id"
        score = " + ".join(f"{share!r} * coalesce({name}_part, {name}_mean)" for name, share in self.shares.items())
        known = " + ".join(f"CASE WHEN {name}_part IS NULL THEN 0.0 ELSE {share!r} END"
                           for name, share in self.shares.items())  # fmt: skip
        means = ", ".join(
            f"coalesce(floor(1000000 * avg({name}_part) + 0.5) / 1000000, 0.5) AS {name}_mean" for name in parts
        )
        mean_names = ", ".join(f"{name}_mean" for name in parts)
        names = ", ".join(f"b.{name}_part, t.{name}_mean" for name in parts)
        degree = "n.degree" if near else "NULL::DOUBLE PRECISION"
        return f"""
            WITH placed AS (
                SELECT c.*, c.{self._key} AS key, {km} AS km, {degree} AS degree, {proposed} AS proposed
                FROM candidate c {near} {exposed}
                WHERE c.agency_id = {agency} AND c.left_utc IS NULL {where}
            ), judged AS MATERIALIZED (
                SELECT key, candidate_id, km, degree, proposed,
                       {", ".join(f"{part} AS {name}_part" for name, part in parts.items())},
                       CASE {self._exclusions()} END AS excluded_by
                FROM placed WHERE {within}
            ), tally AS (
                SELECT excluded_by, count(*) AS people, {means} FROM judged GROUP BY excluded_by
            ), best AS (
                SELECT j.*, least(floor(10000 * ({score}) + 0.5) / 10000, 1.0) AS score,
                       least(floor(10000 * ({known}) + 0.5) / 10000, 1.0) AS confidence
                FROM judged j CROSS JOIN (SELECT {mean_names} FROM tally WHERE {shown}) m WHERE {shown}
            ), first AS (
                SELECT *, row_number() OVER (ORDER BY {order}) AS place FROM best ORDER BY {order} LIMIT {limit}
            )
            SELECT b.key, b.km, b.degree, b.score, b.confidence, b.place, {names}, t.excluded_by, t.people
            FROM tally t LEFT JOIN first b ON t.{shown}
        """

    def _reach(self) -> tuple[str, str]:
        """Whom the scan keeps, and whom of them the distance keeps: the near misses stay to be judged."""
        where = ""
        if self._narrow:
            codes = self._value(list(self._ask.near), "TEXT[]")
            where = f"AND c.occupation_code IN (SELECT unnest({codes}))"
            if self._nameless:
                where = f"AND (c.occupation_code = ANY({codes}) OR c.occupation_code IS NULL)"
        if not self._conditions.within_mobility or not self._ask.located:
            return where, "true"
        slack = (ROUGH_KM if self._ask.rough else 0.0) + NEAR_MISS_KM
        place = self._ask.offer.place
        lat = self._value(place.lat if place else None, "DOUBLE PRECISION")
        # 111 km a degree of latitude is a little less than the truth: nobody within reach is dropped.
        where += f" AND (c.lat IS NULL OR abs(c.lat - {lat}) * 111.0 <= {_GOES} + {slack})"
        return where, f"(km IS NULL OR km <= {_GOES} + {slack})"

    def _exclusions(self) -> str:
        tests = ["WHEN phone IN (SELECT o.phone FROM opt_out o) THEN 'opted_out'"]
        if self._unreachable:
            tests.append(f"WHEN phone = ANY({self._value(self._unreachable, 'TEXT[]')}) THEN 'unreachable'")
        conditions, ask = self._conditions, self._ask
        if conditions.licences and ask.blocking_licences:
            asked = self._value(ask.blocking_licences, "TEXT[]")
            tests.append(f"WHEN item_count(shared_items(licences, {asked})) < item_count({asked}) THEN 'licences'")
        if conditions.available_by_start:
            tests.append(f"WHEN available_from > {self._value(ask.starts, 'DATE')} THEN 'available_by_start'")
        if conditions.min_experience and ask.experience is not None:
            tests.append(f"WHEN experience_years < {ask.experience!r} THEN 'min_experience'")
        if conditions.within_mobility and ask.located:
            slack = ROUGH_KM if ask.rough else 0.0
            tests.append(f"WHEN km > {_GOES} + {slack} THEN 'within_mobility'")
        return " ".join(tests)

    def _parts(self) -> dict[str, str]:
        """Each criterion's part in SQL: 0..1, or NULL where the person's side is unknown."""
        ask = self._ask
        found: dict[str, str] = {}
        for name in self.shares:
            if name == "occupation":
                found[name] = "CASE WHEN occupation_code IS NULL THEN NULL ELSE coalesce(degree, 0.0) END"
            elif name == "skills":
                skills = self._value(list(ask.skills), "TEXT[]")
                weights = self._value(list(ask.skills.values()), "DOUBLE PRECISION[]")
                found[name] = f"CASE WHEN item_count(skills) > 0 THEN held_share(skills, {skills}, {weights}) END"
            elif name == "experience":
                years = repr(ask.experience)
                found[name] = f"CASE WHEN experience_years >= {years} THEN 1.0 ELSE experience_years / {years} END"
            elif name == "distance":
                found[name] = _DISTANCE
            elif name == "availability":
                starts = self._value(ask.starts, "DATE")
                found[name] = _AVAILABILITY.replace("$starts", starts)
            elif name == "prerequisites":
                licences = self._value(ask.licences, "TEXT[]")
                found[name] = f"item_count(shared_items(licences, {licences})) / {float(len(ask.licences))!r}"
            else:
                found[name] = self._wishes()
        return found

    def _wishes(self) -> str:
        fits = []
        if self._ask.contract is not None:
            # Not "= ANY": the embedded engine makes a subquery of it, which costs more than all other parts.
            contract = self._value([self._ask.contract], "TEXT[]")
            fits.append(f"item_count(shared_items(contracts, {contract}))")
        if self._ask.working_time is not None:
            hours = self._value(self._ask.working_time, "TEXT")
            fits.append(f"CASE WHEN working_time IN ({hours}, 'any') THEN 1 WHEN working_time IS NOT NULL THEN 0 END")
        if len(fits) == 1:
            return f"{fits[0]} * 1.0"
        return f"(coalesce({fits[0]}, {fits[1]}) + coalesce({fits[1]}, {fits[0]})) / 2.0"


# Where both people and the offer say it, a person goes as far as they said.
_GOES = f"coalesce(mobility_km, {UNKNOWN_MOBILITY_KM})"

# Half nearness, half whether the person goes that far; where only the way is known, it alone counts, so that
# the neighbour is still preferred. The 500 keeps the power from an underflow, which PostgreSQL refuses.
_DISTANCE = f"""
    CASE WHEN km IS NULL THEN NULL
         WHEN mobility_km IS NULL THEN power(0.5, least(km / {HALVED_EVERY_KM}, 500.0))
         ELSE 0.5 * power(0.5, least(km / {HALVED_EVERY_KM}, 500.0))
            + 0.5 * CASE WHEN km <= mobility_km THEN 1.0 ELSE mobility_km / km END END
"""
_AVAILABILITY = f"""
    CASE WHEN available_from IS NULL THEN NULL
         WHEN available_from <= $starts THEN 1.0
         ELSE power(0.5, least((available_from - $starts) / {HALVED_EVERY_DAYS}, 500.0)) END
"""

_COUNTS = """
    SELECT (SELECT count(*) FROM candidate WHERE agency_id = $1 AND left_utc IS NULL) AS everybody,
           (SELECT count(*) FROM candidate WHERE agency_id = $1 AND left_utc IS NULL
            AND occupation_code IN (SELECT unnest($2::TEXT[]))) AS near,
           (SELECT count(*) FROM candidate WHERE agency_id = $1 AND left_utc IS NULL AND occupation_code IS NULL)
               AS nameless
"""

# Twice an SMS came back, and none arrived.
_UNREACHABLE = """
    SELECT phone FROM message
    WHERE agency_id = $1 AND state IN ('failed', 'delivered') AND settled_utc > $2
    GROUP BY phone
    HAVING count(CASE WHEN state = 'failed' THEN 1 END) >= 2 AND count(CASE WHEN state = 'delivered' THEN 1 END) = 0
    ORDER BY phone
"""


def _explained(
    reader: Transaction, database: Database, ask: Wanted, shares: dict[str, float], found: list[Row]
) -> list[Ranked]:
    """The people of the rows with their reasons, in the order of the rows."""
    rows = [row for row in found if row["key"] is not None]
    people = _people(reader, database, ask.offer.agency_id, [row["key"] for row in rows])
    since = datetime.combine(ask.today, time()) - EXPOSURE
    ids = [record["candidate_id"] for record in people.values()]
    proposed = {row["candidate_id"]: row["times"] for row in reader.rows(_EXPOSED, ask.offer.agency_id, since, ids)}
    labels = _labels(reader, ask, {record["occupation_code"] for record in people.values()})
    return [
        explained(
            pool.from_row(people[row["key"]]),
            row | {"proposed": proposed.get(people[row["key"]]["candidate_id"], 0)},
            ask,
            shares,
            labels.get(people[row["key"]]["occupation_code"]),
        )
        for row in rows
    ]


_EXPOSED = """
    SELECT candidate_id, count(*) AS times FROM conversation
    WHERE agency_id = $1 AND opened_utc > $2 AND candidate_id = ANY($3::UUID[]) GROUP BY candidate_id
"""


def _people(reader: Transaction, database: Database, agency_id: UUID, keys: list[object]) -> dict[object, Row]:
    """The records of the people that are shown, by key."""
    if not keys:
        return {}
    rows = reader.rows(
        f"SELECT c.{database.row_key} AS key, c.* FROM candidate c "
        f"WHERE c.agency_id = $1 AND c.{database.row_key} = ANY($2::{database.row_key_type}[])",
        agency_id,
        keys,
    )
    return {row["key"]: row for row in rows}


def _labels(reader: Transaction, ask: Wanted, codes: set[str | None]) -> dict[str | None, str]:
    """The labels of these occupations; those of neighbours are known already."""
    others = sorted(code for code in codes if code and code not in ask.near)
    rows = reader.rows("SELECT code, label FROM occupation WHERE code = ANY($1::TEXT[])", others) if others else []
    return {**ask.labels, **{row["code"]: row["label"] for row in rows}}
