"""A database from before the chains: its entries are kept and counted, and what follows is chained."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import uuid4

import duckdb

from ftcore.database import Database
from ftcore.database.base import SCHEMA
from ftcore.trust import journal, journal_proof


def test_entries_from_before_the_chains_are_kept_and_counted(tmp_path: Path) -> None:
    file = str(tmp_path / "old.duckdb")
    agency = uuid4()
    with duckdb.connect(file) as old:
        old.execute("CREATE TABLE schema_migration (number INTEGER PRIMARY KEY, applied_utc TIMESTAMP NOT NULL)")
        for step in sorted(SCHEMA.glob("[0-9]*.sql")):
            if int(step.name[:3]) < 14:
                old.execute(step.read_text(encoding="utf-8"))
                old.execute("INSERT INTO schema_migration VALUES ($1, now()::TIMESTAMP)", [int(step.name[:3])])
        for _ in range(3):
            old.execute(
                "INSERT INTO journal VALUES ($1, $2, TIMESTAMP '2026-10-01 09:00:00', 'c1', 'verdict', 'x', '')",
                [agency, uuid4()],
            )
    base = Database.open(file)
    base.transact(lambda tx: journal.record(tx, agency, "c1", "verdict", "x", datetime(2026, 11, 24, 9, 0)))
    proof = journal_proof.verify(base)
    assert proof.holds
    assert (proof.unchained, proof.entries) == (3, 1)
    base.close()
