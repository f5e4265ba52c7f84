"""A national pool: invented job seekers over the real communes and occupations, as dense as the population.

Nobody here exists, and the numbers are the fictional ones, many times over: such a pool is for measuring,
never for sending. People are written in the order in which the embedded engine keeps a pool.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid5

import duckdb
import numpy as np
import pyarrow as pa

from ftcore.database import Database, Row, utc_now
from ftcore.database.base import SCHEMA
from ftcore.matching import pool, reference
from ftcore.model import Occupation, Offer, OfferSource, Person, Place, Role

AGENCY = UUID("5e1c9c1c-0b5c-4c0e-9f0e-6f6f6f6f6f6f")
TODAY = date(2026, 11, 23)

# Inhabitants in thousands, rounded (Insee, 2021).
_DEPARTMENTS = {
    "01": 663, "02": 525, "03": 335, "04": 166, "05": 141, "06": 1103, "07": 331, "08": 268, "09": 154, "10": 311,
    "11": 377, "12": 279, "13": 2056, "14": 701, "15": 144, "16": 351, "17": 661, "18": 300, "19": 239, "21": 535,
    "22": 606, "23": 115, "24": 413, "25": 548, "26": 519, "27": 599, "28": 431, "29": 921, "2A": 162, "2B": 184,
    "30": 757, "31": 1434, "32": 192, "33": 1654, "34": 1201, "35": 1098, "36": 217, "37": 614, "38": 1284,
    "39": 259, "40": 422, "41": 328, "42": 768, "43": 228, "44": 1457, "45": 684, "46": 174, "47": 330, "48": 76,
    "49": 821, "50": 495, "51": 563, "52": 170, "53": 305, "54": 732, "55": 181, "56": 768, "57": 1049, "58": 202,
    "59": 2611, "60": 829, "61": 276, "62": 1461, "63": 662, "64": 692, "65": 230, "66": 487, "67": 1152,
    "68": 767, "69": 1893, "70": 233, "71": 549, "72": 567, "73": 443, "74": 841, "75": 2133, "76": 1256,
    "77": 1438, "78": 1456, "79": 375, "80": 566, "81": 393, "82": 262, "83": 1096, "84": 563, "85": 694,
    "86": 439, "87": 372, "88": 360, "89": 333, "90": 140, "91": 1313, "92": 1635, "93": 1669, "94": 1415,
    "95": 1256, "971": 384, "972": 361, "973": 287, "974": 871, "976": 300,
}  # fmt: skip
# The largest towns, in thousands: the rest of a department spreads over its other communes.
_TOWNS = {
    "75056": 2133, "13055": 873, "69123": 522, "31555": 504, "06088": 348, "44109": 323, "34172": 302, "67482": 291,
    "33063": 261, "59350": 236, "35238": 225, "83137": 180, "51454": 179, "42218": 173, "76351": 166, "21231": 159,
    "38185": 158, "49007": 157, "69266": 156, "30189": 148, "13001": 147, "63113": 147, "72181": 145, "29019": 141,
    "37261": 138, "80021": 134, "74010": 132, "87085": 130, "57463": 121, "66136": 119, "25056": 118, "45234": 116,
    "76540": 114, "68224": 107, "14118": 106, "54395": 104, "59512": 98, "59599": 98, "86194": 90, "84007": 90,
}  # fmt: skip
_MOBILITY = np.array([5, 10, 15, 20, 20, 30, 30, 30, 40, 50, 60, 100], dtype=np.float64)
_CONTRACTS = (["CDI"], ["CDI", "CDD"], ["CDD"], ["CDI", "CDD", "MIS"])


@dataclass(frozen=True, slots=True)
class Country:
    """Where people live and what they look for, each with its share."""

    communes: list[Row]
    commune_share: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    names: pa.Array
    departments: pa.Array
    occupations: list[Row]
    occupation_share: np.ndarray
    skills: dict[str, list[str]]


REFERENCE = Path(__file__).parents[2] / "shared" / "reference"
_ADMIN = Person("bench", "Mesure", Role.ADMINISTRATOR, AGENCY)
COUNSELOR = Person("bench", "Mesure", Role.COUNSELOR, AGENCY)


def populate(database: Database, people: int) -> Country:
    """Load the official referentials into an empty database, and so many people over them."""
    load_referentials(database)
    land = country(database)
    for batch in batches(land, people):
        _load(database, batch)
    database.transact(lambda tx: pool.count_sizes(tx, AGENCY))
    return land


def load_referentials(database: Database) -> None:
    """The official ROME and communes into an empty database."""
    reference.load_starter(database)
    reference.import_rome(database, _ADMIN, REFERENCE / "rome", utc_now(), lambda part: None)
    communes = REFERENCE / "communes" / "laposte_hexasmal.csv"
    reference.import_communes(database, _ADMIN, communes, utc_now(), lambda part: None)


def _load(database: Database, people: pa.Table) -> None:
    database.transact(lambda tx: tx.load("candidate", people))


def country(database: Database) -> Country:
    """The shares of communes (by population) and occupations (by rank), from the loaded referentials."""
    communes = database.rows(
        "SELECT insee, name, department, lat, lon FROM commune WHERE lat IS NOT NULL ORDER BY insee"
    )
    communes = [row for row in communes if row["department"] in _DEPARTMENTS]
    rng = np.random.default_rng(1)
    # The other communes of a department differ among themselves about as a Pareto law says.
    share = rng.pareto(1.1, len(communes)) + 0.2
    for code, inhabitants in _DEPARTMENTS.items():
        others = [n for n, row in enumerate(communes) if row["department"] == code and row["insee"] not in _TOWNS]
        towns = [n for n, row in enumerate(communes) if row["department"] == code and row["insee"] in _TOWNS]
        share[towns] = [_TOWNS[communes[n]["insee"]] for n in towns]
        left = max(inhabitants - share[towns].sum(), 0.02 * inhabitants)
        share[others] *= left / max(share[others].sum(), 1e-9)
    occupations = database.rows(
        """
        SELECT o.code, o.label, count(t.title) AS titles
        FROM occupation o LEFT JOIN occupation_title t ON t.code = o.code
        GROUP BY o.code, o.label ORDER BY titles DESC, o.code
        """
    )
    weight = 1.0 / (np.arange(len(occupations)) + 6.0)
    skills: dict[str, list[str]] = {}
    rows = database.rows(
        "SELECT code, skill FROM occupation_skill WHERE coalesce(kind, '') <> 'contexte' "
        "ORDER BY code, core DESC, skill"
    )
    for row in rows:
        skills.setdefault(row["code"], []).append(row["skill"])
    return Country(
        communes,
        share / share.sum(),
        np.array([row["lat"] for row in communes]),
        np.array([row["lon"] for row in communes]),
        pa.array([row["name"] for row in communes]),
        pa.array([row["department"] for row in communes]),
        occupations,
        weight / weight.sum(),
        skills,
    )


def batches(land: Country, people: int, seed: int = 2026) -> Iterator[pa.Table]:
    """The people as tables with the columns of `candidate`, some hundred thousand a table."""
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(people, land.occupation_share)
    ordered = sorted(range(len(land.occupations)), key=lambda n: str(land.occupations[n]["code"]))
    pending: list[pa.Table] = []
    first = 0
    for number in ordered:
        count = int(counts[number])
        if not count:
            continue
        pending.append(_some(rng, land, str(land.occupations[number]["code"]), first, count))
        first += count
        if sum(table.num_rows for table in pending) >= 250_000:
            yield _named(pa.concat_tables(pending))
            pending = []
    if pending:
        yield _named(pa.concat_tables(pending))


def _named(people: pa.Table) -> pa.Table:
    """The same people with ids, invented names and fictional numbers, all from their number."""
    with duckdb.connect() as engine:
        engine.execute((SCHEMA / "duckdb.sql").read_text(encoding="utf-8"))
        engine.register("people", people)
        return engine.sql(
            f"""
            SELECT '{AGENCY}' AS agency_id, md5(number::VARCHAR)::UUID::VARCHAR AS candidate_id,
                   number::VARCHAR AS external_id, 'Prénom' || number % 300 AS first_name,
                   'Nom' || number % 5000 AS last_name, '+3363998' || lpad((number % 10000)::VARCHAR, 4, '0') AS phone,
                   * EXCLUDE (number), {", ".join(f"{sql} AS {name}" for name, sql in pool.BOX.items())}
            FROM people
            """
        ).to_arrow_table()


def _some(rng: np.random.Generator, land: Country, code: str, first: int, count: int) -> pa.Table:
    homes = rng.choice(len(land.communes), count, p=land.commune_share)
    lat = land.lat[homes] + rng.normal(0, 0.01, count)
    lon = land.lon[homes] + rng.normal(0, 0.014, count)
    order = np.lexsort((lon, np.round(lat * 4)))
    homes, lat, lon = homes[order], np.round(lat[order], 5), np.round(lon[order], 5)
    numbers = np.arange(first, first + count)
    own = land.skills.get(code, ["Travailler en équipe"])
    held = rng.integers(0, 8, count)
    offsets = np.concatenate([[0], np.cumsum(held)])
    # The first skills of an occupation are its core: they are held more often.
    chosen = np.minimum((rng.random(offsets[-1]) ** 1.6 * len(own)).astype(np.int64), len(own) - 1)
    lorry = code.startswith("N41")
    licences = rng.choice(4, count, p=[0.07, 0.2, 0.2 if lorry else 0.68, 0.53 if lorry else 0.05])
    available = (np.datetime64(TODAY) + rng.integers(-200, 90, count)).astype("datetime64[D]")
    return pa.table(
        {
            "number": pa.array(numbers),
            "occupation_code": pa.array([code] * count),
            "skills": pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(own).take(pa.array(chosen))),
            "experience_years": _unknown(rng, np.round(rng.exponential(5, count).clip(0, 35) * 2) / 2, 0.06),
            "commune": land.names.take(pa.array(homes)),
            "department": land.departments.take(pa.array(homes)),
            "lat": pa.array(lat),
            "lon": pa.array(lon),
            "mobility_km": _unknown(rng, rng.choice(_MOBILITY, count), 0.08),
            "available_from": _unknown(rng, available, 0.07),
            "licences": pa.array([None, [], ["B"], ["B", "C", "CE"]], pa.list_(pa.string())).take(pa.array(licences)),
            "contracts": pa.array([*_CONTRACTS, None], pa.list_(pa.string())).take(pa.array(rng.integers(0, 5, count))),
            "working_time": pa.array(["full", "part", "any", None]).take(pa.array(rng.integers(0, 4, count))),
            "demo": pa.array(np.ones(count, dtype=bool)),
        }
    )


def _unknown(rng: np.random.Generator, values: np.ndarray, share: float) -> pa.Array:
    return pa.array(values, mask=rng.random(len(values)) < share)


def offers(land: Country, count: int, seed: int = 7) -> list[Offer]:
    """Offers of mixed occupations and places: half as they are sought, half of any occupation."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        place = land.communes[int(rng.choice(len(land.communes), p=land.commune_share))]
        share = land.occupation_share if number % 2 else None
        occupation = land.occupations[int(rng.choice(len(land.occupations), p=share))]
        own = land.skills.get(str(occupation["code"]), [])
        offer = Offer(
            agency_id=AGENCY,
            offer_id=uuid5(AGENCY, f"offer {number}"),
            title=str(occupation["label"]),
            description="",
            occupation=Occupation(str(occupation["code"]), str(occupation["label"])),
            place=Place(place["name"], place["department"], place["insee"], place["lat"], place["lon"]),
            source=OfferSource.DEMO,
            created_utc=np.datetime64(TODAY).astype("datetime64[s]").item(),
            skills_required=tuple(own[: int(rng.integers(3, 8))]),
            skills_desired=tuple(own[8:11]),
            contract="CDI",
            weekly_hours=35.0,
            experience_years=float(rng.choice([0, 1, 2, 3])),
            start=TODAY + timedelta(days=int(rng.integers(0, 60))),
        )
        if str(occupation["code"]).startswith("N41"):
            offer = replace(offer, licences=("B", "C"))
        found.append(offer)
    return found
