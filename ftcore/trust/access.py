"""Who may do what: one readable table, asked before the database is."""

from __future__ import annotations

from uuid import UUID

from ftcore.errors import NotAllowed
from ftcore.model import Person, Role

PERMISSIONS: dict[str, frozenset[Role]] = {
    "write offers": frozenset({Role.COUNSELOR, Role.TEAM_LEAD}),
    "write with the assistant": frozenset({Role.COUNSELOR, Role.TEAM_LEAD}),
    "publish prompts": frozenset({Role.TEAM_LEAD}),
    "override findings": frozenset({Role.TEAM_LEAD}),
    "see candidates": frozenset({Role.COUNSELOR, Role.TEAM_LEAD}),
    "send messages": frozenset({Role.COUNSELOR, Role.TEAM_LEAD}),
    "read conversations": frozenset({Role.COUNSELOR, Role.TEAM_LEAD}),
    # Numbers are masked on screens: to see one is asked for, and journaled.
    "reveal numbers": frozenset({Role.COUNSELOR, Role.TEAM_LEAD}),
    # Figures are of the own agency, but for who evaluates all of them: see `ftcore/insight/scope.py`.
    "see figures": frozenset({Role.COUNSELOR, Role.TEAM_LEAD, Role.EVALUATOR}),
    "see evaluation": frozenset({Role.TEAM_LEAD, Role.EVALUATOR}),
    "see all agencies": frozenset({Role.EVALUATOR}),
    # The assumptions and the pilot are one for all agencies.
    "change baselines": frozenset({Role.EVALUATOR}),
    "export for research": frozenset({Role.EVALUATOR}),
    # What is said to people by SMS, when, and how much of it. To halt is always allowed; to go on is decided.
    "see sending rules": frozenset({Role.COUNSELOR, Role.TEAM_LEAD, Role.ADMINISTRATOR}),
    "change wordings": frozenset({Role.TEAM_LEAD, Role.ADMINISTRATOR}),
    "change sending rules": frozenset({Role.TEAM_LEAD, Role.ADMINISTRATOR}),
    "stop sending": frozenset({Role.COUNSELOR, Role.TEAM_LEAD, Role.ADMINISTRATOR}),
    "resume sending": frozenset({Role.TEAM_LEAD, Role.ADMINISTRATOR}),
    # A comparison by lot decides what people receive: for who reads its result and answers for it.
    "define comparisons": frozenset({Role.TEAM_LEAD}),
    "manage accounts": frozenset({Role.ADMINISTRATOR}),
    # What is kept for how long is the data controller's to say; who answers a person may read what is written of them.
    "see retention": frozenset({Role.TEAM_LEAD, Role.ADMINISTRATOR}),
    "change retention": frozenset({Role.ADMINISTRATOR}),
    "purge": frozenset({Role.ADMINISTRATOR}),
    "answer rights": frozenset({Role.TEAM_LEAD, Role.ADMINISTRATOR}),
    # Purposes, models, recipients, durations: no person in it.
    "see register": frozenset({Role.TEAM_LEAD, Role.ADMINISTRATOR}),
    # Whoever imports a file holds it: the lines of it that were rejected are shown to them again.
    "import": frozenset({Role.COUNSELOR, Role.TEAM_LEAD, Role.ADMINISTRATOR}),
    # Counts of what waits and what failed; no person.
    "see service state": frozenset({Role.COUNSELOR, Role.TEAM_LEAD, Role.ADMINISTRATOR}),
    # The phones of the demo, invented and inside the program; there are none where SMS are real.
    "play with phones": frozenset({Role.COUNSELOR, Role.TEAM_LEAD, Role.ADMINISTRATOR}),
    # What was done in the agency, by whom and why: no text of anybody in it.
    "see journal": frozenset({Role.TEAM_LEAD, Role.ADMINISTRATOR}),
    "export journal": frozenset({Role.TEAM_LEAD, Role.ADMINISTRATOR}),
    # Why somebody was, or was not, contacted: the answer that a person may ask for.
    "explain contacts": frozenset({Role.COUNSELOR, Role.TEAM_LEAD, Role.ADMINISTRATOR}),
}


def may(person: Person, permission: str) -> bool:
    """Whether the person's role has the permission: for a page, to say beforehand what it would refuse."""
    return person.role in PERMISSIONS[permission]


def require(person: Person, permission: str, agency_id: UUID | None = None) -> None:
    """Raise NotAllowed unless the person has the permission, and, where given, in that agency."""
    if not may(person, permission):
        raise NotAllowed("Votre rôle ne permet pas cette action.")
    if agency_id is not None and agency_id != person.agency_id:
        raise NotAllowed("Cette fiche appartient à une autre agence.")
