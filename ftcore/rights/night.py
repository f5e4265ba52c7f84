"""The work of the night: one replica purges, once; then the embedded file is written anew."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from ftcore.database import Database
from ftcore.insight.wording import paris
from ftcore.rights import compaction
from ftcore.rights.purge import purge

log = logging.getLogger(__name__)

# On the clocks of Paris. Overseas it is evening or day; SMS leave meanwhile, a slice of a purge takes milliseconds.
FIRST_HOUR, LAST_HOUR = 2, 5


class Night:
    """Asked every minute; does something once a night, in one of all programs on this database."""

    def __init__(self, database: Database, backup_folder: str | None = None) -> None:
        self._database = database
        self._backup_folder = backup_folder

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
        if goes_on():
            compaction.compact_if_wanted(self._database)
        return counts

    def _takes(self, run_id: str, now: datetime) -> bool:
        """Whether this program is the one to do it; believed only after the commit."""
        name = f"automate {uuid4()}"
        row = {"run_id": run_id, "actor": name, "begun_utc": now, "ended_utc": None, "counts": "{}"}
        self._database.transact(lambda tx: tx.insert("purge_run", [row], if_absent=True))
        taken = self._database.value("SELECT actor FROM purge_run WHERE run_id = $1", run_id)
        return bool(taken == name)
