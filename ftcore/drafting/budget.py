"""What requests to a model take: a hard daily cap an agency, and a record of tokens, time and energy."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from ftcore import meters
from ftcore.database import Database, Transaction
from ftcore.database.base import Row
from ftcore.drafting.assistant import Ask, ChatModel, Schema, Stop, Usage
from ftcore.errors import ModelError
from ftcore.insight.wording import paris
from ftcore.model import Person
from ftcore.trust import access

log = logging.getLogger(__name__)

USED_UP = (
    "Votre agence a utilisé tous ses jetons d'IA pour aujourd'hui : le compteur repart à minuit. "
    "En attendant, la rédaction sans IA reste possible."
)
# Deliberately short of the four characters a token of French: a reservation must not be too small.
CHARACTERS_A_TOKEN = 3
WH_A_TOKEN_OUT = 0.005
READ_SHARE = 0.1


def energy_wh(tokens_in: int, tokens_out: int) -> float:
    """An order of magnitude of the electricity of a request, in watt-hours; true within a factor of five at best.

    Mistral AI, with Carbone 4 and ADEME (life-cycle analysis of Mistral Large 2, July 2025), gives
    1.14 g CO2e for an answer of 400 tokens, training excluded. It publishes no energy: at some 0.5 kg
    CO2e a kWh and with the equipment's share in it, that is about 2 Wh an answer, 0.005 Wh a token written.
    Tokens read are taken as a tenth of that, as they are computed side by side; this share is ours.
    """
    return WH_A_TOKEN_OUT * (tokens_out + READ_SHARE * tokens_in)


def estimate(ask: Ask) -> int:
    """The most tokens that a request may take: what is sent, and the longest answer."""
    characters = len(ask.system) + sum(len(turn.text) for turn in ask.turns)
    return characters // CHARACTERS_A_TOKEN + 1 + ask.longest_answer


def today(database: Database, person: Person, now: datetime) -> int:
    """The tokens that an agency has used today, those of requests under way included."""
    access.require(person, "see figures", person.agency_id)
    used = database.value("SELECT tokens FROM model_day WHERE agency_id = $1 AND day = $2", person.agency_id, _day(now))
    return int(used or 0)


def reserve(database: Database, agency_id: UUID, tokens: int, cap: int, now: datetime) -> None:
    """Take tokens off the day before they are used: of two requests at once only one gets the last ones.

    The day is that of Paris. Raises ModelError when the cap would be passed.
    """
    day = _day(now)
    new = {"agency_id": agency_id, "day": day, "tokens": 0}
    database.transact(lambda tx: tx.insert("model_day", [new], if_absent=True))

    def take(tx: Transaction) -> bool:
        used = tx.value("SELECT tokens FROM model_day WHERE agency_id = $1 AND day = $2", agency_id, day)
        if int(used or 0) + tokens > cap:
            return False
        tx.execute(
            "UPDATE model_day SET tokens = tokens + $3 WHERE agency_id = $1 AND day = $2", agency_id, day, tokens
        )
        return True

    if not database.transact(take):
        raise ModelError(USED_UP)


def settle(
    database: Database, agency_id: UUID, reserved: int, ask: Ask, model: str, usage: Usage, outcome: str, now: datetime
) -> None:
    """Put the real tokens in the place of the reserved ones, and record the request; no text is kept."""
    row: Row = {"agency_id": agency_id, "use_id": uuid4(), "task": ask.task, "prompt": ask.prompt, "model": model}
    row |= {"outcome": outcome, "tokens_in": usage.tokens_in, "tokens_out": usage.tokens_out}
    row |= {"first_ms": usage.first_ms, "latency_ms": usage.latency_ms, "happened_utc": now}
    row |= {"energy_wh": energy_wh(usage.tokens_in, usage.tokens_out)}

    def write(tx: Transaction) -> None:
        if reserved:
            tx.execute(
                "UPDATE model_day SET tokens = tokens - $3 + $4 WHERE agency_id = $1 AND day = $2",
                agency_id,
                _day(now),
                reserved,
                usage.tokens_in + usage.tokens_out,
            )
        tx.insert("model_use", [row])

    database.transact(write)


def by_task(database: Database, person: Person, since: datetime) -> list[Row]:
    """What each task took since then: requests, tokens, median times in ms, energy in Wh, share that failed."""
    access.require(person, "see figures", person.agency_id)
    return database.rows(
        "SELECT task, count(*) AS requests, sum(tokens_in) AS tokens_in, sum(tokens_out) AS tokens_out, "
        "percentile_cont(0.5) WITHIN GROUP (ORDER BY first_ms) AS first_ms, "
        "percentile_cont(0.5) WITHIN GROUP (ORDER BY latency_ms) AS latency_ms, sum(energy_wh) AS energy_wh, "
        "avg(CASE WHEN outcome IN ('failed', 'cut') THEN 1.0 ELSE 0.0 END) AS failed "
        "FROM model_use WHERE agency_id = $1 AND happened_utc >= $2 GROUP BY task ORDER BY task",
        person.agency_id,
        since,
    )


def metered(
    model: ChatModel, database: Database, agency_id: UUID, cap: int, clock: Callable[[], datetime]
) -> ChatModel:
    """The model, with each request counted against the agency's day and recorded."""
    return _Metered(model, database, agency_id, cap, clock)


@dataclass(frozen=True, slots=True)
class _Metered:
    model: ChatModel
    database: Database
    agency_id: UUID
    cap: int
    clock: Callable[[], datetime]

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def is_ai(self) -> bool:
        return self.model.is_ai

    def stream(self, ask: Ask, stop: Stop | None = None, told: Callable[[Usage], None] | None = None) -> Iterator[str]:
        request = self._begun(ask)
        try:
            for piece in self.model.stream(ask, stop, request.hear):
                request.began = True
                yield piece
            request.outcome = "stopped" if stop is not None and stop.asked else "complete"
        except ModelError:
            request.outcome = "cut" if request.began else "failed"
            raise
        finally:
            self._end(request, told)

    def parse(
        self, ask: Ask, schema: type[Schema], stop: Stop | None = None, told: Callable[[Usage], None] | None = None
    ) -> Schema:
        request = self._begun(ask)
        try:
            answer = self.model.parse(ask, schema, stop, request.hear)
            request.outcome = "complete"
            return answer
        except ModelError:
            request.outcome = "failed"
            raise
        finally:
            self._end(request, told)

    def _begun(self, ask: Ask) -> _Metering:
        # A text written by rules takes no tokens: it is recorded, never capped.
        reserved = estimate(ask) if self.is_ai else 0
        now = self.clock()
        if reserved:
            reserve(self.database, self.agency_id, reserved, self.cap, now)
        return _Metering(ask, reserved, now)

    def _end(self, request: _Metering, told: Callable[[Usage], None] | None) -> None:
        if self.is_ai:
            _count(request)
        try:
            # Under the day it was reserved on, also when midnight passed meanwhile.
            settle(
                self.database, self.agency_id, request.reserved, request.ask, self.name, request.usage,
                request.outcome, request.since,
            )  # fmt: skip
        except Exception:
            # The counselor's text is worth more than its record.
            log.exception("the use of the model could not be recorded")
        if told is not None:
            told(request.usage)


@dataclass(slots=True)
class _Metering:
    """One request under way; when nobody reads it to its end it counts as stopped."""

    ask: Ask
    reserved: int
    since: datetime
    outcome: str = "stopped"
    began: bool = False
    usage: Usage = field(default_factory=lambda: Usage(0, 0, None, 0))

    def hear(self, usage: Usage) -> None:
        self.usage = usage


def _count(request: _Metering) -> None:
    meters.model_requests.labels(request.outcome).inc()
    meters.model_seconds.observe(request.usage.latency_ms / 1000)
    meters.model_tokens.labels("in").inc(request.usage.tokens_in)
    meters.model_tokens.labels("out").inc(request.usage.tokens_out)


def _day(now: datetime) -> date:
    return paris(now).date()
