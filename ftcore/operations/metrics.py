"""/metrics for Prometheus, behind a token: what the process has counted, and what the database says waits."""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ftcore import logs, meters
from ftcore.database import Database, utc_now
from ftcore.headers import EVERY_METHOD
from ftcore.webhooks.tally import CLASSES, Tally

log = logging.getLogger(__name__)

# What the database says is asked again after so many seconds, however many ask.
_FRESH = 5.0
_ANSWERS = {200: "stored", 400: "malformed", 403: "foreign", 404: "unknown_address", 429: "too_many", 503: "not_stored"}

# Bounded by what waits and by what is uncertain, not by all that was ever sent.
_WAITING = """
    SELECT state, count(*) AS n, min(CASE WHEN not_before_utc <= $1 THEN not_before_utc END) AS due_since
    FROM message WHERE state = 'queued' OR state = 'claimed' OR state = 'unknown' GROUP BY state
"""
_UNREAD = "SELECT count(*) AS n, min(received_utc) AS since FROM callback WHERE handled_utc IS NULL"


class MetricsPage:
    """The route. `tallies` gives what the callbacks' doors have counted, `spooled` the bytes in the spool."""

    def __init__(
        self,
        database: Database,
        token: str | None,
        tallies: Callable[[], Tally],
        spooled: Callable[[], int],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._token = token
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._registry.register(_Counted(tallies, spooled))
        self._registry.register(_Waiting(database, clock))

    def routes(self) -> list[Route]:
        return [Route("/metrics", self._answer, methods=EVERY_METHOD)]

    async def _answer(self, request: Request) -> Response:
        if self._token is None:
            return Response(status_code=404)
        if request.method not in ("GET", "HEAD"):
            return Response(status_code=405, headers={"Allow": "GET, HEAD"})
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        text = await asyncio.to_thread(self.text)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(meters.REGISTRY) + generate_latest(self._registry)


class _Counted(Collector):
    """What other parts count in words of their own: the doors, the log."""

    def __init__(self, tallies: Callable[[], Tally], spooled: Callable[[], int]) -> None:
        self._tallies = tallies
        self._spooled = spooled

    def collect(self) -> Iterable[Metric]:
        tally = self._tallies()
        answers = CounterMetricFamily("entremise_callbacks", "Callbacks by answer.", labels=["answer"])
        by_word = dict.fromkeys([*_ANSWERS.values(), "other"], 0)
        for status, count in tally.answers.items():
            by_word[_ANSWERS.get(status, "other")] += count
        for word, count in by_word.items():
            answers.add_metric([word], count)
        yield answers
        yield CounterMetricFamily(
            "entremise_callbacks_duplicate", "Callbacks that had come before.", value=tally.duplicates
        )
        yield _histogram(tally)
        yield GaugeMetricFamily("entremise_spool_bytes", "Callbacks not yet in the database.", value=self._spooled())
        errors = CounterMetricFamily("entremise_errors", "Errors in the log, by subject.", labels=["subject"])
        for subject, count in sorted(logs.errors().items()):
            errors.add_metric([subject], count)
        yield errors


def _histogram(tally: Tally) -> Metric:
    buckets, so_far = [], 0
    for limit, count in zip([*map(str, CLASSES), "+Inf"], tally.classes, strict=True):
        so_far += count
        buckets.append((limit, float(so_far)))
    return HistogramMetricFamily(
        "entremise_callback_seconds", "How long a callback waited for its answer.", buckets, tally.seconds
    )


class _Waiting(Collector):
    """What waits in the database. Asked of it at most every five seconds, and never twice at once."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._kept: list[Metric] = []
        self._asked_at = float("-inf")

    def collect(self) -> Iterable[Metric]:
        if time.monotonic() - self._asked_at > _FRESH:
            try:
                self._kept = self._ask()
            except Exception:
                # The rest of the page is needed most when this part cannot be had.
                log.exception("the database could not be asked what waits")
                self._kept = []
            self._asked_at = time.monotonic()
        return self._kept

    def _ask(self) -> list[Metric]:
        now = self._clock()
        with self._database.read() as reader:
            found = {row["state"]: row for row in reader.rows(_WAITING, now)}
            unread = reader.one(_UNREAD)
        assert unread is not None
        messages = GaugeMetricFamily("entremise_messages", "SMS that wait or are uncertain.", labels=["state"])
        for state in ("queued", "claimed", "unknown"):
            messages.add_metric([state], found[state]["n"] if state in found else 0)
        due_since = found["queued"]["due_since"] if "queued" in found else None
        return [
            messages,
            _age(
                "entremise_oldest_due_seconds", "For how long the oldest SMS that may leave has waited.", due_since, now
            ),
            GaugeMetricFamily("entremise_callbacks_unread", "Stored callbacks not taken in yet.", value=unread["n"]),
            _age(
                "entremise_oldest_unread_seconds", "For how long the oldest of them has waited.", unread["since"], now
            ),
        ]

    def describe(self) -> Iterable[Metric]:
        return []  # the database is not asked before somebody looks


def _age(name: str, text: str, since: datetime | None, now: datetime) -> Metric:
    return GaugeMetricFamily(name, text, value=0.0 if since is None else max(0.0, (now - since).total_seconds()))
