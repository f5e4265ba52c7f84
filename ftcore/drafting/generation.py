"""An answer while it is being written, in a thread of its own.

A page's run is cut whenever the counselor clicks; the answer goes on, and is kept when it ends, also
when the browser was closed meanwhile.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from uuid import UUID

from ftcore.drafting.assistant import Stop
from ftcore.drafting.chats import Outcome
from ftcore.errors import FtError, ModelError

log = logging.getLogger(__name__)

BROKEN = "La rédaction s'est arrêtée sur une erreur du programme. Ce qui est arrivé est gardé ; réessayez."


class Generation:
    """One answer under way: its text so far, whether it ended, and the sentence of its failure."""

    def __init__(
        self,
        pieces: Callable[[Stop], Iterator[str]],
        keep: Callable[[str, Outcome], UUID | None],
    ) -> None:
        """Begin at once. `keep` is called once at the end with what came, before the end is told."""
        self._pieces = pieces
        self._keep = keep
        self._stop = Stop()
        self._changed = threading.Condition()
        self._parts: list[str] = []
        self._ended = False
        self.failure: str | None = None
        self.retryable = False
        self.turn_id: UUID | None = None
        self._thread = threading.Thread(target=self._run, name="generation", daemon=True)
        self._thread.start()

    @property
    def text(self) -> str:
        with self._changed:
            return "".join(self._parts)

    @property
    def ended(self) -> bool:
        return self._ended

    def stop(self) -> None:
        """End the answer; what came is kept."""
        self._stop.ask()

    def wait(self, seen: int, timeout: float) -> str:
        """The text, as soon as it is longer than `seen` characters or has ended; after `timeout` s anyhow."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or sum(map(len, self._parts)) > seen, timeout)
            return "".join(self._parts)

    def join(self, timeout: float) -> None:
        self._thread.join(timeout)

    def _run(self) -> None:
        outcome = Outcome.COMPLETE
        try:
            for piece in self._pieces(self._stop):
                with self._changed:
                    self._parts.append(piece)
                    self._changed.notify_all()
                if self._stop.asked:
                    break
        except ModelError as error:
            outcome, self.failure, self.retryable = Outcome.CUT, error.reason, error.retryable
        except FtError as error:
            outcome, self.failure = Outcome.CUT, str(error)
        except Exception:
            log.exception("an answer failed")
            outcome, self.failure = Outcome.CUT, BROKEN
        if self._stop.asked:
            outcome, self.failure = Outcome.STOPPED, None
        try:
            self.turn_id = self._keep(self.text, outcome)
        except Exception:
            log.exception("an answer could not be kept")
            self.failure = "La réponse n'a pas pu être enregistrée. Copiez-la avant de quitter la page."
        with self._changed:
            self._ended = True
            self._changed.notify_all()
