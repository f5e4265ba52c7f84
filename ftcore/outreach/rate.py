"""A stated number of SMS a second, kept in every sliding second by all senders together.

Senders reserve instants in one row of the database, which every replica shares, and open their socket only
at theirs. The instants stand a fifth wider apart than the rate asks, and one that is missed by more than a
tenth of a second is given up for a new one: so no second ever holds more than the rate, late senders and a
tenth of a second between the clocks of two machines included.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from ftcore.database import Database, Transaction, utc_now

_MARGIN = 1.2
LATEST = timedelta(seconds=0.1)
_EPOCH = datetime(1970, 1, 1)
# A clock that jumps back must not leave all senders waiting for a future that was reserved before.
_FURTHEST = timedelta(seconds=60)


class Pace:
    """Hands out turns. `rate` is in SMS a second; `now` and `pause` are the clock and how to wait by it."""

    def __init__(
        self,
        database: Database,
        rate: float,
        *,
        now: Callable[[], datetime] = utc_now,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._database = database
        self._step = timedelta(seconds=_MARGIN / rate)
        self._now = now
        self._pause = pause
        # No more at once than leave in about a second: a claim that waits long for its turn would be given up.
        self.most = max(1, int(rate))

    def reserve(self, tx: Transaction, count: int) -> list[datetime]:
        """The next `count` free turns, taken in the caller's transaction."""
        now = self._now()
        taken = tx.one(
            """
            UPDATE sending_slot
            SET free_utc = (CASE WHEN free_utc < $1 OR free_utc > $2 THEN $1 ELSE free_utc END)
                           + CAST($3 AS INTERVAL)
            WHERE name = 'sms' RETURNING free_utc
            """,
            now,
            now + _FURTHEST,
            count * self._step,
        )
        if taken is None:
            tx.insert("sending_slot", [{"name": "sms", "free_utc": _EPOCH}], if_absent=True)
            return self.reserve(tx, count)
        first = taken["free_utc"] - count * self._step
        return [first + place * self._step for place in range(count)]

    def wait(self, turn: datetime, stopping: threading.Event) -> bool:
        """Wait for the turn, or for a later one where it was missed. False when the program stops meanwhile."""
        while not stopping.is_set():
            early = (turn - self._now()).total_seconds()
            if early <= 0 and -early <= LATEST.total_seconds():
                return True
            if 0 < early <= _FURTHEST.total_seconds():
                self._pause(min(early, 0.1))
            else:
                turn = self._database.transact(lambda tx: self.reserve(tx, 1)[0], latest=True)
        return False
