"""A database, then a spool, that cannot be written any more while SMS leave and callbacks come; then they can again.

`python -m bench.faults.readonly DATABASE PEOPLE FOLDER`, a process of its own, as no file of it may grow meanwhile.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import psycopg

from bench.faults.sending import queue
from ftcore import logs
from ftcore.database import Database
from ftcore.outreach.campaigns import Receipt
from ftcore.outreach.dispatcher import Dispatcher
from ftcore.trust.callback_secrets import KnownSecrets
from ftcore.webhooks.checks import Limits
from ftcore.webhooks.keeper import DoorKeeper, listen

SECRET = "secret-of-the-read-only-run"
SENDERS = 4
PATIENCE = 120.0
_FREE = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
_FULL = (0, resource.RLIM_INFINITY)


class Writing:
    """Takes the right to write away from a database that is open, and gives it back."""

    def __init__(self, address: str) -> None:
        self._address = address

    def forbid(self) -> None:
        self._set("on", _FULL)

    def allow(self) -> None:
        self._set("off", _FREE)

    def _set(self, read_only: str, limit: tuple[int, int]) -> None:
        if "://" not in self._address:
            # Files that are open stay open when they become read-only: what fails is the write.
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
            return
        with psycopg.connect(self._address, autocommit=True) as connection:
            name = connection.info.dbname
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {read_only}')
            # As when another server takes over that is a copy to read from.
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                [name],
            )


class _Gateway:
    """Takes everything; after so many SMS it has the database become read-only before it answers."""

    def __init__(self, after: int, forbid: Callable[[], None]) -> None:
        self.taken: Counter[str] = Counter()
        self._after = after
        self._forbid = forbid
        self.forbidden = False
        # How many had been taken once nothing could be recorded any more.
        self.by_then = 0

    def send(self, phone: str, body: str) -> Receipt:
        self.taken[phone] += 1
        if not self.forbidden and sum(self.taken.values()) >= self._after:
            self.forbidden = True
            self._forbid()
            self.by_then = sum(self.taken.values())
        return Receipt(f"AT-{phone}", None)


class _Ear(logging.Handler):
    """Counts what is said."""

    def __init__(self) -> None:
        super().__init__()
        self.said: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        self.said[record.msg] += 1

    def heard(self, part: str) -> bool:
        return any(part in said for said in list(self.said))


def run(address: str, people: int, folder: Path) -> dict[str, int]:
    """Breaches, by what was promised."""
    ear = _Ear()
    logging.basicConfig(handlers=[ear])
    logs.keep_private([])
    phones = [f"+3363998{number:04d}" for number in range(people)]
    queue(address, phones)
    database = Database.open(address)
    writing = Writing(address)
    gateway = _Gateway(people // 2, writing.forbid)
    keeper = DoorKeeper(database, KnownSecrets(database, SECRET), lambda: None, folder=folder / "spool",
                        listening=listen("127.0.0.1", 0), limits=Limits())  # fmt: skip
    sender = Dispatcher(database, gateway, None, idle=0.05, senders=SENDERS)
    given: list[int] = []

    def post(number: int) -> int:
        form = urlencode({"id": f"AT-{number}", "status": "Sent"}).encode()
        try:
            with urlopen(f"{keeper.url}/callbacks/{SECRET}/delivery", form, timeout=30) as answer:
                given.append(number)
                return int(answer.status)
        except HTTPError as refused:
            refused.close()
            return refused.code

    keeper.start()
    first = post(0)
    _wait(lambda: bool(database.value("SELECT count(*) FROM callback")))
    sender.start()
    _wait(lambda: gateway.forbidden and ear.heard("a turn of the dispatcher failed"))
    spooled = post(1)
    _wait(lambda: ear.heard("as the database does not take them"))
    time.sleep(1.0)  # several turns more
    taken_meanwhile = sum(gateway.taken.values())
    assert keeper.pid is not None
    resource.prlimit(keeper.pid, resource.RLIMIT_FSIZE, _FULL)
    refused = post(2)
    resource.prlimit(keeper.pid, resource.RLIMIT_FSIZE, _FREE)
    _wait(lambda: post(3) == 200)
    writing.allow()
    _wait(lambda: not database.value("SELECT count(*) FROM message WHERE state IN ('queued', 'claimed')"))
    sender.stop()
    keeper.stop()
    states = Counter(row["state"] for row in database.rows("SELECT state FROM message"))
    there = {json.loads(row["form"])["id"] for row in database.rows("SELECT form FROM callback")}
    database.close()
    return {
        "sent twice": sum(count > 1 for count in gateway.taken.values()),
        "lost, or not known to be sent": people - min(states["accepted"], len(gateway.taken)),
        "sent while nothing could be recorded": max(0, taken_meanwhile - gateway.by_then - SENDERS),
        "callbacks acknowledged and not there": sum(f"AT-{number}" not in there for number in given),
        "callbacks refused though the spool could be written": int((first, spooled) != (200, 200)),
        "callbacks acknowledged though the spool could not be written": int(refused != 503),
        "recoveries that were not said": int(not ear.heard("callbacks are taken in again")),
    }


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not _quietly(until):
        if time.monotonic() > deadline:
            raise SystemExit("it did not recover")
        time.sleep(0.02)


def _quietly(until: Callable[[], bool]) -> bool:
    try:
        return until()
    except psycopg.Error:
        return False  # the server has just hung up on everyone


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))))
