"""The secrets in the addresses that the gateway posts to: 256 bits each, an agency's own, two valid at once.

Only a SHA-256 is stored (`secret_hashes`).
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ftcore.database import Database, Transaction
from ftcore.errors import FtError, NotFound
from ftcore.trust import journal
from ftcore.trust.secret_hashes import MARK, SecretHashes, digest

MOST_VALID = 2
# How long a secret that was retired in another process may still be taken.
FRESH_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class KeptSecret:
    """A secret as it may be shown: by the first letters of its hash."""

    mark: str
    created_utc: datetime
    created_by: str
    retired_utc: datetime | None


def new(database: Database, agency_id: UUID, person_id: str, now: datetime) -> str:
    """Make a secret and give it: it is shown this once. Raises FtError where two are valid already."""
    secret = secrets.token_urlsafe(32)

    def write(tx: Transaction) -> None:
        # Before they are counted, so that of two at once one must begin again.
        tx.take_turn()
        valid = tx.value("SELECT count(*) FROM callback_secret WHERE agency_id = $1 AND retired_utc IS NULL", agency_id)
        if valid >= MOST_VALID:
            raise FtError("Deux adresses sont déjà valables : retirez l'ancienne avant d'en créer une autre.")
        row = {"agency_id": agency_id, "secret_hash": digest(secret), "created_utc": now, "created_by": person_id}
        tx.insert("callback_secret", [row])
        journal.record(tx, agency_id, person_id, "callback secret made", digest(secret)[:MARK], now)

    database.transact(write)
    return secret


def listed(database: Database, agency_id: UUID) -> list[KeptSecret]:
    """The agency's secrets, the newest first."""
    return [
        KeptSecret(row["secret_hash"][:MARK], row["created_utc"], row["created_by"], row["retired_utc"])
        for row in database.rows(
            "SELECT * FROM callback_secret WHERE agency_id = $1 ORDER BY created_utc DESC, secret_hash", agency_id
        )
    ]


def retire(database: Database, agency_id: UUID, mark: str, person_id: str, now: datetime) -> None:
    """From now on (within ten seconds in other processes) the secret of this mark opens nothing."""

    def write(tx: Transaction) -> None:
        retired = tx.rows(
            f"UPDATE callback_secret SET retired_utc = $3 WHERE agency_id = $1 AND substr(secret_hash, 1, {MARK}) = $2 "
            "AND retired_utc IS NULL RETURNING secret_hash",
            agency_id,
            mark,
            now,
        )
        if not retired:
            raise NotFound("Aucune adresse valable n'a ce repère.")
        journal.record(tx, agency_id, person_id, "callback secret retired", mark, now)

    database.transact(write)


class KnownSecrets:
    """Says whether a secret is valid, without asking the database for each callback.

    `bootstrap` is the secret of FT_CALLBACK_SECRET, or of this run: it is valid beside the agencies' own.
    """

    def __init__(
        self, database: Database, bootstrap: str | None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._bootstrap = [digest(bootstrap)] if bootstrap else []
        self._clock = clock
        self._valid = SecretHashes(self._bootstrap)
        self._read_at = float("-inf")
        self._reading = threading.Lock()

    def is_stale(self) -> bool:
        """Whether `refresh` is due; it reads the database, so call it where waiting is allowed."""
        return self._clock() - self._read_at > FRESH_SECONDS

    def refresh(self) -> None:
        with self._reading:
            if not self.is_stale():
                return
            # Whatever comes of it: a database in trouble is not asked again for each callback.
            self._read_at = self._clock()
            rows = self._database.rows("SELECT secret_hash FROM callback_secret WHERE retired_utc IS NULL")
            self._valid = SecretHashes([row["secret_hash"] for row in rows] + self._bootstrap)

    def hashes(self) -> list[str]:
        """The hashes of the valid secrets, for a door that has no database."""
        return self._valid.hashes

    def opens(self, secret: str) -> bool:
        """Whether this secret is valid."""
        return self._valid.opens(secret)
