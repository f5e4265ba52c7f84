"""The work of the night: one replica purges, once; then it makes a backup, and writes the embedded file anew.

In this order: what had its time is in no new backup, and there is one before the file is touched.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from ftcore.database import Database, Transaction
from ftcore.database.backup import back_up
from ftcore.errors import DatabaseError
from ftcore.insight.wording import paris
from ftcore.rights import compaction
from ftcore.rights.purge import purge
from ftcore.trust import journal

log = logging.getLogger(__name__)

# On the clocks of Paris. Overseas it is evening or day; SMS leave meanwhile, a slice of a purge takes milliseconds.
FIRST_HOUR, LAST_HOUR = 2, 5


class Night:
    """Asked every minute; does something once a night, in one of all programs on this database."""

    def __init__(
        self,
        database: Database,
        backup_folder: str | None = None,
        *,
        backs_up: bool = False,
        database_key: str | None = None,
    ) -> None:
        self._database = database
        self._backup_folder = backup_folder
        self._backs_up = backs_up
        self._key = database_key

    def work(self, now: datetime, goes_on: Callable[[], bool] = lambda: True) -> dict[str, int] | None:
        """Purge, if it is night and nobody has begun; gives what went. What is cut off goes on the next night."""
        local = paris(now)
        if not FIRST_HOUR <= local.hour < LAST_HOUR:
            return None
        run_id = f"night {local:%Y-%m-%d}"
        if self._database.value("SELECT EXISTS (SELECT 1 FROM purge_run WHERE run_id = $1)", run_id):
            return None
        if not self._takes(run_id, now):
            return None
        counts = purge(self._database, "automate", now, run_id, backup_folder=self._backup_folder, goes_on=goes_on)
        log.info("purged: %s", json.dumps(counts))
        if self._backs_up and self._backup_folder is not None and goes_on():
            self._back_up(Path(self._backup_folder), now, goes_on)
        if goes_on():
            compaction.compact_if_wanted(self._database)
        return counts

    def _back_up(self, folder: Path, now: datetime, goes_on: Callable[[], bool]) -> None:
        """Make a backup, told to each agency's journal. One that fails keeps nothing else from being done."""

        def progress(done: int, total: int) -> None:
            if not goes_on():
                raise DatabaseError("Le programme s'arrête : la sauvegarde n'a pas été faite.")

        try:
            made = back_up(self._database, folder, now, progress, key=self._key)
        except DatabaseError as error:
            log.error("no backup was made this night: %s", error)
            return
        log.info("backed up: %s", made.file)
        told = f"{sum(made.rows.values())} rows"
        self._database.transact(lambda tx: _note_backup(tx, made.file.name, told, now))

    def _takes(self, run_id: str, now: datetime) -> bool:
        """Whether this program is the one to do it; believed only after the commit."""
        name = f"automate {uuid4()}"
        row = {"run_id": run_id, "actor": name, "begun_utc": now, "ended_utc": None, "counts": "{}"}
        self._database.transact(lambda tx: tx.insert("purge_run", [row], if_absent=True))
        taken = self._database.value("SELECT actor FROM purge_run WHERE run_id = $1", run_id)
        return bool(taken == name)


def _note_backup(tx: Transaction, name: str, told: str, now: datetime) -> None:
    for row in tx.rows("SELECT agency_id FROM agency"):
        journal.record(tx, row["agency_id"], journal.AUTOMATON, "database backed up", name, now, told,
                       automaton="night")  # fmt: skip
