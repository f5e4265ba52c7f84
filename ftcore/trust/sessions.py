"""Signed-in sessions, on our side: the browser's cookie lasts thirty days, a session twelve hours at most.

A cookie is only ever a claim: each run asks here whether its session goes on, and which role it may act in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ftcore.database import Database, Row, Transaction
from ftcore.errors import NotAllowed
from ftcore.model import Person, Role
from ftcore.trust import accounts, journal
from ftcore.trust.accounts import NO_AGENCY, Account
from ftcore.trust.claims import Identity

# OWASP ASVS 5.0, 7.3: both limits; a desk in a public place is left alone at lunch.
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
# A token begins a session within this time of its issue; later it is a copy of an old cookie.
FRESH = timedelta(minutes=10)
# How often the time of the last click is written down.
_NOTED_EVERY = timedelta(minutes=1)
# What is kept of ended sessions: as long as a copied cookie could still be shown.
KEPT = timedelta(days=31)


class Refusal(StrEnum):
    """Why a cookie opens nothing."""

    ENDED = "ended"
    IDLE = "idle"
    TOO_LONG = "too long"
    STALE = "stale"
    NO_ROLE = "no role"
    NO_AGENCY = "no agency"


@dataclass(frozen=True, slots=True)
class Session:
    """A session that goes on: who acts, in which agency, and the other roles that they may take.

    `ends_utc` is when it ends if nobody clicks any more; None for the demo's, which does not end. `lasts` says that
    a click would make it last longer.
    """

    person: Person
    agency_name: str
    roles: tuple[Role, ...]
    ends_utc: datetime | None = None
    lasts: bool = True


def resume(database: Database, identity: Identity, now: datetime, *, active: bool = True) -> Session | Refusal:
    """The session of this token, begun where it is new; or why there is none.

    `active` says that a person did something, as opposed to a page that refreshes itself.
    """
    found = database.one(_FIND, identity.session_key)
    if found is None:
        return database.transact(lambda tx: _begin(tx, identity, now))
    refusal = _over(found, now)
    if refusal is not None:
        if found["ended_utc"] is None:
            database.transact(lambda tx: _end(tx, identity.session_key, now, refusal))
        return refusal
    account = accounts.of_row(found)
    if not account.allowed:
        return Refusal.NO_ROLE
    seen = found["seen_utc"]
    if active and now - seen >= _NOTED_EVERY:
        seen = now
        database.transact(
            lambda tx: tx.execute(
                "UPDATE sign_in_session SET seen_utc = $2 WHERE session_key = $1 AND seen_utc < $2",
                identity.session_key,
                now,
            )
        )
    return _session(account, Role(found["role"]), found["agency_name"], found["began_utc"], seen)


def sign_out(database: Database, identity: Identity, now: datetime) -> None:
    """End the session of this token: from now on its cookie, also a copy of it, opens nothing."""
    database.transact(lambda tx: _end(tx, identity.session_key, now, None))


def take_role(database: Database, identity: Identity, role: Role, now: datetime) -> None:
    """Go on in another of one's roles. Raises NotAllowed for a role that is not one's own."""

    def write(tx: Transaction) -> None:
        found = tx.one(_FIND, identity.session_key)
        account = accounts.of_row(found) if found is not None and found["ended_utc"] is None else None
        if account is None or role not in account.allowed:
            raise NotAllowed("Ce rôle ne vous est pas attribué.")
        tx.execute("UPDATE sign_in_session SET role = $2 WHERE session_key = $1", identity.session_key, role)
        journal.record(
            tx, account.agency_id or NO_AGENCY, str(account.account_id), "role taken", account.account_id, now, role
        )

    database.transact(write)


def forget_old(tx: Transaction, now: datetime) -> None:
    """Forget sessions whose cookie no browser keeps any more."""
    tx.execute("DELETE FROM sign_in_session WHERE began_utc < $1", now - KEPT)


_FIND = """
    SELECT s.role, s.began_utc, s.seen_utc, s.ended_utc, a.*, g.name AS agency_name
    FROM sign_in_session s
    JOIN account a ON a.account_id = s.account_id
    LEFT JOIN agency g ON g.agency_id = a.agency_id
    WHERE s.session_key = $1
"""


def _over(found: Row, now: datetime) -> Refusal | None:
    if found["ended_utc"] is not None:
        return Refusal.ENDED
    if now - found["began_utc"] >= LONGEST:
        return Refusal.TOO_LONG
    if now - found["seen_utc"] >= IDLE:
        return Refusal.IDLE
    return None


def _begin(tx: Transaction, identity: Identity, now: datetime) -> Session | Refusal:
    if abs(now - identity.issued_utc) > FRESH:
        return Refusal.STALE
    account = accounts.remember(tx, identity, now)
    agency_id = account.agency_id or NO_AGENCY
    if not account.allowed:
        refusal = Refusal.NO_AGENCY if account.roles and account.agency_id is None else Refusal.NO_ROLE
        # Not a session: as soon as the provider or an administrator gives a role, a new sign-in opens one.
        journal.record(tx, agency_id, str(account.account_id), "sign-in refused", account.account_id, now, refusal)
        return refusal
    role = account.allowed[0]
    row = {
        "session_key": identity.session_key,
        "account_id": account.account_id,
        "role": role,
        "began_utc": now,
        "seen_utc": now,
        "ended_utc": None,
    }
    # Two tabs that open together begin one session.
    tx.insert("sign_in_session", [row], if_absent=True)
    forget_old(tx, now)
    journal.record(tx, agency_id, str(account.account_id), "signed in", account.account_id, now, role)
    name = tx.value("SELECT name FROM agency WHERE agency_id = $1", account.agency_id) if account.agency_id else None
    return _session(account, role, name, now, now)


def _end(tx: Transaction, session_key: str, now: datetime, refusal: Refusal | None) -> None:
    found = tx.one(_FIND, session_key)
    if found is None or found["ended_utc"] is not None:
        return
    tx.execute("UPDATE sign_in_session SET ended_utc = $2 WHERE session_key = $1", session_key, now)
    account = accounts.of_row(found)
    journal.record(
        tx,
        account.agency_id or NO_AGENCY,
        str(account.account_id),
        "signed out" if refusal is None else "session over",
        account.account_id,
        now,
        refusal or "",
    )


def _session(account: Account, role: Role, agency_name: str | None, began: datetime, seen: datetime) -> Session:
    acting = role if role in account.allowed else account.allowed[0]
    person = Person(str(account.account_id), account.name, acting, account.agency_id or NO_AGENCY)
    at_most, idle = began + LONGEST, seen + IDLE
    return Session(person, agency_name or "Toutes les agences", account.allowed, min(at_most, idle), idle < at_most)
