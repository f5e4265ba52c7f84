"""The proof of an agency's journal, beside the pages: a long chain takes longer than a page may."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ftcore.database import Database, utc_now
from ftcore.model import Person
from ftcore.trust import access, journal_proof
from ftcore.trust.journal_proof import Proof

log = logging.getLogger(__name__)


@dataclass
class Check:
    """One proof, under way or done. `proof` is None while it runs, and for good where it could not be made."""

    begun_utc: datetime
    part: float = 0.0
    proof: Proof | None = None
    is_over: bool = False


_checks: dict[UUID, Check] = {}
_starting = threading.Lock()


def start(database: Database, person: Person) -> None:
    """Begin to prove the chains of the person's agency; one that runs is waited for instead. Raises NotAllowed."""
    access.require(person, "see journal")
    with _starting:
        known = _checks.get(person.agency_id)
        if known is not None and not known.is_over:
            return
        check = _checks[person.agency_id] = Check(utc_now())
    threading.Thread(
        target=_run, args=(database, person.agency_id, check), name="entremise-journal-check", daemon=True
    ).start()


def of(person: Person) -> Check | None:
    """The latest check of the person's agency in this process. Raises NotAllowed."""
    access.require(person, "see journal")
    return _checks.get(person.agency_id)


def _run(database: Database, agency_id: UUID, check: Check) -> None:
    def show(done: int, total: int) -> None:
        check.part = done / total if total else 1.0

    try:
        check.proof = journal_proof.verify(database, show, agency_id=agency_id)
    except Exception:
        log.exception("the journal could not be proven")
    finally:
        check.is_over = True
