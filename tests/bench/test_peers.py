"""The peers of the benchmark rank as the embedded engine does, also where people are unknown or left out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid5

import pytest

from bench import national
from bench.engines import served
from bench.peers import pandas_pool, postgresql, tantivy_pool
from bench.peers import pool as pools
from bench.peers.embedded import ranked
from bench.peers.measuring import Answer, Line
from bench.peers.pool import Pool
from bench.ranking import compared
from ftcore.database import Database, Row, Transaction
from ftcore.matching import pool as people_pool
from ftcore.matching import reference

OPTED_OUT = [f"+3363998{number:04}" for number in range(0, 10_000, 20)]
UNREACHABLE = [f"+3363998{number:04}" for number in range(7, 10_000, 25)]
NOW = datetime(2026, 11, 20, 12)


def plant(tx: Transaction) -> None:
    """Who has left, whose occupation or place is unknown, and nobody's number as it should be."""
    tx.execute("UPDATE candidate SET left_utc = $1 WHERE external_id LIKE '%7'", NOW)
    tx.execute("UPDATE candidate SET occupation_code = NULL WHERE external_id LIKE '%31'")
    tx.execute("UPDATE candidate SET lat = NULL, lon = NULL WHERE external_id LIKE '%5'")
    people_pool.lay_out(tx, national.AGENCY)


def refuse(tx: Transaction) -> None:
    """Numbers that are not to be written to, and numbers from which two SMS came back."""
    tx.insert("opt_out", [{"phone": phone, "since_utc": NOW, "source": "sms", "reason": ""} for phone in OPTED_OUT])
    tx.insert("message", [failed(phone, time) for phone in UNREACHABLE for time in range(2)])


def failed(phone: str, time: int) -> Row:
    ids = {name: uuid5(national.AGENCY, f"{name} {phone} {time}")
           for name in ("message_id", "conversation_id", "campaign_id")}  # fmt: skip
    return {
        **ids, "agency_id": national.AGENCY, "phone": phone, "body": "", "parts": 1, "automatic": False,
        "opening": True, "state": "failed", "queued_utc": NOW, "not_before_utc": NOW,
        "settled_utc": NOW - timedelta(days=time), "contradicted": False,
    }  # fmt: skip


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    # Socket addresses are short: not in pytest's own deep folders.
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        # The official referentials take half a minute to load, and the starter compares as well.
        patch.setattr(national, "load_referentials", reference.load_starter)
        written = pools.write(Path(folder), 12_000)
        database = Database.open(str(written.database))
        database.transact(plant)
        database.transact(refuse)
        database.close()
        pools.export(written)
        # The offers of sought occupations; one that says less, and one that most people lack the licence for.
        offers = [offer for number, offer in enumerate(written.offers[:24]) if number % 2]
        vaguer = replace(offers[0], skills_required=(), skills_desired=(), experience_years=None, contract=None,
                         weekly_hours=None)  # fmt: skip
        stricter = [replace(offer, licences=("B", "C")) for offer in offers[:3]]
        yield replace(written, offers=[*offers, vaguer, *stricter])


@pytest.fixture(scope="module")
def expected(pool: Pool) -> list[Answer]:
    database = Database.open(str(pool.database))
    answers = [Answer.of(ranked(database, offer)) for offer in pool.offers]
    database.close()
    assert sum(len(answer.ids) for answer in answers) > 200
    labels = {label for answer in answers for label in answer.excluded}
    assert {"A demandé à ne plus recevoir de SMS", "Numéro injoignable", "Sans le permis demandé"} <= labels
    return answers


@pytest.mark.parametrize("finder", [pandas_pool.Mask, pandas_pool.Groups])
def test_pandas_gives_the_same_answers(
    pool: Pool, expected: list[Answer], finder: type[pandas_pool.Mask] | type[pandas_pool.Groups]
) -> None:
    people = pandas_pool.read(pool.parquet)
    referentials = Database.open(str(pool.database))
    ranking = pandas_pool.PandasRanking(people, referentials, finder(people), OPTED_OUT, UNREACHABLE)
    assert [Answer.of(ranking.rank(offer)) for offer in pool.offers] == expected
    referentials.close()


def test_postgresql_gives_the_same_answers(pool: Pool, expected: list[Answer]) -> None:
    postgresql.prepare(pool)
    with served(postgresql.folder(pool)) as address:
        database = Database.open(address)
        database.transact(refuse)
        assert [Answer.of(ranked(database, offer)) for offer in pool.offers] == expected
        database.close()


def test_tantivy_finds_people_of_the_ranking_but_not_the_same(pool: Pool, expected: list[Answer]) -> None:
    tantivy_pool.prepare(pool)
    lines = tantivy_pool.measure(pool, 0.0)
    for line in lines:
        assert line.found is not None
        assert all(len(ids) <= 50 for ids in line.found)
        assert any(ids & set(answer.ids) for answer, ids in zip(expected, line.found, strict=True))


def test_the_table_says_for_how_many_offers_the_answers_are_the_same() -> None:
    ana, bob = UUID(int=1), UUID(int=2)
    right = Answer((ana, bob), (0.9, 0.8), (("disponible",), ("disponible",)), {"": 2})
    wrong = replace(right, scores=(0.9, 0.8001))
    rows = compared(
        2,
        [
            Line("embedded", [1.0, 2.0, 3.0], 0.5, 1.0, [right, right]),
            Line("other", [4.0, 4.0, 4.0], 0.5, 1.0, [right, wrong]),
            Line("search", [1.0, 1.0, 1.0], 0.5, 1.0, found=[{ana}, {ana, bob}]),
            Line("floor", [0.5, 0.5, 0.5], 0.0),
        ],
    )
    assert [row["same answers"] for row in rows] == ["2 of 2 offers", "1 of 2 offers", "75% of the people", ""]
    assert [row["ratio"] for row in rows] == [1.0, 2.0, 0.5, 0.25]
