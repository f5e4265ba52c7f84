"""Incoming SMS fetched from the gateway from time to time, so that a callback that got lost is recovered."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Protocol

from ftcore.database import Database, Transaction
from ftcore.errors import SmsError
from ftcore.outreach import callbacks

log = logging.getLogger(__name__)

# What is older was answered for otherwise by now: an automatic answer to it would only surprise.
HORIZON = timedelta(days=3)
# No more pages at a time than this: an account's whole past must not hold up the present.
PAGES = 20


class Mailbox(Protocol):
    """What fetching needs of a gateway."""

    account: str

    def fetch(self, last_id: str) -> list[dict[str, str]]:
        """The next incoming SMS after this id ("0": from the first), the oldest first; raises SmsError."""
        ...


def fetch(database: Database, mailbox: Mailbox, now: datetime) -> int:
    """Store what the gateway holds and we may not have; gives how many SMS it spoke of.

    What came as a callback too has the same key, and counts once. The first time ever, what was sent
    before is passed over. How far we are is kept with what was stored, in one transaction.
    """
    mark = database.value("SELECT last_id FROM fetch_mark WHERE account = $1", mailbox.account)
    since = now - HORIZON if mark is not None else now
    spoken_of = 0
    for _ in range(PAGES):
        page = mailbox.fetch(mark or "0")
        news = [(form, _sent(form, now)) for form in page]
        rows = [callbacks.stored("incoming", form, sent) for form, sent in news if sent >= since]
        mark = page[-1]["id"] if page else (mark or "0")
        _keep(database, mailbox.account, mark, rows, now)
        spoken_of += len(page)
        if not page:
            break
    return spoken_of


def _keep(database: Database, account: str, mark: str, rows: list[dict[str, object]], now: datetime) -> None:
    def write(tx: Transaction) -> None:
        tx.insert("callback", rows, if_absent=True)
        moved = tx.rows(
            "UPDATE fetch_mark SET last_id = $2, fetched_utc = $3 WHERE account = $1 RETURNING account",
            account,
            mark,
            now,
        )
        if not moved:
            tx.insert("fetch_mark", [{"account": account, "last_id": mark, "fetched_utc": now}], if_absent=True)

    database.transact(write)


def _sent(form: dict[str, str], now: datetime) -> datetime:
    """When it was written, as far as the gateway says so; never later than now."""
    try:
        sent = datetime.fromisoformat(form.get("date", ""))
    except ValueError:
        return now
    return min(now, (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).astimezone(UTC).replace(tzinfo=None))


def try_to_fetch(database: Database, mailbox: Mailbox, now: datetime) -> int:
    """The same, for a loop: a gateway that does not answer is said in one line and asked again later."""
    try:
        return fetch(database, mailbox, now)
    except SmsError as error:
        log.warning("incoming SMS could not be fetched: %s", error.reason)
        return 0
