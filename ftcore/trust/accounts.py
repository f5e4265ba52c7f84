"""The staff's accounts: who may take which role here, as the provider says and an administrator withholds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from ftcore.database import Database, Row, Transaction
from ftcore.errors import FtError
from ftcore.model import Person, Role
from ftcore.trust import access, journal
from ftcore.trust.claims import Identity

# The agency of who belongs to none: evaluators look at all of them.
NO_AGENCY = UUID(int=0)
# Who may work without an agency.
_WITHOUT_AGENCY = frozenset({Role.EVALUATOR})


@dataclass(frozen=True, slots=True)
class Account:
    """A person of staff; `roles` are what the provider said, `withheld` what was taken away here."""

    account_id: UUID
    name: str
    agency_id: UUID | None
    roles: tuple[Role, ...]
    withheld: frozenset[Role]
    signed_in_utc: datetime

    @property
    def allowed(self) -> tuple[Role, ...]:
        """The roles that the person may take now."""
        return tuple(
            role
            for role in self.roles
            if role not in self.withheld and (self.agency_id is not None or role in _WITHOUT_AGENCY)
        )


def remember(tx: Transaction, identity: Identity, now: datetime) -> Account:
    """The account of who signs in, made or brought up to date with what the provider says today."""
    said = {
        "name": identity.name,
        "agency_id": agency_of(tx, identity.agency),
        "roles": _text(identity.roles),
        "signed_in_utc": now,
    }
    known = tx.one("SELECT * FROM account WHERE subject = $1", identity.subject)
    if known is None:
        row = {"account_id": uuid4(), "subject": identity.subject, "withheld": "", "created_utc": now, **said}
        tx.insert("account", [row])
        return of_row(row)
    tx.execute(
        "UPDATE account SET name = $2, agency_id = $3, roles = $4, signed_in_utc = $5 WHERE account_id = $1",
        known["account_id"],
        *said.values(),
    )
    return of_row(known | said)


def agency_of(tx: Transaction, word: str | None) -> UUID | None:
    """The agency that the provider calls so: by its code, or by its name."""
    if word is None:
        return None
    found = tx.rows("SELECT agency_id FROM agency WHERE code = $1 OR (code IS NULL AND name = $1)", word)
    return found[0]["agency_id"] if len(found) == 1 else None


def listed(database: Database, person: Person) -> list[Account]:
    """Everybody who ever signed in for the person's agency, and who belongs to none; by name."""
    access.require(person, "manage accounts")
    rows = database.rows(
        "SELECT * FROM account WHERE agency_id = $1 OR agency_id IS NULL ORDER BY name, account_id", person.agency_id
    )
    return [of_row(row) for row in rows]


def withhold(database: Database, person: Person, account_id: UUID, roles: Iterable[Role], now: datetime) -> Account:
    """Take these roles away from somebody, and give back any other; counts from their next click.

    Raises NotAllowed, and FtError for an account of another agency or one's own.
    """
    access.require(person, "manage accounts")
    taken = frozenset(roles)

    def write(tx: Transaction) -> Account:
        row = tx.one("SELECT * FROM account WHERE account_id = $1", account_id)
        if row is None or row["agency_id"] not in (None, person.agency_id):
            raise FtError("Ce compte n'existe pas dans votre agence.")
        if str(account_id) == person.person_id:
            raise FtError("Vous ne pouvez pas changer vos propres droits : demandez à un autre administrateur.")
        account = of_row(row | {"withheld": _text(role for role in Role if role in taken)})
        if account.withheld != of_row(row).withheld:
            tx.execute("UPDATE account SET withheld = $2 WHERE account_id = $1", account_id, _text(sorted(taken)))
            detail = f"withheld: {_text(sorted(taken)) or 'none'}"
            journal.record(tx, person.agency_id, person.person_id, "roles changed", account_id, now, detail)
        return account

    return database.transact(write)


def of_row(row: Row) -> Account:
    """The account that stands in a row of the table, perhaps with more columns."""
    return Account(
        account_id=row["account_id"],
        name=row["name"],
        agency_id=row["agency_id"],
        roles=tuple(Role(word) for word in row["roles"].split()),
        withheld=frozenset(Role(word) for word in row["withheld"].split()),
        signed_in_utc=row["signed_in_utc"],
    )


def _text(roles: Iterable[Role]) -> str:
    return " ".join(roles)
