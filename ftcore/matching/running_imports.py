"""Imports beside the pages that asked for them: one at a time an agency, found again by whoever may import."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from uuid import UUID

from ftcore.errors import FtError
from ftcore.matching.people_import import BUSY, Progress
from ftcore.model import ImportReport, Person
from ftcore.trust import access

log = logging.getLogger(__name__)

Work = Callable[[Progress], ImportReport]


class ImportStopped(Exception):
    """Somebody stopped an import: nothing has changed."""


class RunningImport(threading.Thread):
    """An import under way: `part` of it is done; at the end there is a `report`, or a sentence what was `wrong`."""

    def __init__(self, file_name: str, by: str, work: Work) -> None:
        super().__init__(name="import", daemon=True)
        self.file_name, self.by = file_name, by
        self._work: Work | None = work
        self._stopping = threading.Event()
        self.part = 0.0
        self.report: ImportReport | None = None
        self.wrong: str | None = None
        self.start()

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def stop(self) -> None:
        """End it at its next step; nothing will have changed."""
        self._stopping.set()

    def run(self) -> None:
        # Taken away: the work holds the file, the report outlives it by hours.
        work, self._work = self._work, None
        assert work is not None
        try:
            self.report = work(self._said)
        except ImportStopped:
            self.wrong = "Import arrêté : rien n'a changé."
        except FtError as error:
            self.wrong = str(error)
        except Exception:
            log.exception("an import failed")
            self.wrong = "L'import n'a pas abouti : rien n'a changé. Réessayez ; si cela dure, prévenez l'assistance."

    def _said(self, part: float) -> None:
        self.part = part
        if self.stopping and part < 1.0:
            raise ImportStopped


class RunningImports:
    """The imports of this process, by agency; each is kept until somebody has seen its end."""

    def __init__(self) -> None:
        self._by_agency: dict[UUID, RunningImport] = {}
        self._turn = threading.Lock()

    def start(self, person: Person, file_name: str, work: Work) -> RunningImport:
        """Begin an import. Raises FtError while another of the agency is under way; NotAllowed."""
        access.require(person, "import")
        with self._turn:
            before = self._by_agency.get(person.agency_id)
            if before is not None and before.is_alive():
                raise FtError(BUSY)
            running = self._by_agency[person.agency_id] = RunningImport(file_name, person.name, work)
        return running

    def of(self, person: Person) -> RunningImport | None:
        """The import of the person's agency, under way or ended. Raises NotAllowed."""
        access.require(person, "import")
        return self._by_agency.get(person.agency_id)

    def forget(self, person: Person) -> None:
        """Its end has been seen; one under way stays. Raises NotAllowed."""
        access.require(person, "import")
        with self._turn:
            ended = self._by_agency.get(person.agency_id)
            if ended is not None and not ended.is_alive():
                del self._by_agency[person.agency_id]

    def stop(self) -> None:
        """End all of them, and wait until they have: nothing is left half-done."""
        running = list(self._by_agency.values())
        for each in running:
            each.stop()
        for each in running:
            each.join()
