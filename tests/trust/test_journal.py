"""The journal: with the act or not at all, appended and never changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest

from ftcore.database import Database, Transaction
from ftcore.trust import journal

NOW = datetime(2026, 11, 24, 9, 0)


@pytest.fixture
def base(fresh_database: Callable[..., Database]) -> Database:
    return fresh_database()


def test_an_entry_says_who_did_what_to_what_and_when(base: Database) -> None:
    agency, subject = uuid4(), uuid4()
    base.transact(lambda tx: journal.record(tx, agency, "c1", "verdict", subject, NOW, "introduced"))
    (row,) = base.rows("SELECT agency_id, happened_utc, actor, act, subject, detail FROM journal")
    assert row == {
        "agency_id": agency,
        "happened_utc": NOW,
        "actor": "c1",
        "act": "verdict",
        "subject": str(subject),
        "detail": "introduced",
    }


def test_the_same_act_twice_is_two_entries(base: Database) -> None:
    agency = uuid4()
    for _ in range(2):
        base.transact(lambda tx: journal.record(tx, agency, "automate", "opt-out", "x", NOW))
    assert base.value("SELECT count(*) FROM journal") == 2


def test_an_act_that_fails_leaves_no_entry(base: Database) -> None:
    def work(tx: Transaction) -> None:
        journal.record(tx, uuid4(), "c1", "verdict", "x", NOW)
        raise RuntimeError("the act failed")

    with pytest.raises(RuntimeError):
        base.transact(work)
    assert base.value("SELECT count(*) FROM journal") == 0
