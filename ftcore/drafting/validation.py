"""An offer becomes one that people are contacted for: lawful, or taken on by a team lead with a reason."""

from __future__ import annotations

from datetime import datetime

from ftcore.database import Database
from ftcore.drafting import compliance, offers
from ftcore.drafting.compliance import Level
from ftcore.errors import FtError
from ftcore.model import ImportReport, Offer, Person
from ftcore.trust import access, journal

# They concern the publication; a counselor's own draft is dated when it is saved, and its employer may come later.
LATER = frozenset({"identity", "pay_range"})


def validate(database: Database, person: Person, offer: Offer, now: datetime, reason: str = "") -> ImportReport:
    """Save an offer without a blocking finding, or, with a team lead's reason, in spite of them.

    Raises FtError that counts what blocks, NotAllowed when the person may not override.
    """
    access.require(person, "write offers", offer.agency_id)
    blocking = [
        finding for finding in compliance.check(offer) if finding.level is Level.BLOCK and finding.rule not in LATER
    ]
    if blocking and not reason.strip():
        excerpts = ", ".join(dict.fromkeys(finding.article for finding in blocking))
        raise FtError(f"Cette offre a encore {len(blocking)} point(s) bloquant(s) ({excerpts}) : corrigez-les d'abord.")
    if blocking:
        access.require(person, "override findings", offer.agency_id)
    report = offers.save(database, person, offer, now)
    if blocking:
        rules = ", ".join(sorted({finding.rule for finding in blocking}))
        why = " ".join(reason.split())[:300]
        database.transact(
            lambda tx: journal.record(
                tx,
                person.agency_id,
                person.person_id,
                "findings overridden",
                offer.offer_id,
                now,
                rules,
                wrote=why,
                verdict="overridden",
            )
        )
    return report
