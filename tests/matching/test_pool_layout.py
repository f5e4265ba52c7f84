"""What is kept beside the people so that a ranking reads less: their boxes, their numbers, the referential."""

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.database import Database
from ftcore.matching import people_file, pool, ranking, reference, referential
from ftcore.matching.people_import import import_candidates
from ftcore.matching.ranking import Conditions, Weights
from ftcore.model import ImportReport, Offer, Person, Place

from .conftest import AGENCY, NOW, REFERENTIAL, TODAY, Enter


def degrees(most: int) -> st.SearchStrategy[float]:
    """As places are known: to a metre or so. Nearer to nothing, PostgreSQL refuses the sines."""
    return st.integers(-most * 100_000, most * 100_000).map(lambda number: number / 100_000)


_SOMEWHERE = st.tuples(degrees(60), degrees(180))
_BOXED = f"""
    SELECT {", ".join(f"{sql} AS {name}" for name, sql in pool.BOX.items())}
    FROM (SELECT $1::DOUBLE PRECISION AS lat, $2::DOUBLE PRECISION AS lon, $3::DOUBLE PRECISION AS mobility_km) p
"""


@given(home=_SOMEWHERE, mobility=st.none() | st.floats(0, 1000), way=st.tuples(degrees(12), degrees(30)))
@settings(max_examples=150, deadline=None)
def test_nobody_who_would_come_lives_outside_their_box(
    database: Database, home: tuple[float, float], mobility: float | None, way: tuple[float, float]
) -> None:
    lat, lon = home[0] + way[0], (home[1] + way[1] + 180.0) % 360.0 - 180.0
    km = database.value("SELECT distance_km($1::DOUBLE PRECISION, $2::DOUBLE PRECISION, $3::DOUBLE PRECISION, "
                        "$4::DOUBLE PRECISION)", *home, lat, lon)  # fmt: skip
    box = database.one(_BOXED, *home, mobility) or {}
    inside = box["south"] <= lat <= box["north"] and box["west"] <= lon <= box["east"]
    goes = pool.UNKNOWN_MOBILITY_KM if mobility is None else mobility
    assert inside or km > goes + pool.NEAR_MISS_KM


def test_without_a_place_the_box_is_everywhere(database: Database) -> None:
    assert database.one(_BOXED, None, None, 20.0) == {"south": -90.0, "north": 90.0, "west": -180.0, "east": 180.0}


@given(lat=degrees(60), way=st.tuples(degrees(1), degrees(2)), km=st.floats(0, 100))
def test_half_a_box_holds_what_lies_that_near(lat: float, way: tuple[float, float], km: float) -> None:
    high, wide = pool.half_box(lat, km)
    assert (abs(way[0]) <= high and abs(way[1]) <= wide) or _great_circle(lat, lat + way[0], way[1]) > km


def _great_circle(lat: float, there: float, lon: float) -> float:
    """The great-circle distance in km, the other way: by the angle between two vectors."""
    here, away, turn = math.radians(lat), math.radians(there), math.radians(lon)
    across = math.hypot(
        math.cos(away) * math.sin(turn),
        math.cos(here) * math.sin(away) - math.sin(here) * math.cos(away) * math.cos(turn),
    )
    along = math.sin(here) * math.sin(away) + math.cos(here) * math.cos(away) * math.cos(turn)
    return 6371 * math.atan2(across, along)


HEADER = "Identifiant;Prénom;Nom;Téléphone;Métier;Commune;Mobilité\n"


def bring(database: Database, person: Person, *lines: str, whole: bool = False) -> ImportReport:
    table = people_file.open_table("gens.csv", (HEADER + "".join(lines)).encode())
    return import_candidates(database, person, table, people_file.guess_mapping(table.columns), NOW, whole=whole)


def counted(database: Database) -> dict[str, int]:
    rows = database.rows(
        "SELECT coalesce(occupation_code, '') AS code, count(*) AS people FROM candidate "
        "WHERE agency_id = $1 AND left_utc IS NULL GROUP BY coalesce(occupation_code, '')",
        AGENCY,
    )
    return {row["code"]: row["people"] for row in rows}


def kept(database: Database) -> dict[str, int]:
    rows = database.rows("SELECT occupation_code, people FROM pool_size WHERE agency_id = $1", AGENCY)
    return {row["occupation_code"]: row["people"] for row in rows}


LEA = "A1;Léa;Essai;0639980001;G1803;Annonay;20\n"
PAUL = "A2;Paul;Essai;0639980002;K1304;Annonay;20\n"
INES = "A3;Inès;Essai;0639980003;G1803;Annonay;\n"


def test_the_sizes_that_are_kept_are_those_of_the_people(database: Database, person: Person) -> None:
    bring(database, person, LEA, PAUL, INES)
    assert kept(database) == counted(database) == {"G1803": 2, "K1304": 1}
    bring(database, person, LEA, PAUL.replace("K1304", "G1803"), whole=True)
    assert kept(database) == counted(database) == {"G1803": 2}


def test_a_pool_that_nobody_counted_is_counted_when_it_is_asked_for(database: Database, enter: Enter) -> None:
    enter()
    enter(occupation_code=None)
    database.transact(lambda tx: tx.execute("DELETE FROM pool_size"))
    with database.snapshot() as reader:
        assert pool.sizes(reader, AGENCY) == {"G1803": 1, "": 1}


def test_an_imported_person_is_found_as_far_as_they_go(database: Database, person: Person, offer: Offer) -> None:
    bring(database, person, LEA, PAUL, INES)
    columns = ", ".join(f"{name} AS {name}, {sql} AS {name}_due" for name, sql in pool.BOX.items())
    for row in database.rows(f"SELECT {columns} FROM candidate"):
        assert all(row[name] == row[f"{name}_due"] for name in pool.BOX)
    assert offer.place is not None
    assert offer.place.lat is not None
    for km, found in ((19.0, 1), (21.0, 0)):
        there = replace(offer.place, lat=offer.place.lat + km / 111.195)
        ranked = ranking.rank(database, person, replace(offer, place=there), Weights(), Conditions(), TODAY)
        assert [who.candidate.external_id for who in ranked.people].count("A1") == found


@pytest.mark.parametrize("different", [
    pytest.param({"contract": "CDI", "weekly_hours": None}, id="a contract alone"),
    pytest.param({"contract": None, "weekly_hours": 35.0}, id="hours alone"),
    pytest.param({"contract": "CDI", "weekly_hours": 20.0}, id="both"),
])  # fmt: skip
def test_wishes_are_judged_by_whatever_the_offer_says(
    database: Database, person: Person, offer: Offer, enter: Enter, different: dict[str, Any]
) -> None:
    enter(contracts=["CDI"], working_time="any")
    enter(contracts=["CDD"], working_time="any")
    found = ranking.rank(database, person, replace(offer, **different), Weights(), Conditions(), TODAY)
    assert [type(who.score) for who in found.people] == [float, float]
    parts = [next(r.part for r in who.reasons if r.criterion == "wishes") for who in found.people]
    assert parts[0] > parts[1] or different["contract"] is None


def test_a_referential_is_read_again_once_another_one_is_loaded(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    enter(occupation_code="K1304")
    narrow = Conditions(within_mobility=False)
    assert ranking.rank(database, person, offer, Weights(), narrow, TODAY).people == []

    def link(tx: Any) -> None:
        tx.execute("DELETE FROM occupation_near")
        tx.insert("occupation_near", [{"code": "G1803", "neighbour": "K1304", "degree": 0.6}])
        tx.insert("reference_load", [{"name": "ROME", "source": "x", "version": "1", "loaded_utc": NOW}])

    database.transact(link)
    found = ranking.rank(database, person, offer, Weights(), narrow, TODAY).people
    assert [who.candidate.occupation for who in found] == ["K1304"]
    database.transact(lambda tx: tx.execute("DELETE FROM occupation_near"))
    database.transact(lambda tx: tx.execute("UPDATE reference_load SET loaded_utc = $1", NOW + timedelta(days=1)))
    assert ranking.rank(database, person, offer, Weights(), narrow, TODAY).people == []


def test_the_referential_in_memory_is_the_one_on_record(database: Database) -> None:
    reference.load_starter(database, REFERENTIAL)
    with database.snapshot() as reader:
        found = referential.current(database, reader)
        assert found is referential.current(database, reader)
        assert sum(len(near) for near in found.near.values()) == reader.value("SELECT count(*) FROM occupation_near")
        assert len(found.skills) == reader.value("SELECT count(*) FROM skill")


def test_a_place_known_by_its_department_reaches_as_far_as_the_department(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    enter(lat=45.74, mobility_km=5.0)  # 55 km north of the middle: it may be next door
    rough = replace(offer, place=Place("Ardèche", "07", None, 45.24, 4.67))
    found = ranking.rank(database, person, rough, Weights(), Conditions(), TODAY)
    assert len(found.people) == 1
