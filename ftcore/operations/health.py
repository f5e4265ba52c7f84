"""Is the process up, and is it ready: two addresses for whoever watches, which tell nothing else."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ftcore.database import Database, GroupCommit
from ftcore.database.base import SCHEMA
from ftcore.errors import FtError
from ftcore.headers import EVERY_METHOD

log = logging.getLogger(__name__)

# The database has so many seconds to answer, and a group of callbacks so many to be committed.
_PATIENCE = 3.0
_STUCK = 10.0
# Strangers may ask as often as they like; the database is asked once in so many seconds.
_FRESH = 1.0


class Runs(Protocol):
    """Something in the background that knows whether it still runs."""

    @property
    def is_well(self) -> bool: ...


class Health:
    """The two routes. `background` gives what must run, or None for each that has not been started yet."""

    def __init__(
        self, database: Database, group_commit: GroupCommit, background: Callable[[], dict[str, Runs | None]]
    ) -> None:
        self._database = database
        self._group_commit = group_commit
        self._background = background
        self._faults: tuple[type[Exception], ...] = (FtError, *database.faults)
        self._steps = {int(file.name[:3]) for file in SCHEMA.glob("[0-9]*.sql")}
        self._asked_at = float("-inf")
        self._wrong: str | None = None
        self._asking = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="health")
        self._question: asyncio.Future[str | None] | None = None

    def routes(self) -> list[Route]:
        return [
            Route("/health/live", self._live, methods=EVERY_METHOD),
            Route("/health/ready", self._ready, methods=EVERY_METHOD),
        ]

    async def _live(self, request: Request) -> Response:
        return _refused(request) or PlainTextResponse("ok")

    async def _ready(self, request: Request) -> Response:
        refused = _refused(request)
        if refused is not None:
            return refused
        async with self._asking:
            if time.monotonic() - self._asked_at > _FRESH:
                await self._look()
        return PlainTextResponse("ok") if self._wrong is None else PlainTextResponse("not ready", 503)

    async def _look(self) -> None:
        wrong = self.what_is_wrong() or await self._what_is_wrong_with_the_database()
        if wrong != self._wrong:
            # What strangers are not told, the log is.
            log.log(logging.WARNING if wrong else logging.INFO, "%s", wrong or "ready again")
        self._wrong, self._asked_at = wrong, time.monotonic()

    async def _what_is_wrong_with_the_database(self) -> str | None:
        # One question at a time, in a thread of its own: a database that hangs must not take those of the pages.
        if self._question is None:
            self._question = asyncio.get_running_loop().run_in_executor(self._thread, self._ask)
        try:
            wrong = await asyncio.wait_for(asyncio.shield(self._question), _PATIENCE)
        except TimeoutError:
            return "the database does not answer"
        except self._faults as error:
            wrong = f"the database refuses to answer ({type(error).__name__})"
        self._question = None
        return wrong

    def what_is_wrong(self) -> str | None:
        """What does not run as it should, without asking the database; None when all is well."""
        for name, runs in self._background().items():
            if runs is None:
                return f"the {name} has not started"
            if not runs.is_well:
                return f"the {name} is not well"
        if self._group_commit.stuck_seconds > _STUCK:
            return "callbacks wait for their commit"
        return None

    def _ask(self) -> str | None:
        done = {int(row["number"]) for row in self._database.rows("SELECT number FROM schema_migration")}
        # One that a newer replica has migrated serves this one too: migrations only add.
        return None if self._steps <= done else "the schema is not up to date"


def _refused(request: Request) -> Response | None:
    if request.method in ("GET", "HEAD"):
        return None
    return PlainTextResponse("", 405, {"Allow": "GET, HEAD"})
