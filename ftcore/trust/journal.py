"""What was done, by whom, on whom, and why. Append-only and chained; no text of a message, no name, no number.

Each entry holds the hash of the one before it in its chain, and its own: SHA-256 over all that it says. Whoever
changes, removes, adds or moves an entry afterwards breaks the chain there (`journal_proof`).

An agency has several chains, each with one head row that whoever appends must change. With snapshots two who
append to one chain meet, and the later one begins again; so those who would meet often, or who work for long, have
chains of their own: people, launches (which take turns anyway), imports of minutes, and the automaton of each
process. Entries wait for the end of their transaction: the head is taken once for all of them, and shortly.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from ftcore.database import Row, Transaction
from ftcore.errors import FtError
from ftcore.phones import mask

# Who acts where no person does.
AUTOMATON = "automate"
# What an entry says. All of it is in its hash, with its place and the hash before it.
SAID = ("entry_id", "happened_utc", "actor", "act", "subject", "candidate_id", "detail", "reason", "verdict",
        "automaton", "model", "prompt")  # fmt: skip
PLACED = ("agency_id", "chain", "sequence", "previous_hash")
_HASHED = sorted((*PLACED, *SAID))
LONGEST = 500
# Whatever else is purged: six months (AI Act, article 26(6)), to the longer side.
KEPT_AT_LEAST = timedelta(days=184)

_LONG = frozenset({"candidates imported", "referential loaded"})
_LAUNCH = frozenset({"campaign launched", "person contacted", "person left out", "person set aside"})
# Replicas read replies of the same agencies at once. Few enough for the chains to stay countable.
_AUTOMATA = 16
_OURS = secrets.randbelow(_AUTOMATA)

_Chain = tuple[UUID, str]  # whose, and which
_Head = tuple[int, str]  # the last place, and the hash there

_PSEUDONYM = re.compile(r"[\w.:/-]{1,100}")
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def record(
    tx: Transaction,
    agency_id: UUID,
    actor: str,
    act: str,
    subject: UUID | str,
    now: datetime,
    detail: str = "",
    *,
    person: UUID | None = None,
    reason: str = "",
    verdict: str = "",
    automaton: str = "",
    model: str | None = None,
    prompt: str | None = None,
    wrote: str = "",
) -> None:
    """Write one entry in the transaction of the act itself, so that neither exists without the other.

    `actor` is a person's id or "automate"; `subject` is the id of what was acted upon, `person` that of the
    candidate whom it concerns. `detail` and `reason` are words of the program, never of anybody's typing: what
    looks like a number or an address is blotted out all the same. `wrote` is a reason in a person's own words: it
    is kept beside the journal, where it can be erased, and the entry says how long it was. `verdict` is what a
    person decided; `automaton`, `model` and `prompt` say which machine, in which version, was at work.
    """
    entry_id = uuid4()
    if wrote.strip():
        told = f"in their own words ({len(wrote.strip())} characters)"
        reason = f"{reason}, {told}" if reason else told
        tx.insert(
            "journal_reason",
            [{"agency_id": agency_id, "entry_id": entry_id, "body": wrote.strip(), "written_utc": now}],
        )
    tx.at_end(
        _append,
        {
            "agency_id": agency_id,
            "entry_id": entry_id,
            "happened_utc": now,
            "actor": _pseudonym(actor),
            "act": act,
            "subject": _clean(str(subject)),
            "candidate_id": person,
            "detail": _clean(detail),
            "reason": _clean(reason) or None,
            "verdict": _clean(verdict) or None,
            "automaton": _clean(automaton) or None,
            "model": _clean(model or "") or None,
            "prompt": _clean(prompt or "") or None,
            "chain": chain_of(actor, act),
        },
    )


def chain_of(actor: str, act: str) -> str:
    """The chain to which an act of this process is appended."""
    if act in _LONG:
        return "imports"
    if act in _LAUNCH:
        return "launches"
    return f"automaton {_OURS}" if actor == AUTOMATON else "people"


def digest(entry: Mapping[str, Any]) -> str:
    """The hash of an entry: SHA-256 over JSON of what it says and where it stands, keys sorted, without what is NULL.

    Left out when NULL, so that a later version may say more and the old hashes still hold.
    """
    said = {name: value for name in _HASHED if (value := entry[name]) is not None}
    return hashlib.sha256(_CANONICAL.encode(said).encode()).hexdigest()


def forget_before(tx: Transaction, agency_id: UUID, actor: str, cutoff: datetime, now: datetime) -> int:
    """Remove the agency's entries from before `cutoff`; gives how many. What remains can still be proven.

    Of each chain the beginning goes, up to the first entry that is young enough; a checkpoint keeps where that was.
    The forgetting is itself an entry. Raises FtError for a cutoff that would take entries of the last six months.
    """
    if cutoff > now - KEPT_AT_LEAST:
        raise FtError(
            "Le journal se garde six mois au moins : rien n'a été effacé. "
            f"Choisissez une date avant le {now - KEPT_AT_LEAST:%d/%m/%Y}."
        )
    tx.execute("SELECT allow_forgetting()")
    gone = _forget_unchained(tx, agency_id, cutoff)
    for head in tx.rows("SELECT chain, sequence FROM journal_head WHERE agency_id = $1 AND chain <> ''", agency_id):
        gone += _forget_beginning(tx, agency_id, head["chain"], cutoff, now)
    tx.execute(
        "DELETE FROM journal_reason WHERE agency_id = $1 AND written_utc < $2 AND NOT EXISTS (SELECT 1 FROM journal j "
        "WHERE j.agency_id = journal_reason.agency_id AND j.entry_id = journal_reason.entry_id)",
        agency_id,
        cutoff,
    )
    if gone:
        record(tx, agency_id, actor, "journal forgotten", agency_id, now, f"{gone} entries before {cutoff:%Y-%m-%d}")
    return gone


def _forget_unchained(tx: Transaction, agency_id: UUID, cutoff: datetime) -> int:
    old = tx.rows(
        "DELETE FROM journal WHERE agency_id = $1 AND chain IS NULL AND happened_utc < $2 RETURNING entry_id",
        agency_id,
        cutoff,
    )
    if old:
        tx.execute(
            "UPDATE journal_head SET sequence = sequence - $2 WHERE agency_id = $1 AND chain = ''", agency_id, len(old)
        )
    return len(old)


def _forget_beginning(tx: Transaction, agency_id: UUID, chain: str, cutoff: datetime, now: datetime) -> int:
    last = tx.one(
        """
        SELECT sequence, hash FROM journal WHERE agency_id = $1 AND chain = $2 AND sequence < coalesce((
            SELECT min(sequence) FROM journal WHERE agency_id = $1 AND chain = $2 AND happened_utc >= $3
        ), 9223372036854775807) ORDER BY sequence DESC LIMIT 1
        """,
        agency_id,
        chain,
        cutoff,
    )
    if last is None:
        return 0
    row = {"agency_id": agency_id, "chain": chain, "sequence": last["sequence"], "hash": last["hash"]}
    tx.insert("journal_checkpoint", [row | {"forgotten_utc": now}])
    gone = tx.rows(
        "DELETE FROM journal WHERE agency_id = $1 AND chain = $2 AND sequence <= $3 RETURNING entry_id",
        agency_id,
        chain,
        last["sequence"],
    )
    return len(gone)


def _append(tx: Transaction, entries: list[Row]) -> None:
    """Give the entries of a transaction their places, in the order in which they were recorded.

    Where a chain ends is first guessed from what this process appended last, which spares a look; its head moves only
    from that very place and hash, so a wrong guess moves nothing, and the head is read.
    """
    chains: dict[_Chain, list[Row]] = {}
    for entry in entries:
        chains.setdefault((entry["agency_id"], entry["chain"]), []).append(entry)
    for key, ours in chains.items():
        guess = tx.guesses.get(key)
        if guess is None or not _moves(tx, key, guess, ours):
            while not _moves(tx, key, _head(tx, key), ours):
                pass
        tx.guesses[key] = (ours[-1]["sequence"], ours[-1]["hash"])
        _insert(tx, ours)


def _moves(tx: Transaction, chain: _Chain, head: _Head | None, entries: list[Row]) -> bool:
    """Chain these entries to that head and move it to the last of them; False where it stood elsewhere.

    With snapshots another writer's move ends this transaction, which begins again. In a transaction that sees the
    latest it is waited for, and the head is not where it was.
    """
    before, link = head or (0, "")
    for sequence, entry in enumerate(entries, before + 1):
        entry |= {"sequence": sequence, "previous_hash": link}
        link = entry["hash"] = digest(entry)
    if head is None:
        row = dict(zip(("agency_id", "chain"), chain, strict=True))
        tx.insert("journal_head", [row | {"sequence": len(entries), "hash": link}], if_absent=True)
        return _head(tx, chain) == (len(entries), link)
    return (
        tx.changed(
            "UPDATE journal_head SET sequence = $5, hash = $6 "
            "WHERE agency_id = $1 AND chain = $2 AND sequence = $3 AND hash = $4",
            *chain,
            *head,
            before + len(entries),
            link,
        )
        == 1
    )


def _head(tx: Transaction, chain: _Chain) -> _Head | None:
    """The last place and hash of this chain, or None where it has not begun."""
    row = tx.one("SELECT sequence, hash FROM journal_head WHERE agency_id = $1 AND chain = $2", *chain)
    return None if row is None else (row["sequence"], row["hash"])


def _insert(tx: Transaction, entries: list[Row]) -> None:
    if len(entries) > 3:
        tx.insert("journal", entries)
        return
    # Few rows as plain values: the bulk way of the embedded engine takes three times as long.
    for entry in entries:
        places = ", ".join(f"${place}" for place in range(1, len(entry) + 1))
        tx.execute(f"INSERT INTO journal ({', '.join(entry)}) VALUES ({places})", *entry.values())


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"no part of an entry: {value!r}")


# Made once: a million entries are proven with it.
_CANONICAL = json.JSONEncoder(separators=(",", ":"), default=_written)


def _clean(text: str) -> str:
    """The text as it may be kept: one line, not long, nothing in it that looks like a number or an address."""
    if _UUID.fullmatch(text):
        return text
    line = " ".join(text.replace("\x00", "").encode("utf-8", "replace").decode().split())
    return _ADDRESS.sub("[adresse]", mask(line))[:LONGEST]


def _pseudonym(actor: str) -> str:
    """The actor as an id: an address or a name that somebody gave as one is hidden behind its hash."""
    if _UUID.fullmatch(actor) or (_PSEUDONYM.fullmatch(actor) and mask(actor) == actor):
        return actor
    return f"h-{hashlib.sha256(actor.encode('utf-8', 'replace')).hexdigest()[:16]}"


def candidate_of(tx: Transaction, agency_id: UUID, conversation_id: UUID) -> UUID | None:
    """Whose conversation it is, for an entry that is about them."""
    candidate_id: UUID | None = tx.value(
        "SELECT candidate_id FROM conversation WHERE agency_id = $1 AND conversation_id = $2",
        agency_id,
        conversation_id,
    )
    return candidate_id


def erase_reasons(tx: Transaction, agency_id: UUID, candidate_id: UUID) -> None:
    """Erase what people wrote as reasons about this candidate; the entries stay, and say how long it was."""
    tx.execute(
        "DELETE FROM journal_reason WHERE agency_id = $1 AND entry_id IN "
        "(SELECT entry_id FROM journal WHERE agency_id = $1 AND candidate_id = $2)",
        agency_id,
        candidate_id,
    )


def forget_reasons_before(tx: Transaction, agency_id: UUID, cutoff: datetime) -> int:
    """Erase what people wrote as reasons before `cutoff`, which may be sooner than the entries go; gives how many."""
    gone = tx.rows(
        "DELETE FROM journal_reason WHERE agency_id = $1 AND written_utc < $2 RETURNING entry_id", agency_id, cutoff
    )
    return len(gone)
