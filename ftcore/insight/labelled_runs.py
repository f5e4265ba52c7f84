"""Reading the labelled set beside the page that asked for it: one at a time, found again after a reload."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from ftcore.database import Database
from ftcore.errors import FtError
from ftcore.insight import reading_quality
from ftcore.model import Person
from ftcore.trust import access

log = logging.getLogger(__name__)


class _Stopped(Exception):
    """The program ends: nothing of the run is kept."""


class LabelledRuns:
    """At most one run of this process is under way; `part` of it is done (0..1)."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self.part = 0.0
        self.wrong: str | None = None

    @property
    def under_way(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self, database: Database, person: Person, clock: Callable[[], datetime]) -> None:
        """Begin a run; while one is under way nothing else begins. Raises NotAllowed."""
        access.require(person, "see evaluation")
        with self._turn:
            if self.under_way:
                return
            self.part, self.wrong = 0.0, None
            self._stopping.clear()
            self._thread = threading.Thread(
                target=self._run, args=(database, person, clock), name="labelled run", daemon=True
            )
            self._thread.start()

    def join(self) -> None:
        """Wait until the run under way has ended."""
        if self._thread is not None:
            self._thread.join()

    def stop(self) -> None:
        """End the run under way; nothing of it is kept."""
        self._stopping.set()
        self.join()

    def _run(self, database: Database, person: Person, clock: Callable[[], datetime]) -> None:
        try:
            reading_quality.run_labelled(database, person, clock, self._said)
        except _Stopped:
            pass
        except FtError as error:
            self.wrong = str(error)
        except Exception:
            log.exception("the labelled set could not be read")
            self.wrong = "La relecture n'a pas abouti : rien n'a été gardé. Réessayez."

    def _said(self, part: float) -> None:
        self.part = part
        if self._stopping.is_set() and part < 1.0:
            raise _Stopped
