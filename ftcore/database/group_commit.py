"""Single rows made durable in groups: one commit, hence one fsync, for all that wait."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from ftcore.database.base import Database, Transaction
from ftcore.errors import DatabaseError

log = logging.getLogger(__name__)


@dataclass
class _Pending:
    table: str
    row: Mapping[str, Any]
    done: Future[None] = field(default_factory=Future)
    wanted: bool = True


class GroupCommit:
    """Makes single rows durable in groups: one commit, hence one fsync, for all that wait.

    `put` returns a future that resolves once its row is committed. A row whose key is already
    there is left alone. One thread writes, so that its own rows never conflict.
    """

    def __init__(self, database: Database, *, largest_group: int = 500) -> None:
        self._database = database
        self._largest = largest_group
        self._queue: queue.SimpleQueue[_Pending | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    def put(self, table: str, row: Mapping[str, Any]) -> Future[None]:
        pending = _Pending(table, row)
        with self._closing:
            if self._closed:
                raise DatabaseError("La base est en cours de fermeture : rien ne peut plus y être écrit.")
            self._queue.put(pending)
        return pending.done

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
            for pending in waiting:
                # From here on a waiter that goes away cannot cancel it, which would end this thread.
                pending.wanted = pending.done.set_running_or_notify_cancel()
            if waiting:
                self._commit(waiting)

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
            if len(group) > 1:  # one bad row must not cost the others their place
                for pending in group:
                    self._commit([pending])
                return
            log.exception("a row could not be committed")
            if group[0].wanted:
                group[0].done.set_exception(error)
        else:
            for pending in group:
                if pending.wanted:
                    pending.done.set_result(None)
