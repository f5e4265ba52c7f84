"""The seam to a language model: what it is asked, what it gives, how it is stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from pydantic import BaseModel

Schema = TypeVar("Schema", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the exchange with a model."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: the task and the prompt's name and version ("offer/1"), and what is sent.

    `longest_answer` is in tokens. `materials` are the task's inputs by name, as they were typed: for a
    writer without a model only, they are never sent.
    """

    task: str
    prompt: str
    system: str
    turns: tuple[Turn, ...]
    temperature: float = 0.3
    longest_answer: int = 2_000
    materials: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """What one request took. `first_ms` is the time to the first piece, None when none came."""

    tokens_in: int
    tokens_out: int
    first_ms: int | None
    latency_ms: int


class Stop:
    """Ends a request from another thread; what must be closed for that registers itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = False
        self._closers: list[Callable[[], None]] = []
        self._event = threading.Event()

    @property
    def asked(self) -> bool:
        return self._asked

    def wait(self, seconds: float) -> bool:
        """Pause for so long, or until the stop is asked; tell whether it was."""
        return self._event.wait(seconds)

    def ask(self) -> None:
        """Stop now, and again is the same."""
        with self._lock:
            self._asked = True
            closers, self._closers = self._closers, []
        self._event.set()
        for close in closers:
            close()

    def on_ask(self, close: Callable[[], None]) -> None:
        """Call `close` when the stop is asked; at once when it already was. It must not raise."""
        with self._lock:
            if not self._asked:
                self._closers.append(close)
                return
        close()


class ChatModel(Protocol):
    """What writes a text. `is_ai` False means that no language model is behind it."""

    @property
    def name(self) -> str: ...

    @property
    def is_ai(self) -> bool: ...

    def stream(self, ask: Ask, stop: Stop | None = None, told: Callable[[Usage], None] | None = None) -> Iterator[str]:
        """Yield the answer in pieces; ends early, without an error, once `stop` is asked.

        `told` hears once what the request took, however it ended. Raises ModelError, also after some
        pieces: what came is partial.
        """
        ...

    def parse(
        self, ask: Ask, schema: type[Schema], stop: Stop | None = None, told: Callable[[Usage], None] | None = None
    ) -> Schema:
        """The answer as an object of `schema`; raises ModelError when there is none that fits.

        Without a language model this always raises ModelError: rules read texts, they answer no schema.
        """
        ...
