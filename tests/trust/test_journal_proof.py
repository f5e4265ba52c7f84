"""The proof of the journal: every way to tamper with it is found, at its first broken link."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from ftcore.database import Database, Transaction
from ftcore.errors import NotAllowed
from ftcore.model import Person, Role
from ftcore.trust import journal, journal_proof
from ftcore.trust.journal_proof import Broken

NOW = datetime(2026, 11, 24, 9, 0)
AGENCY = uuid4()
ENTRIES = 6


@pytest.fixture
def base(fresh_database: Callable[..., Database], engine: str) -> Iterator[Database]:
    """A journal of six verdicts, and of another agency's three."""
    database = fresh_database()
    if engine == "postgresql":
        # The server would not let two entries stand in one place, nor on the way.
        database.transact(lambda tx: tx.execute("DROP INDEX journal_place"))
    for number in range(ENTRIES):
        database.transact(lambda tx, number=number: journal.record(tx, AGENCY, "c1", "verdict", f"{number}", NOW))
    other = uuid4()
    database.transact(lambda tx: [journal.record(tx, other, "c9", "verdict", "x", NOW) for _ in range(3)])
    yield database
    if engine == "postgresql":
        tamper(
            database, "DELETE FROM journal", "CREATE UNIQUE INDEX journal_place ON journal (agency_id, chain, sequence)"
        )


def tamper(database: Database, *statements: str) -> None:
    """As somebody would who may do everything to the database."""

    def work(tx: Transaction) -> None:
        if hasattr(tx, "_connection"):
            tx.execute("SET LOCAL session_replication_role = 'replica'")
        for statement in statements:
            tx.execute(statement, *([AGENCY] if "$1" in statement else []))

    database.transact(work)


def own(place: int | str) -> str:
    return f"agency_id = $1 AND sequence = {place}"


COPIED = (
    "INSERT INTO journal SELECT agency_id, $2::UUID, happened_utc, actor, act, subject, detail, candidate_id, reason, "
    "verdict, automaton, model, prompt, chain, sequence, previous_hash, hash FROM journal WHERE agency_id = $1 "
    "AND sequence = 3"
)


def test_an_untouched_journal_holds_and_its_heads_are_told(base: Database) -> None:
    told: list[tuple[int, int]] = []
    proof = journal_proof.verify(base, lambda done, total: told.append((done, total)))
    assert proof.holds
    assert proof.entries == 9
    assert told[-1] == (9, 9)
    (head,) = [head for head in proof.heads if head.agency_id == AGENCY]
    assert (head.chain, head.sequence) == ("people", ENTRIES)
    assert head.hash == base.value(f"SELECT hash FROM journal WHERE {own(ENTRIES)}", AGENCY)


@pytest.mark.parametrize("field", journal.SAID)
def test_each_field_is_in_the_hash(base: Database, field: str) -> None:
    value = {"entry_id": f"'{uuid4()}'", "candidate_id": f"'{uuid4()}'",
             "happened_utc": "happened_utc + INTERVAL '1 second'"}.get(field, "'other'")  # fmt: skip
    tamper(base, f"UPDATE journal SET {field} = {value} WHERE {own(3)}")
    (wrong,) = journal_proof.verify(base).broken
    assert (wrong.agency_id, wrong.chain, wrong.sequence, wrong.what) == (AGENCY, "people", 3, Broken.CONTENT)


@pytest.mark.parametrize(
    ("statements", "sequence", "what"),
    [
        pytest.param((f"UPDATE journal SET hash = 'ab' WHERE {own(2)}",), 2, Broken.CONTENT, id="a hash overwritten"),
        pytest.param(
            (f"UPDATE journal SET previous_hash = 'ab' WHERE {own(2)}",), 2, Broken.CONTENT, id="a link overwritten"
        ),
        pytest.param((f"DELETE FROM journal WHERE {own(3)}",), 4, Broken.MISSING, id="one removed"),
        pytest.param((f"DELETE FROM journal WHERE {own(1)}",), 2, Broken.MISSING, id="the first removed"),
        pytest.param(
            (f"DELETE FROM journal WHERE {own(3)}",
             "UPDATE journal SET sequence = sequence - 1 WHERE agency_id = $1 AND sequence > 3"),
            3, Broken.MOVED, id="one removed and the gap closed",
        ),
        pytest.param(
            (f"UPDATE journal SET sequence = 99 WHERE {own(2)}", f"UPDATE journal SET sequence = 2 WHERE {own(5)}",
             f"UPDATE journal SET sequence = 5 WHERE {own(99)}"),
            2, Broken.MOVED, id="two swapped",
        ),
        pytest.param(
            (f"UPDATE journal SET sequence = 99 WHERE {own(3)}",), 4, Broken.MISSING, id="one moved to the end"
        ),
        pytest.param((f"DELETE FROM journal WHERE {own(ENTRIES)}",), ENTRIES, Broken.TAIL, id="the last removed"),
        pytest.param(("DELETE FROM journal WHERE agency_id = $1",), 1, Broken.TAIL, id="all removed"),
        pytest.param(("DELETE FROM journal_head WHERE agency_id = $1",), ENTRIES + 1, Broken.TAIL, id="no head"),
        pytest.param(
            ("UPDATE journal_head SET hash = 'ab' WHERE agency_id = $1",), ENTRIES + 1, Broken.TAIL, id="another head"
        ),
        pytest.param(
            (f"UPDATE journal SET chain = NULL WHERE {own(ENTRIES)}",), 1, Broken.OLDER, id="one taken off its chain"
        ),
    ],
)  # fmt: skip
def test_every_way_to_tamper_is_found_at_its_first_link(
    base: Database, statements: tuple[str, ...], sequence: int, what: Broken
) -> None:
    tamper(base, *statements)
    proof = journal_proof.verify(base)
    assert not proof.holds
    wrong = proof.broken[0]
    assert (wrong.agency_id, wrong.sequence, wrong.what) == (AGENCY, sequence, what)
    assert str(AGENCY) in str(wrong)


def test_an_entry_slipped_in_twice_is_found(base: Database) -> None:
    base.transact(lambda tx: tx.execute(COPIED, AGENCY, uuid4()))
    (wrong,) = journal_proof.verify(base).broken
    assert wrong.sequence == 3
    assert wrong.what in (Broken.INSERTED, Broken.CONTENT), "which of the two comes first is told by their ids"


def forge(base: Database, *, from_place: int) -> None:
    """Write every entry anew from a place on, with hashes that fit, and the head."""
    rows = base.rows("SELECT * FROM journal WHERE agency_id = $1 ORDER BY sequence", AGENCY)
    link = ""
    changes: list[tuple[str, str, str, UUID]] = []
    for row in rows:
        row["previous_hash"] = link
        if row["sequence"] >= from_place:
            row["actor"] = "c2"
        link = row["hash"] = journal.digest(row)
        changes.append((row["actor"], row["previous_hash"], row["hash"], row["entry_id"]))

    def work(tx: Transaction) -> None:
        if hasattr(tx, "_connection"):
            tx.execute("SET LOCAL session_replication_role = 'replica'")
        for change in changes:
            tx.execute("UPDATE journal SET actor = $1, previous_hash = $2, hash = $3 WHERE entry_id = $4", *change)
        tx.execute("UPDATE journal_head SET hash = $1 WHERE agency_id = $2", link, AGENCY)

    base.transact(work)


def test_a_chain_written_anew_throughout_is_found_by_a_head_kept_elsewhere(base: Database) -> None:
    heads = [head.hash for head in journal_proof.verify(base).heads]
    assert journal_proof.verify(base, heads=heads).holds
    base.transact(lambda tx: journal.record(tx, AGENCY, "c1", "verdict", "later", NOW))
    assert journal_proof.verify(base, heads=heads).holds, "an old head stays a part of its chain"
    forge(base, from_place=4)
    assert journal_proof.verify(base).holds, "whoever can write everything leaves a chain that holds"
    proof = journal_proof.verify(base, heads=heads)
    assert not proof.holds
    assert len(proof.lost_heads) == 1


def test_a_link_written_anew_without_what_follows_is_found(base: Database) -> None:
    row = base.one(f"SELECT * FROM journal WHERE {own(3)}", AGENCY)
    assert row is not None
    row["actor"] = "c2"
    tamper(base, f"UPDATE journal SET actor = 'c2', hash = '{journal.digest(row)}' WHERE {own(3)}")
    (wrong,) = journal_proof.verify(base).broken
    assert (wrong.sequence, wrong.what) == (4, Broken.REPLACED)


def test_what_breaks_in_one_agency_says_nothing_of_another(base: Database) -> None:
    tamper(base, f"DELETE FROM journal WHERE {own(3)}")
    lead = Person("l1", "Lena", Role.TEAM_LEAD, AGENCY)
    assert not journal_proof.verify_own(base, lead).holds
    (elsewhere,) = {head.agency_id for head in journal_proof.verify(base).heads} - {AGENCY}
    assert journal_proof.verify_own(base, Person("l2", "Lou", Role.ADMINISTRATOR, elsewhere)).holds


@pytest.mark.parametrize("role", [Role.COUNSELOR, Role.EVALUATOR])
def test_only_team_leads_and_administrators_have_it_proven(base: Database, role: Role) -> None:
    with pytest.raises(NotAllowed):
        journal_proof.verify_own(base, Person("c1", "Claire", role, AGENCY))


def test_entries_older_than_the_chains_are_counted(fresh_database: Callable[..., Database]) -> None:
    base = fresh_database()
    old = {"agency_id": AGENCY, "happened_utc": NOW, "actor": "c1", "act": "verdict", "subject": "x", "detail": ""}
    base.transact(lambda tx: tx.insert("journal", [old | {"entry_id": uuid4()} for _ in range(3)]))
    head = {"agency_id": AGENCY, "chain": "", "sequence": 3, "hash": ""}
    base.transact(lambda tx: tx.insert("journal_head", [head]))
    base.transact(lambda tx: journal.record(tx, AGENCY, "c1", "verdict", "x", NOW))
    proof = journal_proof.verify(base)
    assert proof.holds
    assert (proof.unchained, proof.entries) == (3, 1)
    base.transact(lambda tx: tx.insert("journal", [old | {"entry_id": uuid4()}]))
    (wrong,) = journal_proof.verify(base).broken
    assert wrong.what is Broken.OLDER


def test_long_chains_are_walked_in_batches(base: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        journal_proof, "_BATCH", journal_proof._BATCH.replace(f"LIMIT {journal_proof.BATCH}", "LIMIT 2")
    )
    told: list[int] = []
    assert journal_proof.verify(base, lambda done, _: told.append(done), agency_id=AGENCY).holds
    assert told == [2, 4, 6]
