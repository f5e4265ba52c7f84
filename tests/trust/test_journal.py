"""The journal: with the act or not at all, appended and never changed, nothing private in it, one chain after all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.database import Database, Transaction
from ftcore.errors import DatabaseError, FtError
from ftcore.trust import journal, journal_proof

NOW = datetime(2026, 11, 24, 9, 0)


@pytest.fixture
def base(fresh_database: Callable[..., Database]) -> Database:
    return fresh_database()


def places(base: Database) -> dict[tuple[UUID, str], list[int]]:
    """The numbers of each chain."""
    found: dict[tuple[UUID, str], list[int]] = {}
    for row in base.rows("SELECT agency_id, chain, sequence FROM journal ORDER BY sequence"):
        found.setdefault((row["agency_id"], row["chain"]), []).append(row["sequence"])
    return found


def test_an_entry_says_who_did_what_to_whom_when_and_why(base: Database) -> None:
    agency, subject, candidate = uuid4(), uuid4(), uuid4()
    base.transact(
        lambda tx: journal.record(
            tx, agency, "c1", "verdict", subject, NOW, "more", person=candidate, reason="why", verdict="introduced",
            automaton="reader", model="m 1", prompt="answer/2",
        )
    )  # fmt: skip
    (row,) = base.rows("SELECT * FROM journal")
    assert {name: row[name] for name in (*journal.SAID, *journal.PLACED) if name != "entry_id"} == {
        "agency_id": agency,
        "happened_utc": NOW,
        "actor": "c1",
        "act": "verdict",
        "subject": str(subject),
        "candidate_id": candidate,
        "detail": "more",
        "reason": "why",
        "verdict": "introduced",
        "automaton": "reader",
        "model": "m 1",
        "prompt": "answer/2",
        "chain": "people",
        "sequence": 1,
        "previous_hash": "",
    }
    assert row["hash"] == journal.digest(row)


def test_the_same_act_twice_is_two_entries_and_the_second_holds_the_hash_of_the_first(base: Database) -> None:
    agency = uuid4()
    for _ in range(2):
        base.transact(lambda tx: journal.record(tx, agency, "c1", "offer closed", "x", NOW))
    first, second = base.rows("SELECT * FROM journal ORDER BY sequence")
    assert (first["sequence"], second["sequence"]) == (1, 2)
    assert second["previous_hash"] == first["hash"]


def test_an_act_that_fails_leaves_no_entry_and_no_gap(base: Database) -> None:
    agency = uuid4()

    def work(tx: Transaction) -> None:
        journal.record(tx, agency, "c1", "verdict", "x", NOW, wrote="my reason")
        raise RuntimeError("the act failed")

    base.transact(lambda tx: journal.record(tx, agency, "c1", "verdict", "x", NOW))
    with pytest.raises(RuntimeError):
        base.transact(work)
    base.transact(lambda tx: journal.record(tx, agency, "c1", "verdict", "x", NOW))
    assert places(base) == {(agency, "people"): [1, 2]}
    assert base.value("SELECT count(*) FROM journal_reason") == 0
    assert journal_proof.verify(base).holds


def test_an_entry_that_cannot_be_written_takes_the_act_back(base: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "digest", lambda _entry: 1 / 0)

    def work(tx: Transaction) -> None:
        tx.insert("agency", [{"agency_id": uuid4(), "name": "A", "department": "07", "demo": False}])
        journal.record(tx, uuid4(), "c1", "verdict", "x", NOW)

    with pytest.raises(ZeroDivisionError):
        base.transact(work)
    assert base.value("SELECT count(*) FROM agency") == 0


def test_nothing_is_written_where_no_transaction_ends(base: Database) -> None:
    with base.read() as reader, pytest.raises(DatabaseError):
        journal.record(reader, uuid4(), "c1", "verdict", "x", NOW)


def test_the_head_is_taken_once_for_all_entries_of_a_transaction(base: Database) -> None:
    agency, other = uuid4(), uuid4()

    def work(tx: Transaction) -> None:
        for number in range(20):
            journal.record(tx, (agency, other)[number % 2], ("c1", "automate")[number % 3 == 0], "opt-out", "x", NOW)

    base.transact(work)
    assert sum(map(len, places(base).values())) == 20
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in places(base).values())
    assert len(places(base)) == 4
    assert journal_proof.verify(base).holds


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        pytest.param("rappeler le 06 39 98 00 01", "rappeler le [numéro]", id="a number as people write it"),
        pytest.param("+33639980001", "[numéro]", id="a number as the gateway writes it"),
        pytest.param("écrire à awa@exemple.fr vite", "écrire à [adresse] vite", id="an address"),
        pytest.param("a\x00b\nc", "ab c", id="what PostgreSQL cannot hold, and lines"),
        pytest.param("\ud800", "?", id="half a character"),
        pytest.param("x" * 600, "x" * 500, id="a text without end"),
    ],
)
def test_no_number_and_no_address_stands_in_an_entry(base: Database, given_text: str, kept: str) -> None:
    agency = uuid4()
    base.transact(
        lambda tx: journal.record(
            tx, agency, "c1", "verdict", given_text, NOW, given_text, reason=given_text, verdict=given_text,
            automaton=given_text, model=given_text, prompt=given_text,
        )
    )  # fmt: skip
    (row,) = base.rows("SELECT * FROM journal")
    assert {row[name] for name in ("subject", "detail", "reason", "verdict", "automaton", "model", "prompt")} == {kept}
    assert journal_proof.verify(base).holds


def test_an_id_that_looks_like_a_number_stays_an_id(base: Database) -> None:
    subject = UUID("01234567-8901-4123-8123-456789012345")
    base.transact(lambda tx: journal.record(tx, uuid4(), str(subject), "verdict", subject, NOW))
    (row,) = base.rows("SELECT actor, subject FROM journal")
    assert row == {"actor": str(subject), "subject": str(subject)}


@pytest.mark.parametrize(
    ("actor", "is_kept"),
    [
        pytest.param("c1", True, id="an id"),
        pytest.param("automate", True, id="the automaton"),
        pytest.param("claire.martin@exemple.fr", False, id="an address given as an id"),
        pytest.param("Claire Martin", False, id="a name given as an id"),
        pytest.param("0639980001", False, id="a number given as an id"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_who_acted_is_an_id_or_a_hash(base: Database, actor: str, is_kept: bool) -> None:
    base.transact(lambda tx: journal.record(tx, uuid4(), actor, "verdict", "x", NOW))
    stored = base.value("SELECT actor FROM journal")
    assert (stored == actor) == is_kept
    assert is_kept or stored.startswith("h-")


def test_a_reason_in_someones_own_words_stays_beside_the_journal_and_can_be_erased(base: Database) -> None:
    agency = uuid4()
    words = "Awa Martin ne veut pas"
    whom = uuid4()
    base.transact(
        lambda tx: journal.record(tx, agency, "c1", "verdict", "x", NOW, reason="rule 4", wrote=words, person=whom)
    )
    (row,) = base.rows("SELECT * FROM journal")
    assert "Awa" not in str(row)
    assert row["reason"] == "rule 4, in their own words (22 characters)"
    assert base.value("SELECT body FROM journal_reason WHERE entry_id = $1", row["entry_id"]) == words
    base.transact(lambda tx: journal.erase_reasons(tx, agency, uuid4()))
    assert base.value("SELECT count(*) FROM journal_reason") == 1
    base.transact(lambda tx: journal.erase_reasons(tx, agency, whom))
    assert base.value("SELECT count(*) FROM journal_reason") == 0
    assert journal_proof.verify(base).holds


@pytest.mark.parametrize("latest", [False, True], ids=["snapshots", "the latest"])
def test_writers_at_once_leave_no_gap_and_no_fork(base: Database, latest: bool) -> None:
    agencies = [uuid4(), uuid4()]
    ready = threading.Barrier(4)

    def write(writer: int) -> None:
        ready.wait()
        for number in range(6):

            def work(tx: Transaction, number: int = number) -> None:
                for agency in agencies if number % 2 else agencies[:1]:
                    journal.record(tx, agency, f"c{writer}", "verdict", f"{writer} {number}", NOW)

            base.transact(work, latest=latest)  # fmt: skip

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert places(base) == {(agencies[0], "people"): list(range(1, 25)), (agencies[1], "people"): list(range(1, 13))}
    subjects = {row["subject"] for row in base.rows("SELECT DISTINCT subject FROM journal")}
    assert subjects == {f"{writer} {number}" for writer in range(4) for number in range(6)}
    assert journal_proof.verify(base).holds


def test_who_works_for_long_is_not_made_to_begin_again_by_those_who_work_meanwhile(base: Database) -> None:
    agency = uuid4()
    begun = 0

    def long_work(tx: Transaction) -> None:
        nonlocal begun
        begun += 1
        tx.insert("agency", [{"agency_id": agency, "name": "A", "department": "07", "demo": False}])
        journal.record(tx, agency, "c1", "candidates imported", agency, NOW)
        base.transact(lambda other: journal.record(other, agency, "c2", "verdict", "x", NOW))

    base.transact(long_work)
    assert begun == 1
    assert journal_proof.verify(base).entries == 2


def test_replicas_append_to_one_journal(engine: str, request: pytest.FixtureRequest) -> None:
    if engine == "duckdb":
        pytest.skip("an embedded database has one process")
    server = request.getfixturevalue("postgres")
    name = server.fresh("house")
    replicas = [Database.open(server.address(name)) for _ in range(2)]
    agency = uuid4()

    def write(replica: Database) -> None:
        for _ in range(10):
            replica.transact(lambda tx: journal.record(tx, agency, "automate", "opt-out", "x", NOW))

    try:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(write, replicas))
        assert list(places(replicas[0]).values()) == [list(range(1, 21))]
        assert journal_proof.verify(replicas[1]).holds
    finally:
        for replica in replicas:
            replica.close()


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE journal SET detail = 'other'", id="changed"),
        pytest.param("DELETE FROM journal", id="removed"),
        pytest.param("TRUNCATE journal", id="emptied"),
        pytest.param("SELECT allow_forgetting(); UPDATE journal SET detail = 'other'", id="changed as in a purge"),
    ],
)
def test_the_server_itself_refuses_that_an_entry_is_changed(base: Database, engine: str, statement: str) -> None:
    if engine == "duckdb":
        pytest.skip("the embedded engine has no such guard: the proof is there for it")
    base.transact(lambda tx: journal.record(tx, uuid4(), "c1", "verdict", "x", NOW))

    def change(tx: Transaction) -> None:
        for part in statement.split("; "):
            tx.execute(part)

    with pytest.raises(psycopg.errors.RestrictViolation):
        base.transact(change)
    assert journal_proof.verify(base).holds


years = st.integers(0, 5)
acts = st.tuples(years, st.sampled_from(["c1", "automate"]), st.sampled_from(["verdict", "candidates imported"]),
                 st.text(max_size=20))  # fmt: skip


@settings(max_examples=12)
@given(transactions=st.lists(st.lists(acts, min_size=1, max_size=5), max_size=5), kept=st.integers(1, 6))
def test_whatever_is_recorded_and_forgotten_the_rest_can_be_proven(
    base: Database, transactions: list[list[tuple[int, str, str, str]]], kept: int
) -> None:
    agency = uuid4()
    for batch in transactions:

        def work(tx: Transaction, batch: list[tuple[int, str, str, str]] = batch) -> None:
            for age, actor, act, text in batch:
                journal.record(tx, agency, actor, act, text, NOW - timedelta(days=365 * age), text)

        base.transact(work)
    before = sum(map(len, transactions))
    cutoff = NOW - timedelta(days=365 * kept)
    gone = base.transact(lambda tx: journal.forget_before(tx, agency, "automate", cutoff, NOW))
    proof = journal_proof.verify(base, agency_id=agency)
    assert proof.holds
    assert proof.entries == before - gone + (gone > 0)
    young = sum(age <= kept for batch in transactions for age, *_ in batch)
    assert proof.entries >= young, "nobody's young entry went with the old ones"


def test_what_is_forgotten_leaves_a_checkpoint_and_is_told(base: Database) -> None:
    agency, other = uuid4(), uuid4()
    old = NOW - timedelta(days=800)
    for which in (agency, other):
        for when in (old, old, NOW - timedelta(days=10)):
            base.transact(
                lambda tx, which=which, when=when: journal.record(tx, which, "c1", "verdict", "x", when, wrote="why")
            )
    gone = base.transact(lambda tx: journal.forget_before(tx, agency, "automate", NOW - timedelta(days=400), NOW))
    assert gone == 2
    assert places(base)[agency, "people"] == [3]
    assert places(base)[other, "people"] == [1, 2, 3]
    assert base.value("SELECT detail FROM journal WHERE act = 'journal forgotten'") == "2 entries before 2025-10-20"
    assert base.value("SELECT count(*) FROM journal_reason WHERE agency_id = $1", agency) == 1
    base.transact(lambda tx: journal.record(tx, agency, "c1", "verdict", "x", NOW))
    assert places(base)[agency, "people"] == [3, 4]
    assert journal_proof.verify(base).holds


def test_reasons_in_someones_own_words_may_go_sooner_than_their_entries(base: Database) -> None:
    agency = uuid4()
    for when in (NOW - timedelta(days=60), NOW):
        base.transact(lambda tx, when=when: journal.record(tx, agency, "c1", "verdict", "x", when, wrote="why"))
    cutoff = NOW - timedelta(days=30)
    assert base.transact(lambda tx: journal.forget_reasons_before(tx, agency, cutoff)) == 1
    assert base.value("SELECT count(*) FROM journal_reason") == 1
    assert places(base) == {(agency, "people"): [1, 2]}


def test_six_months_are_kept_whatever_is_asked(base: Database) -> None:
    agency = uuid4()
    base.transact(lambda tx: journal.record(tx, agency, "c1", "verdict", "x", NOW - timedelta(days=190)))
    with pytest.raises(FtError, match="six mois au moins"):
        base.transact(lambda tx: journal.forget_before(tx, agency, "c1", NOW - timedelta(days=183), NOW))
    assert places(base) == {(agency, "people"): [1]}
