"""Mistral AI, or any server that speaks its API: everything this program knows of that vendor.

Nothing the SDK says of an error is logged or shown but its type and status: its messages and debug
logs quote the prompt.
"""

from __future__ import annotations

import logging
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import httpx2
from mistralai.client import Mistral, errors
from mistralai.client.models import CompletionEvent
from mistralai.extra.utils.response_format import response_format_from_pydantic_model
from pydantic import ValidationError
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from ftcore.drafting.assistant import Ask, ChatModel, Schema, Stop, Turn, Usage
from ftcore.errors import ModelError
from ftcore.settings import MistralSettings

log = logging.getLogger(__name__)

EUROPE = "eu"
ATTEMPTS = 3
# After so many failures in a row pages answer at once, for so many seconds; then one request tries again.
FAILURES_TO_OPEN = 3
SECONDS_OPEN = 30.0
# A server that does not count: about this many characters make a token in French.
CHARACTERS_A_TOKEN = 4

CUT = "La réponse a été coupée. Ce qui est arrivé est gardé : complétez-le, ou relancez la rédaction."
SLOW = "Le service de rédaction n'a pas répondu à temps. Réessayez dans un instant."
UNREACHABLE = "Le service de rédaction est injoignable. Vérifiez la connexion, puis réessayez."
UNREADABLE = "La réponse du service de rédaction est illisible. Réessayez ; si cela dure, prévenez l'administration."
OPEN = "Le service de rédaction est en panne depuis peu : il n'est pas redemandé pour l'instant. Réessayez bientôt."
MISSHAPEN = (
    "Le service de rédaction n'a pas su ranger ce texte dans les champs de l'offre. Utilisez la lecture par règles."
)
DOWN = "Le service de rédaction est en panne. Réessayez dans quelques minutes."
REFUSED = "Le service de rédaction a refusé la demande. Raccourcissez les notes, puis réessayez."
BY_STATUS = {
    401: "La clé du service de rédaction est refusée. L'administration doit vérifier FT_MISTRAL_KEY.",
    403: "La clé du service de rédaction est refusée. L'administration doit vérifier FT_MISTRAL_KEY.",
    404: "Le modèle de rédaction est introuvable. L'administration doit vérifier FT_MISTRAL_MODEL et FT_MISTRAL_URL.",
    408: SLOW,
    429: "Le service de rédaction reçoit trop de demandes. Attendez une minute, puis réessayez.",
}


class MistralModel:
    """A ChatModel over plain chat completions: zero data retention does not cover the other APIs."""

    is_ai = True

    def __init__(
        self,
        settings: MistralSettings,
        *,
        silence: float = 20.0,
        deadline: float = 30.0,
        backoff: float = 0.5,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """In seconds: `silence` is the longest wait for the next bytes, `deadline` for the whole answer, its

        retries included, and `backoff` the first pause between two of them.
        """
        self._settings = settings
        self._silence = silence
        self._deadline = deadline
        self._backoff = backoff
        self._clock = clock
        self._circuit = _Circuit(clock)

    @property
    def name(self) -> str:
        return self._settings.model

    def stream(self, ask: Ask, stop: Stop | None = None, told: Callable[[Usage], None] | None = None) -> Iterator[str]:
        """Yield the answer in pieces. Only a request that gave nothing yet is tried again. Raises ModelError."""
        request = _Request(ask, self._clock() + self._deadline, stop or Stop(), self._clock)
        try:
            yield from self._tried(request)
        finally:
            if told is not None:
                told(request.usage())

    def parse(
        self, ask: Ask, schema: type[Schema], stop: Stop | None = None, told: Callable[[Usage], None] | None = None
    ) -> Schema:
        """The answer as an object of `schema`; one that does not fit is sent back once to be repaired."""
        request = _Request(ask, self._clock() + self._deadline, stop or Stop(), self._clock)
        request.response_format = response_format_from_pydantic_model(schema)
        try:
            for _ in range(2):
                answer = self._whole(request)
                try:
                    return schema.model_validate_json(answer)
                except ValidationError as error:
                    faults = "; ".join(
                        f"{'.'.join(map(str, fault['loc'])) or 'réponse'} : {fault['type']}"
                        for fault in error.errors()[:10]
                    )
                    repair = f"Cette réponse ne suit pas le schéma ({faults}). Redonne-la entière, corrigée."
                    request.turns = (*ask.turns, Turn("assistant", answer or "(vide)"), Turn("user", repair))
            raise ModelError(MISSHAPEN)
        finally:
            if told is not None:
                told(request.usage())

    def _whole(self, request: _Request) -> str:
        """The answer in one piece; one that was cut is no JSON, and is left to be repaired."""
        parts: list[str] = []
        try:
            parts.extend(self._tried(request))
        except ModelError as error:
            if error.reason != CUT or self._clock() > request.until:
                raise
        if request.stop.asked:
            raise ModelError(CUT, retryable=True)
        return "".join(parts)

    def _tried(self, request: _Request) -> Iterator[str]:
        self._circuit.check()
        request.begun = False
        attempts = Retrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=self._pause,
            retry=retry_if_exception(lambda error: self._again(request, error)),
            sleep=request.rest,
            reraise=True,
        )
        try:
            for attempt in attempts:
                with attempt:
                    yield from self._once(request)
        except _Failed as failed:
            if request.stop.asked:
                return
            if failed.shown.retryable and failed.shown.reason != CUT:
                self._circuit.failed()
            raise failed.shown from None
        self._circuit.succeeded()

    def _once(self, request: _Request) -> Iterator[str]:
        finished = None
        try:
            if request.stop.asked:
                return
            for event in self._events(request):
                if request.stop.asked:
                    return
                request.count(event.data.usage)
                for choice in event.data.choices[:1]:
                    finished = choice.finish_reason or finished
                    if piece := _text(choice.delta.content):
                        request.came(piece)
                        yield piece
        except Exception as error:  # noqa: BLE001 - the SDK raises six kinds, some of them not its own
            raise _Failed(_model_error(error, request.begun), _retry_after(error)) from None
        # A stream that ends early raises nothing: only the reason to finish tells.
        if finished != "stop" and not request.stop.asked:
            log.warning("the model's answer ended with finish_reason %s", finished)
            raise _Failed(ModelError(CUT, retryable=True), None)

    def _pause(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, _Failed) else None
        if asked is not None:
            return asked
        return float(self._backoff * 2 ** (state.attempt_number - 1) * random.uniform(0.8, 1.2))

    def _again(self, request: _Request, error: BaseException) -> bool:
        """Only what may succeed, what gave nothing yet, and what the deadline leaves time for."""
        if not isinstance(error, _Failed) or request.begun or request.stop.asked or not error.shown.retryable:
            return False
        return self._clock() + (error.retry_after or self._backoff) < request.until

    def _events(self, request: _Request) -> Iterator[CompletionEvent]:
        left = request.until - self._clock()
        if left <= 0:
            raise httpx2.ReadTimeout("deadline")
        hooks: dict[str, list[Callable[..., Any]]] = {
            "request": [request.watch],
            "response": [lambda response: _bound(response, request.until, self._clock)],
        }
        shape = {"response_format": request.response_format} if request.response_format else {}
        # Redirects are not followed: the key would go to the other host.
        with (
            httpx2.Client(follow_redirects=False, event_hooks=hooks, verify=_trusted()) as http,
            Mistral(
                api_key=self._settings.key,
                server=EUROPE,
                server_url=self._settings.url,
                client=http,
                # Never asked; without it the SDK makes one, and reads every certificate authority for it.
                async_client=httpx2.AsyncClient(follow_redirects=False, verify=_trusted()),
                timeout_ms=max(1, int(min(self._silence, left) * 1000)),
                debug_logger=_Silent(),
            ) as client,
            client.chat.stream(
                model=self._settings.model,
                messages=[
                    {"role": "system", "content": request.ask.system},
                    *({"role": turn.role, "content": turn.text} for turn in request.turns),
                ],
                temperature=request.ask.temperature,
                max_tokens=request.ask.longest_answer,
                retries=None,
                **shape,
            ) as events,
        ):
            yield from events


@cache
def _trusted() -> ssl.SSLContext:
    """The certificate authorities, read once: it took a tenth of a second of each answer."""
    return httpx2.create_ssl_context()


def _is_chat_model(model: MistralModel) -> ChatModel:
    return model  # checked by mypy: the adapter fits the seam


class _Failed(Exception):
    """What is shown of a failure, and how long the server asked to wait, in seconds."""

    def __init__(self, shown: ModelError, retry_after: float | None) -> None:
        super().__init__(shown.reason)
        self.shown = shown
        self.retry_after = retry_after


class _Request:
    """One request while it runs: what it still may take, what it took, and the sockets a stop must close."""

    def __init__(self, ask: Ask, until: float, stop: Stop, clock: Callable[[], float]) -> None:
        self.ask = ask
        self.turns = ask.turns
        self.until = until
        self.stop = stop
        self.response_format: Any = None
        self.begun = False
        self._clock = clock
        self._since = clock()
        self._first: float | None = None
        self._counted: tuple[int, int] = (0, 0)
        self._characters = 0

    def rest(self, seconds: float) -> None:
        """Pause between two tries; a stop ends the pause."""
        self.stop.wait(seconds)

    def came(self, piece: str) -> None:
        self.begun = True
        self._first = self._first or self._clock()
        self._characters += len(piece)

    def count(self, usage: Any) -> None:
        if usage is not None:
            sent, got = self._counted
            self._counted = (sent + (usage.prompt_tokens or 0), got + (usage.completion_tokens or 0))

    def usage(self) -> Usage:
        """What it took; a server that was cut off, or does not count, is estimated once anything came."""
        sent, got = self._counted
        if not sent + got and self._characters:
            asked = len(self.ask.system) + sum(len(turn.text) for turn in self.turns)
            sent, got = asked // CHARACTERS_A_TOKEN, self._characters // CHARACTERS_A_TOKEN + 1
        first = round(1000 * (self._first - self._since)) if self._first is not None else None
        return Usage(sent, got, first, round(1000 * (self._clock() - self._since)))

    def watch(self, request: httpx2.Request) -> None:
        """Learn of each connection as it opens: shutting its socket is what wakes a blocked read."""

        def trace(name: str, info: dict[str, Any]) -> None:
            if name.endswith(("connect_tcp.complete", "start_tls.complete")):
                stream = info["return_value"]
                self.stop.on_ask(lambda: _shut(stream.get_extra_info("socket")))

        request.extensions["trace"] = trace


def _shut(connection: socket.socket | None) -> None:
    try:
        if connection is not None:
            connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it was closed already


class _Circuit:
    """Opens after failures in a row, so that nobody waits for a service that is down."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._opened: float | None = None

    def check(self) -> None:
        """Raises ModelError while open; after a while lets one request through to see."""
        with self._lock:
            if self._opened is None:
                return
            if self._clock() - self._opened < SECONDS_OPEN:
                raise ModelError(OPEN, retryable=True)
            self._opened = self._clock()

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES_TO_OPEN:
                self._opened = self._clock()

    def succeeded(self) -> None:
        with self._lock:
            self._failures, self._opened = 0, None


def _retry_after(error: Exception) -> float | None:
    """The wait that the server asked for, in seconds, from its `Retry-After` (a number, or a date)."""
    said = error.headers.get("retry-after") if isinstance(error, errors.MistralError) else None
    if not said:
        return None
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (ValueError, TypeError):
        return None


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    # Other chunks are a reasoning model's thoughts, or references: no part of the draft.
    return "".join(part.text for part in parts if part.type == "text")


def _model_error(error: Exception, begun: bool) -> ModelError:
    status = error.status_code if isinstance(error, errors.MistralError) else None
    log.warning("the model failed: %s, status %s", type(error).__name__, status)
    if isinstance(error, httpx2.TimeoutException):
        return ModelError(CUT if begun else SLOW, retryable=True)
    if isinstance(error, httpx2.HTTPError):
        return ModelError(CUT if begun else UNREACHABLE, retryable=True)
    if isinstance(error, UnicodeEncodeError):  # a header is ASCII: a pasted key may not be
        return ModelError(BY_STATUS[401])
    if status is not None and status >= 500:
        return ModelError(DOWN, retryable=True)
    if status is not None and status >= 400:
        return ModelError(BY_STATUS.get(status, REFUSED), retryable=status in (408, 429))
    return ModelError(UNREADABLE)


def _bound(response: httpx2.Response, until: float, clock: Callable[[], float]) -> None:
    if isinstance(response.stream, httpx2.SyncByteStream):
        response.stream = _UntilDeadline(response.stream, until, clock)


class _UntilDeadline(httpx2.SyncByteStream):
    """A response that ends with a timeout at the deadline, however regularly its bytes trickle in."""

    def __init__(self, stream: httpx2.SyncByteStream, until: float, clock: Callable[[], float]) -> None:
        self._stream = stream
        self._until = until
        self._clock = clock

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            if self._clock() > self._until:
                raise httpx2.ReadTimeout("deadline")
            yield piece

    def close(self) -> None:
        self._stream.close()


class _Silent:
    """The SDK's debug log would hold prompts, and an environment variable can switch it on."""

    def debug(self, msg: str, *args: Any, **kwargs: Any) -> None:
        return
