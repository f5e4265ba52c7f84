"""Single rows made durable in groups: one commit, hence one fsync, for all that wait."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from ftcore.database.base import Database, Transaction
from ftcore.errors import DatabaseError

log = logging.getLogger(__name__)

_Done = Future[None] | asyncio.Future[None]


@dataclass(slots=True)
class _Pending:
    table: str
    row: Mapping[str, Any]
    done: _Done
    # The event loop whose coroutine waits, or None for a thread.
    loop: asyncio.AbstractEventLoop | None = None


class GroupCommit:
    """Makes single rows durable in groups: one commit, hence one fsync, for all that wait.

    `put` returns a future for a thread, `committed` waits in a coroutine; both end once the row is
    committed. A row whose key is already there is left alone. One thread writes, so that its own rows
    never conflict.
    """

    def __init__(self, database: Database, *, largest_group: int = 1000) -> None:
        self._database = database
        self._largest = largest_group
        self._queue: queue.SimpleQueue[_Pending | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        # When the group that is being committed was taken, on the monotonic clock.
        self._busy_since: float | None = None
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    def put(self, table: str, row: Mapping[str, Any]) -> Future[None]:
        done: Future[None] = Future()
        self._enqueue(_Pending(table, row, done))
        return done

    async def committed(self, table: str, row: Mapping[str, Any]) -> None:
        """Return once the row is committed. The whole group wakes its event loop once, not each row."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._enqueue(_Pending(table, row, done, loop))
        await done

    def _enqueue(self, pending: _Pending) -> None:
        with self._closing:
            if self._closed:
                raise DatabaseError("La base est en cours de fermeture : rien ne peut plus y être écrit.")
            self._queue.put(pending)

    @property
    def stuck_seconds(self) -> float:
        """For how long the present group has been waiting for its commit; endless where nobody commits any more."""
        if not self._thread.is_alive():
            return float("inf")
        since = self._busy_since
        return 0.0 if since is None else time.monotonic() - since

    def close(self) -> None:
        """Commit what waits, then stop."""
        with self._closing:
            if not self._closed:
                self._queue.put(None)
            self._closed = True
        self._thread.join()

    def _run(self) -> None:
        stopping = False
        while not stopping:
            group = [self._queue.get()]
            while len(group) < self._largest:
                try:
                    group.append(self._queue.get_nowait())
                except queue.Empty:
                    break
            stopping = None in group
            waiting = [pending for pending in group if pending is not None]
            if waiting:
                self._busy_since = time.monotonic()
                self._commit(waiting)
                self._busy_since = None

    def _commit(self, group: list[_Pending]) -> None:
        def write(tx: Transaction) -> None:
            alike: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
            for pending in group:
                alike.setdefault((pending.table, *pending.row), []).append(pending.row)
            for (table, *_), rows in alike.items():
                tx.insert(table, rows, if_absent=True)

        try:
            self._database.transact(write)
        except Exception as error:
            # One bad row must not cost the others their place; a disk that is full refuses them all alike.
            if len(group) > 1 and not isinstance(error, self._database.conflicts):
                for pending in group:
                    self._commit([pending])
                return
            log.exception("%d rows could not be committed", len(group))
            _tell(group, error)
        else:
            _tell(group, None)


def _tell(group: list[_Pending], error: Exception | None) -> None:
    """Wake those who wait; one that went away meanwhile must not end this thread."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Done]] = {}
    for pending in group:
        if pending.loop is None:
            _end([pending.done], error)
        else:
            by_loop.setdefault(pending.loop, []).append(pending.done)
    for loop, waiting in by_loop.items():
        try:
            loop.call_soon_threadsafe(_end, waiting, error)
        except RuntimeError:  # the server has ended, and with it everyone who waited
            log.warning("%d callbacks were stored after their server had ended", len(waiting))


def _end(waiting: list[_Done], error: Exception | None) -> None:
    for done in waiting:
        if isinstance(done, Future) and not done.set_running_or_notify_cancel():
            continue
        if done.cancelled():
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
