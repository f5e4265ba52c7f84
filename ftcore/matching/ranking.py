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
by a box around each person's place before any distance is computed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
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


@dataclass(frozen=True, slots=True)
class Placed:
    """Where one person stands: the condition that excludes them (its label), or their place among `people`."""

    excluded_by: str | None
    place: int | None
    people: int
    ranked: Ranked | None


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
    with _asked(database, person, offer, weights, conditions, today) as statement:
        people, counts = statement.best(None, limit)
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
    with _asked(database, person, offer, weights, conditions, today) as statement:
        people, _ = statement.best("within_mobility", limit)
    return people


def place_of(
    database: Database,
    person: Person,
    offer: Offer,
    weights: Weights,
    conditions: Conditions,
    today: date,
    candidate_id: UUID,
) -> Placed:
    """Where one person of the agency stands for an offer, with the data of today: what they may ask about."""
    with _asked(database, person, offer, weights, conditions, today, "explain contacts") as statement:
        return statement.place_of(candidate_id)


@contextmanager
def _asked(
    database: Database,
    person: Person,
    offer: Offer,
    weights: Weights,
    conditions: Conditions,
    today: date,
    permission: str = "see candidates",
) -> Iterator[_Statement]:
    """The query of an offer, over one moment of the pool. Raises NotAllowed."""
    access.require(person, permission, offer.agency_id)
    with database.snapshot() as reader:
        ask = wanted(database, reader, offer, today)
        yield _Statement(reader, database.row_key, ask, pool.sizes(reader, offer.agency_id), weights, conditions)


class _Statement:
    """The one query, written for what this offer asks: what it does not ask costs nothing.

    Its length is time: to read and to plan it takes the embedded engine as long as a few thousand people. So each
    thing is said once, means and places are taken in one window each, and what the engines say differently is a
    function of the schema.
    """

    def __init__(
        self,
        reader: Transaction,
        key: str,
        ask: Wanted,
        sizes: dict[str, int],
        weights: Weights,
        conditions: Conditions,
    ) -> None:
        self._reader, self._key, self._ask, self._conditions = reader, key, ask, conditions
        self._shares = ask.shares(weights)
        self._narrow = conditions.near_occupations and ask.offer.occupation is not None
        self._nameless = sizes.get("", 0)
        self.total = sum(sizes.values())
        near = sum(sizes.get(code, 0) for code in ask.near)
        self.relevant = near + self._nameless if self._narrow else self.total
        self._midnight = datetime.combine(ask.today, time())

    def best(self, excluded_by: str | None, limit: int) -> tuple[list[Ranked], dict[str | None, int]]:
        """The best of those whom this condition excludes (None: no condition), and how many each condition excludes."""
        self._values: list[object] = []
        unreachable = _unreachable(self._reader, self._ask.offer.agency_id, self._midnight - UNREACHABLE)
        shown = "excluded_by IS NULL" if excluded_by is None else f"excluded_by = '{excluded_by}'"
        # Of each other condition comes one person, with the count.
        kept = f"r.place <= CASE WHEN {shown} THEN {limit} ELSE 1 END"
        found = self._reader.rows(self._sql(kept, unreachable), *self._values)
        people = [row for row in found if row["excluded_by"] == excluded_by]
        return (
            _explained(self._reader, self._ask, self._shares, people),
            {row["excluded_by"]: row["people"] for row in found},
        )

    def place_of(self, candidate_id: UUID) -> Placed:
        """Where this person stands; who is out of reach is dropped before being judged, and the reason is told."""
        self._values = []
        unreachable = _unreachable(self._reader, self._ask.offer.agency_id, self._midnight - UNREACHABLE)
        kept = f"r.candidate_id = {self._value(candidate_id, 'UUID')}"
        found = self._reader.rows(self._sql(kept, unreachable), *self._values)
        if not found:
            return Placed(self._dropped(candidate_id), None, 0, None)
        (row,) = found
        if row["excluded_by"] is not None:
            return Placed(EXCLUSIONS[row["excluded_by"]], None, 0, None)
        (ranked,) = _explained(self._reader, self._ask, self._shares, found)
        return Placed(None, row["place"], row["people"], ranked)

    def _dropped(self, candidate_id: UUID) -> str:
        row = self._reader.one(
            "SELECT occupation_code, left_utc FROM candidate WHERE agency_id = $1 AND candidate_id = $2",
            self._ask.offer.agency_id,
            candidate_id,
        )
        if row is None or row["left_utc"] is not None:
            return "N'est plus dans le fichier de l'agence"
        other = row["occupation_code"] is not None and row["occupation_code"] not in self._ask.near
        return EXCLUSIONS["near_occupations" if self._narrow and other else "within_mobility"]

    def _value(self, value: object, kind: str) -> str:
        self._values.append(value)
        return f"${len(self._values)}::{kind}"

    def _sql(self, kept: str, unreachable: list[str]) -> str:
        agency = self._value(self._ask.offer.agency_id, "UUID")
        near, degree = self._near()
        km, reach, within = self._reach()
        exposed, proposed, turns = "", "0", ""
        if self._conditions.rotation:
            since = self._value(self._midnight - EXPOSURE, "TIMESTAMP")
            exposed = (
                f"LEFT JOIN (SELECT candidate_id, count(*) AS times FROM conversation WHERE agency_id = {agency} "
                f"AND opened_utc > {since} GROUP BY candidate_id) e ON e.candidate_id = c.candidate_id"
            )
            proposed = "coalesce(e.times, 0)"
            turns = f"ceil(score * {BANDS}) DESC, proposed, "
        parts = self._parts()
        score = " + ".join(f"{share!r} * coalesce({name}_part, {name}_mean)" for name, share in self._shares.items())
        known = " + ".join(f"CASE WHEN {name}_part IS NULL THEN 0.0 ELSE {share!r} END"
                           for name, share in self._shares.items())  # fmt: skip
        means = ", ".join(
            f"coalesce(floor(1000000 * avg({name}_part) OVER w + 0.5) / 1000000, 0.5) AS {name}_mean" for name in parts
        )
        names = ", ".join(f"r.{name}_part, r.{name}_mean" for name in parts)
        return f"""
            SELECT p.*, r.place, r.km, r.degree, r.score, r.confidence, r.excluded_by, r.people, r.proposed, {names}
            FROM (
                SELECT *, row_number() OVER (
                    PARTITION BY excluded_by ORDER BY {turns}score DESC, confidence DESC, candidate_id
                ) AS place FROM (
                    SELECT *, least(floor(10000 * ({score}) + 0.5) / 10000, 1.0) AS score,
                           least(floor(10000 * ({known}) + 0.5) / 10000, 1.0) AS confidence
                    FROM (
                        SELECT *, count(*) OVER w AS people, {means} FROM (
                            SELECT key, candidate_id, km, degree, proposed,
                                   {", ".join(f"{part} AS {name}_part" for name, part in parts.items())},
                                   CASE {self._exclusions(unreachable)} END AS excluded_by
                            FROM (
                                SELECT c.*, c.{self._key} AS key, {km} AS km, {degree} AS degree, {proposed} AS proposed
                                FROM candidate c {near} {exposed}
                                WHERE c.agency_id = {agency} AND c.left_utc IS NULL {reach}
                            ) placed {within}
                        ) judged WINDOW w AS (PARTITION BY excluded_by)
                    ) weighed
                ) scored
            ) r JOIN candidate p ON p.{self._key} = r.key AND p.agency_id = {agency}
            WHERE {kept} ORDER BY r.place
        """

    def _near(self) -> tuple[str, str]:
        """The join with the near occupations, which keeps the others away where they are not wanted; the degree."""
        if not self._ask.near:
            return "", "NULL::DOUBLE PRECISION"
        codes = self._value(list(self._ask.near), "TEXT[]")
        degrees = self._value(list(self._ask.near.values()), "DOUBLE PRECISION[]")
        join = "LEFT JOIN" if not self._narrow or self._nameless else "JOIN"
        return (
            f"{join} (SELECT unnest({codes}) AS code, unnest({degrees}) AS degree) n ON n.code = c.occupation_code",
            "n.degree",
        )

    def _reach(self) -> tuple[str, str, str]:
        """The distance, whom the scan keeps, and whom of them the distance keeps: near misses stay to be judged."""
        narrow = ""
        if self._narrow and self._nameless:
            narrow = "AND (n.code IS NOT NULL OR c.occupation_code IS NULL)"
        place = self._ask.offer.place
        if place is None or place.lat is None or place.lon is None:
            return "NULL::DOUBLE PRECISION", narrow, ""
        lat, lon = (self._value(axis, "DOUBLE PRECISION") for axis in (place.lat, place.lon))
        km = f"distance_km(c.lat, c.lon, {lat}, {lon})"
        if not self._conditions.within_mobility:
            return km, narrow, ""
        slack = (ROUGH_KM if self._ask.rough else 0.0) + pool.NEAR_MISS_KM
        # The people's boxes hold their mobility and the near misses; a rough place is a box of its own.
        high, wide = pool.half_box(place.lat, ROUGH_KM) if self._ask.rough else (0.0, 0.0)
        north, south, east, west = (
            self._value(edge, "DOUBLE PRECISION")
            for edge in (place.lat + high, place.lat - high, place.lon + wide, place.lon - wide)
        )
        box = f"AND c.south <= {north} AND c.north >= {south} AND c.west <= {east} AND c.east >= {west}"
        return km, f"{narrow} {box}", f"WHERE km IS NULL OR km <= {_GOES} + {slack}"

    def _exclusions(self, unreachable: list[str]) -> str:
        tests = ["WHEN phone IN (SELECT o.phone FROM opt_out o) THEN 'opted_out'"]
        if unreachable:
            tests.append(f"WHEN phone = ANY({self._value(unreachable, 'TEXT[]')}) THEN 'unreachable'")
        conditions, ask = self._conditions, self._ask
        if conditions.licences and ask.blocking_licences:
            tests.append(f"WHEN {self._held(ask.blocking_licences)} < {len(ask.blocking_licences)} THEN 'licences'")
        if conditions.available_by_start:
            tests.append(f"WHEN available_from > {self._value(ask.starts, 'DATE')} THEN 'available_by_start'")
        if conditions.min_experience and ask.experience is not None:
            tests.append(f"WHEN experience_years < {ask.experience!r} THEN 'min_experience'")
        if conditions.within_mobility and ask.located:
            slack = ROUGH_KM if ask.rough else 0.0
            tests.append(f"WHEN km > {_GOES} + {slack} THEN 'within_mobility'")
        return " ".join(tests)

    def _held(self, licences: list[str]) -> str:
        """How many of these licences somebody has; NULL where none is known."""
        return " + ".join(f"CAST({self._has('licences', name)} AS INTEGER)" for name in licences)

    def _has(self, column: str, item: str) -> str:
        return f"has_item({column}, {self._value(item, 'TEXT')})"

    def _parts(self) -> dict[str, str]:
        """Each criterion's part in SQL: 0..1, or NULL where the person's side is unknown."""
        ask = self._ask
        found: dict[str, str] = {}
        for name in self._shares:
            if name == "occupation":
                unknown = "CASE WHEN occupation_code IS NOT NULL THEN coalesce(degree, 0.0) END"
                found[name] = "degree" if self._narrow else unknown
            elif name == "skills":
                held = " + ".join(
                    f"CASE WHEN {self._has('skills', skill)} THEN {weight!r} ELSE 0.0 END"
                    for skill, weight in ask.skills.items()
                )
                found[name] = f"CASE WHEN item_count(skills) > 0 THEN ({held}) / {sum(ask.skills.values())!r} END"
            elif name == "experience":
                years = repr(ask.experience)
                found[name] = f"CASE WHEN experience_years >= {years} THEN 1.0 ELSE experience_years / {years} END"
            elif name == "distance":
                found[name] = _DISTANCE
            elif name == "availability":
                starts = self._value(ask.starts, "DATE")
                found[name] = _AVAILABILITY.replace("$starts", starts)
            elif name == "prerequisites":
                found[name] = f"({self._held(ask.licences)}) / {float(len(ask.licences))!r}"
            else:
                found[name] = self._wishes()
        return found

    def _wishes(self) -> str:
        fits = []
        if self._ask.contract is not None:
            fits.append(f"CAST({self._has('contracts', self._ask.contract)} AS INTEGER)")
        if self._ask.working_time is not None:
            hours = self._value(self._ask.working_time, "TEXT")
            fits.append(f"CASE WHEN working_time IN ({hours}, 'any') THEN 1 WHEN working_time IS NOT NULL THEN 0 END")
        if len(fits) == 1:
            return f"CAST({fits[0]} AS DOUBLE PRECISION)"
        # The mean of what is known.
        return f"coalesce(({fits[0]} + {fits[1]}) / 2.0, {fits[0]}, {fits[1]})"


# Where both people and the offer say it, a person goes as far as they said.
_GOES = f"coalesce(mobility_km, {pool.UNKNOWN_MOBILITY_KM})"

# Half nearness, half whether the person goes that far; where only the way is known, it alone counts, so that
# the neighbour is still preferred. Half the earth's girth halves 0.5 a thousand times, just no underflow yet.
_NEARNESS = f"power(0.5, km / {HALVED_EVERY_KM})"
_DISTANCE = f"""
    CASE WHEN mobility_km IS NULL THEN {_NEARNESS}
         ELSE 0.5 * {_NEARNESS} + 0.5 * CASE WHEN km <= mobility_km THEN 1.0 ELSE mobility_km / km END END
"""
# The 500 keeps the power from an underflow, which PostgreSQL refuses.
_AVAILABILITY = f"""
    CASE WHEN available_from <= $starts THEN 1.0
         WHEN available_from IS NOT NULL
         THEN power(0.5, least((available_from - $starts) / {HALVED_EVERY_DAYS}, 500.0)) END
"""


def _unreachable(reader: Transaction, agency_id: UUID, since: datetime) -> list[str]:
    """The numbers to which an SMS came back twice since then, and none arrived."""
    returned = reader.rows(_RETURNED, agency_id, since)
    twice = [phone for phone, times in Counter(row["phone"] for row in returned).items() if times >= 2]
    if not twice:
        return []
    reached = {row["phone"] for row in reader.rows(_REACHED, agency_id, since, twice)}
    return sorted(set(twice) - reached)


_RETURNED = "SELECT phone FROM message WHERE agency_id = $1 AND state = 'failed' AND settled_utc > $2"
_REACHED = """
    SELECT DISTINCT phone FROM message
    WHERE agency_id = $1 AND state = 'delivered' AND settled_utc > $2 AND phone = ANY($3::TEXT[])
"""


def _explained(reader: Transaction, ask: Wanted, shares: dict[str, float], found: list[Row]) -> list[Ranked]:
    """The people of the rows with their reasons, in the order of the rows."""
    ids = [row["candidate_id"] for row in found]
    since = datetime.combine(ask.today, time()) - EXPOSURE
    proposed = Counter(row["candidate_id"] for row in reader.rows(_EXPOSED, ask.offer.agency_id, since, ids))
    labels = _labels(reader, ask, {row["occupation_code"] for row in found})
    return [
        explained(
            pool.from_row(row),
            row | {"proposed": proposed[row["candidate_id"]]},
            ask,
            shares,
            labels.get(row["occupation_code"]),
        )
        for row in found
    ]


_EXPOSED = """
    SELECT candidate_id FROM conversation
    WHERE agency_id = $1 AND opened_utc > $2 AND candidate_id IN (SELECT unnest($3::UUID[]))
"""


def _labels(reader: Transaction, ask: Wanted, codes: set[str | None]) -> dict[str | None, str]:
    """The labels of these occupations; those of neighbours are known already."""
    others = sorted(code for code in codes if code and code not in ask.near)
    rows = reader.rows("SELECT code, label FROM occupation WHERE code = ANY($1::TEXT[])", others) if others else []
    return {**ask.labels, **{row["code"]: row["label"] for row in rows}}
