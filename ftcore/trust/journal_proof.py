"""Proves the chains of the journal, and names the first link that is broken.

What a proof can say: between the head and the oldest entry kept, nothing was changed, removed, added or moved by
anybody who did not write every later hash anew as well. Against those who could, a head that was written down
elsewhere must still be part of its chain.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from ftcore.database import Database, Row, Transaction
from ftcore.model import Person
from ftcore.trust import access
from ftcore.trust.journal import PLACED, SAID, digest

BATCH = 10_000


class Broken(StrEnum):
    """What differs at a broken link, in the words that are shown."""

    CONTENT = "son contenu a été modifié"
    MISSING = "une ou plusieurs écritures manquent juste avant"
    INSERTED = "une écriture a été ajoutée à cette place"
    MOVED = "l'ordre a changé : cette écriture portait un autre numéro"
    REPLACED = "elle ne suit pas la précédente : l'une des deux a été réécrite"
    TAIL = "les dernières écritures manquent, ou l'état de la chaîne a été réécrit"
    OLDER = "le nombre des écritures antérieures au chaînage a changé"


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a chain: what is to be written down elsewhere."""

    agency_id: UUID
    chain: str
    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first broken link of a chain. `sequence` and `entry_id` are of the entry that does not fit."""

    agency_id: UUID
    chain: str
    sequence: int
    entry_id: UUID | None
    what: Broken

    def __str__(self) -> str:
        chain = f"chaîne « {self.chain} »" if self.chain else "avant le chaînage"
        entry = f", écriture {self.entry_id}" if self.entry_id else ""
        return f"agence {self.agency_id}, {chain}, numéro {self.sequence}{entry} : {self.what}"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found: entries proven, entries older than the chains, heads, broken links, heads not found again."""

    entries: int
    unchained: int
    heads: tuple[Head, ...]
    broken: tuple[Break, ...]
    lost_heads: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.broken and not self.lost_heads


def verify_own(database: Database, person: Person) -> Proof:
    """Prove the chains of the person's agency. Raises NotAllowed."""
    access.require(person, "see journal")
    return verify(database, agency_id=person.agency_id)


def verify(
    database: Database,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    *,
    agency_id: UUID | None = None,
    heads: Collection[str] = (),
) -> Proof:
    """Walk the chains of an agency, or of all, as they stand at this moment; each up to its first broken link.

    `heads` are hashes that were heads once: each must be found in a chain that holds up to there.
    `progress` is told the entries walked and all of them.
    """
    with database.snapshot() as reader:
        return _Walk(reader, progress, agency_id, set(heads)).proof()


class _Walk:
    def __init__(
        self, reader: Transaction, progress: Callable[[int, int], None], agency_id: UUID | None, sought: set[str]
    ) -> None:
        self._reader, self._progress, self._agency_id, self._sought = reader, progress, agency_id, sought
        self._total = int(reader.value(f"SELECT count(*) FROM journal WHERE chain IS NOT NULL AND {_OF}", agency_id))
        self._walked = 0
        self._found: set[str] = set()

    def proof(self) -> Proof:
        heads = {
            (row["agency_id"], row["chain"]): Head(**row)
            for row in self._reader.rows(f"SELECT * FROM journal_head WHERE {_OF}", self._agency_id)
        }
        broken, unchained = self._older({key[0]: head.sequence for key, head in heads.items() if not key[1]})
        for agency_id, chain in self._chains():
            wrong = self._chain(agency_id, chain, heads.get((agency_id, chain)))
            broken += [wrong] if wrong else []
        known = [head for (_, chain), head in sorted(heads.items(), key=lambda item: _order(item[1])) if chain]
        lost = sorted(self._sought - self._found)
        return Proof(self._walked, unchained, tuple(known), tuple(broken), tuple(lost))

    def _older(self, counted: dict[UUID, int]) -> tuple[list[Break], int]:
        """The entries without a chain: as many as were counted when there came to be chains."""
        rows = self._reader.rows(
            f"SELECT agency_id, count(*) AS entries FROM journal WHERE chain IS NULL AND {_OF} GROUP BY agency_id",
            self._agency_id,
        )
        there = {row["agency_id"]: int(row["entries"]) for row in rows}
        wrong = [
            Break(agency_id, "", there.get(agency_id, 0), None, Broken.OLDER)
            for agency_id in sorted(there.keys() | counted.keys(), key=str)
            if there.get(agency_id, 0) != counted.get(agency_id, 0)
        ]
        return wrong, sum(there.values())

    def _chains(self) -> list[tuple[UUID, str]]:
        rows = self._reader.rows(
            f"SELECT agency_id, chain FROM journal_head WHERE chain <> '' AND {_OF} "
            f"UNION SELECT agency_id, chain FROM journal WHERE chain IS NOT NULL AND {_OF}",
            self._agency_id,
        )
        return sorted(((row["agency_id"], row["chain"]) for row in rows), key=lambda key: (str(key[0]), key[1]))

    def _chain(self, agency_id: UUID, chain: str, head: Head | None) -> Break | None:
        last, link = self._start(agency_id, chain)
        for entry in self._entries(agency_id, chain):
            what = self._wrong(entry, last, link)
            if what is not None:
                return Break(agency_id, chain, entry["sequence"], UUID(entry["entry_id"]), what)
            last, link = entry["sequence"], entry["hash"]
            self._seen(link)
        if head is None or (head.sequence, head.hash) != (last, link):
            return Break(agency_id, chain, last + 1, None, Broken.TAIL)
        return None

    def _start(self, agency_id: UUID, chain: str) -> tuple[int, str]:
        """The place and hash from which the chain goes on: of the last entry that was forgotten, if any was."""
        kept = self._reader.rows(
            "SELECT sequence, hash FROM journal_checkpoint WHERE agency_id = $1 AND chain = $2 ORDER BY sequence",
            agency_id,
            chain,
        )
        for row in kept:
            self._seen(row["hash"])
        return (kept[-1]["sequence"], kept[-1]["hash"]) if kept else (0, "")

    def _entries(self, agency_id: UUID, chain: str) -> Iterator[Row]:
        for rows in batches(self._reader, agency_id, chain):
            for row in rows:
                self._walked += 1
                yield row
            self._progress(self._walked, self._total)

    def _wrong(self, entry: Row, last: int, link: str) -> Broken | None:
        sequence = entry["sequence"]
        if sequence <= last:
            return Broken.INSERTED
        if sequence > last + 1:
            return Broken.MISSING
        if digest(entry) != entry["hash"]:
            return Broken.MOVED if self._was_elsewhere(entry) else Broken.CONTENT
        return None if entry["previous_hash"] == link else Broken.REPLACED

    def _was_elsewhere(self, entry: Row) -> bool:
        """Whether the entry is whole, but for its number."""
        before = self._reader.rows(
            "SELECT sequence FROM journal WHERE agency_id = $1::UUID AND chain = $2 AND hash = $3",
            entry["agency_id"],
            entry["chain"],
            entry["previous_hash"],
        )
        near = {entry["sequence"] + step for step in range(-3, 4)} | {row["sequence"] + 1 for row in before}
        return any(digest(entry | {"sequence": place}) == entry["hash"] for place in near - {entry["sequence"]})

    def _seen(self, link: str) -> None:
        if link in self._sought:
            self._found.add(link)


def batches(reader: Transaction, agency_id: UUID, chain: str) -> Iterator[list[Row]]:
    """The entries of a chain in their order, some thousands at a time, two of one place included; ids as text."""
    sequence, entry_id = -1, str(UUID(int=0))
    while rows := reader.rows(_BATCH, agency_id, chain, sequence, entry_id):
        yield rows
        sequence, entry_id = rows[-1]["sequence"], rows[-1]["entry_id"]


def _order(head: Head) -> tuple[str, str]:
    return str(head.agency_id), head.chain


_OF = "($1::UUID IS NULL OR agency_id = $1::UUID)"
_IDS = {"agency_id", "entry_id", "candidate_id"}  # as text: to make objects of them took a third of the time
_READ = ", ".join(f"CAST(j.{name} AS TEXT) AS {name}" if name in _IDS else f"j.{name}" for name in (*PLACED, *SAID))
_BATCH = f"""
    SELECT {_READ}, j.hash FROM journal j
    WHERE j.agency_id = $1::UUID AND j.chain = $2
        AND (j.sequence > $3 OR (j.sequence = $3 AND j.entry_id > $4::UUID))
    ORDER BY j.sequence, j.entry_id LIMIT {BATCH}
"""
