"""Mistral AI, or any server that speaks its API: everything this program knows of that vendor.

Nothing the SDK says of an error is logged or shown but its type and status: its messages and debug
logs quote the prompt.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from typing import Any

import httpx2
from mistralai.client import Mistral, errors
from mistralai.client.models import CompletionEvent

from ftcore.drafting.assistant import Turn
from ftcore.errors import ModelError
from ftcore.settings import MistralSettings

log = logging.getLogger(__name__)

EUROPE = "eu"
TEMPERATURE = 0.3
LONGEST_ANSWER = 2_000  # tokens

CUT = "La réponse a été coupée. Ce qui est arrivé est gardé : complétez-le, ou relancez la rédaction."
SLOW = "Le service de rédaction n'a pas répondu à temps. Réessayez dans un instant."
UNREACHABLE = "Le service de rédaction est injoignable. Vérifiez la connexion, puis réessayez."
UNREADABLE = "La réponse du service de rédaction est illisible. Réessayez ; si cela dure, prévenez l'administration."
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

    def __init__(self, settings: MistralSettings, *, silence: float = 20.0, deadline: float = 90.0) -> None:
        """`silence` is the longest wait for the next bytes, `deadline` for the whole answer, in seconds."""
        self._settings = settings
        self._silence = silence
        self._deadline = deadline

    @property
    def name(self) -> str:
        return self._settings.model

    def stream(self, system: str, turns: Sequence[Turn]) -> Iterator[str]:
        """Yield the answer in pieces; nothing is tried twice. Raises ModelError."""
        finished, begun = None, False
        try:
            for event in self._events(system, turns):
                for choice in event.data.choices[:1]:
                    piece = _text(choice.delta.content)
                    finished = choice.finish_reason or finished
                    if piece:
                        begun = True
                        yield piece
        except Exception as error:  # noqa: BLE001 - the SDK raises six kinds, some of them not its own
            raise _model_error(error, begun) from None
        # A stream that ends early raises nothing: only the reason to finish tells.
        if finished != "stop":
            log.warning("the model's answer ended with finish_reason %s", finished)
            raise ModelError(CUT)

    def _events(self, system: str, turns: Sequence[Turn]) -> Iterator[CompletionEvent]:
        until = time.monotonic() + self._deadline
        # Redirects are not followed: the key would go to the other host.
        with (
            httpx2.Client(
                follow_redirects=False, event_hooks={"response": [lambda response: _bound(response, until)]}
            ) as http,
            Mistral(
                api_key=self._settings.key,
                server=EUROPE,
                server_url=self._settings.url,
                client=http,
                timeout_ms=int(self._silence * 1000),
                debug_logger=_Silent(),
            ) as client,
            client.chat.stream(
                model=self._settings.model,
                messages=[
                    {"role": "system", "content": system},
                    *({"role": turn.role, "content": turn.text} for turn in turns),
                ],
                temperature=TEMPERATURE,
                max_tokens=LONGEST_ANSWER,
                retries=None,
            ) as events,
        ):
            yield from events


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
        return ModelError(CUT if begun else SLOW)
    if isinstance(error, httpx2.HTTPError):
        return ModelError(CUT if begun else UNREACHABLE)
    if isinstance(error, UnicodeEncodeError):  # a header is ASCII: a pasted key may not be
        return ModelError(BY_STATUS[401])
    if status is not None and status >= 500:
        return ModelError(DOWN)
    if status is not None and status >= 400:
        return ModelError(BY_STATUS.get(status, REFUSED))
    return ModelError(UNREADABLE)


def _bound(response: httpx2.Response, until: float) -> None:
    if isinstance(response.stream, httpx2.SyncByteStream):
        response.stream = _UntilDeadline(response.stream, until)


class _UntilDeadline(httpx2.SyncByteStream):
    """A response that ends with a timeout at the deadline, however regularly its bytes trickle in."""

    def __init__(self, stream: httpx2.SyncByteStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            if time.monotonic() > self._until:
                raise httpx2.ReadTimeout("deadline")
            yield piece

    def close(self) -> None:
        self._stream.close()


class _Silent:
    """The SDK's debug log would hold prompts, and an environment variable can switch it on."""

    def debug(self, msg: str, *args: Any, **kwargs: Any) -> None:
        return
