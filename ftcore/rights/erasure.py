"""Erasing a person of an agency: from the list, the exchanges, and what others typed about them; not from the counts.

Other agencies' files of the same number are theirs to answer for, and stay. An objection to SMS stays everywhere:
in clear as long as some file bears the number, then as a keyed hash (`kept_stops`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from ftcore.database import Database, Row, Transaction
from ftcore.errors import FtError, NotFound
from ftcore.insight import traits
from ftcore.matching import pool
from ftcore.model import Person
from ftcore.rights import forgetting
from ftcore.rights.compaction import want
from ftcore.rights.free_text import Traces, fold, traces
from ftcore.trust import access, journal, number_keys
from ftcore.trust.retention import FORGOTTEN

MISSING = "Cette personne n'est pas, ou plus, dans le fichier de votre agence."
UNDER_WAY = (
    "Un SMS est en train de partir vers cette personne, ou sa réponse vient d'arriver : rien n'a été effacé. "
    "Recommencez dans deux minutes."
)


class Reason(StrEnum):
    """Why a person is erased; chosen, not typed, as the journal keeps it and must name nobody."""

    ASKED = "demande de la personne (RGPD, art. 17)"
    WITHDRAWN = "opposition au traitement (RGPD, art. 21)"
    UNLAWFUL = "fiche enregistrée à tort (RGPD, art. 17(1)(d))"
    OFFICER = "décision du délégué à la protection des données"


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is to be erased: their files of the agency, their numbers, and everything that hangs on them.

    `namesakes` are other files with the same number under another name: somebody else of the same household, or the
    same person written otherwise; they are erased only when asked for.
    """

    agency_id: UUID
    files: tuple[Row, ...]
    numbers: tuple[str, ...]
    conversation_ids: tuple[UUID, ...]
    namesakes: tuple[Row, ...]

    @property
    def candidate_ids(self) -> list[UUID]:
        return [row["candidate_id"] for row in self.files]

    @property
    def shared(self) -> set[str]:
        """The numbers that somebody else of the agency answers at."""
        return {row["phone"] for row in self.namesakes}

    @property
    def traces(self) -> Traces:
        own = [number for number in self.numbers if number not in self.shared]
        people = [dict(row) if row["phone"] in own else {**row, "phone": ""} for row in self.files]
        return traces(people, own)


def subject(reader: Transaction, agency_id: UUID, candidate_id: UUID, also: Sequence[UUID] = ()) -> Subject:
    """The person of this file, with the other files that are the same person's. Raises NotFound."""
    chosen = reader.rows(
        "SELECT * FROM candidate WHERE agency_id = $1 AND candidate_id = ANY($2::UUID[])",
        agency_id,
        [candidate_id, *also],
    )
    first = next((row for row in chosen if row["candidate_id"] == candidate_id), None)
    if first is None:
        raise NotFound(MISSING)
    same_number = reader.rows(
        "SELECT * FROM candidate WHERE agency_id = $1 AND phone = ANY($2::TEXT[]) ORDER BY external_id",
        agency_id,
        [row["phone"] for row in chosen],
    )
    names = {_name(row) for row in chosen}
    known = {row["candidate_id"]: row for row in chosen}
    known |= {row["candidate_id"]: row for row in same_number if _name(row) in names}
    theirs = reader.rows(
        "SELECT conversation_id, phone FROM conversation WHERE agency_id = $1 AND candidate_id = ANY($2::UUID[])",
        agency_id,
        list(known),
    )
    numbers = dict.fromkeys([*[row["phone"] for row in known.values()], *[row["phone"] for row in theirs]])
    return Subject(
        agency_id,
        tuple(known.values()),
        tuple(numbers),
        tuple(row["conversation_id"] for row in theirs),
        tuple(row for row in same_number if row["candidate_id"] not in known),
    )


def subject_of(database: Database, person: Person, candidate_id: UUID, also: Sequence[UUID] = ()) -> Subject:
    """The same, for a page to show. Raises NotFound outside the person's agency."""
    access.require(person, "answer rights")
    with database.read() as reader:
        return subject(reader, person.agency_id, candidate_id, also)


def _name(row: Row) -> str:
    letters, _ = fold(f"{row['first_name']} {row['last_name']}")
    return " ".join(sorted("".join(c if c.isalnum() else " " for c in letters).split()))


def weigh(database: Database, person: Person, candidate_id: UUID, also: Sequence[UUID] = ()) -> dict[str, int]:
    """What an erasure would take away, counted by what a person calls it. Nothing is changed."""
    access.require(person, "answer rights")
    with database.snapshot() as reader:
        return _weigh(reader, subject(reader, person.agency_id, candidate_id, also))


def _weigh(reader: Transaction, who: Subject) -> dict[str, int]:
    ids = list(who.conversation_ids)

    def of(table: str, condition: str = "true") -> int:
        return int(
            reader.value(
                f"SELECT count(*) FROM {table} "
                f"WHERE agency_id = $1 AND conversation_id = ANY($2::UUID[]) AND {condition}",
                who.agency_id,
                ids,
            )
        )

    return {
        "Fiches": len(who.files),
        "Échanges, gardés sans personne pour les statistiques": len(ids),
        "SMS envoyés dont le texte est vidé": of("message"),
        "SMS en attente, annulés": of("message", "state = 'queued'"),
        "Réponses dont le texte est vidé": of("reply"),
        "Notes vidées": of("thread_event", "body IS NOT NULL"),
        "Propositions détachées": len(_proposals(reader, who)),
        "Textes d'autres fiches où la personne est nommée": sum(len(rows) for _, rows in named(reader, who)),
        "Retours bruts et SMS du banc d'essai": len(_callbacks(reader, who)) + len(_sandbox(reader, who)),
    }


def erase(
    database: Database,
    person: Person,
    candidate_id: UUID,
    typed: str,
    reason: Reason,
    now: datetime,
    also: Sequence[UUID] = (),
) -> dict[str, int]:
    """Erase the person for good; gives what went. `typed` must be the external id, as a confirmation.

    In one transaction, journaled under the pseudonym. A sender that claims an SMS of theirs meanwhile meets this one in
    that row, and one of the two begins again; on DuckDB they met only once claims changed it in place, as an UPDATE …
    RETURNING deletes and inserts the row, which passes by an update (`database.in_place`). What others write meanwhile
    without meeting it is looked for afterwards. Raises FtError while an SMS to them is leaving.
    """
    access.require(person, "answer rights")
    key = number_keys.need(database)

    def write(tx: Transaction) -> tuple[Subject, dict[str, int]]:
        who = subject(tx, person.agency_id, candidate_id, also)
        own = next(row for row in who.files if row["candidate_id"] == candidate_id)
        if typed.strip() != own["external_id"]:
            raise FtError("L'identifiant écrit n'est pas celui de la fiche : rien n'a été effacé.")
        _refuse_under_way(tx, who)
        counts = _weigh(tx, who)
        erase_subject(tx, who, key, now)
        want(tx, now)
        entry = f"{reason.name.lower()}: {len(who.files)} files, {len(who.conversation_ids)} conversations"
        journal.record(tx, person.agency_id, person.person_id, "person erased", candidate_id, now, entry)
        return who, counts

    who, counts = database.transact(write)
    database.settle()
    database.transact(lambda tx: _erase_late(tx, who, key, now))
    return counts


def _erase_late(tx: Transaction, who: Subject, key: bytes, now: datetime) -> None:
    """Erase what was written by who had begun before the erasure and ended after it: an answer that was being read, an
    SMS that a counselor queued, a launch. On DuckDB two who change other columns of a row do not meet; nowhere do who
    inserts and who empties."""
    rows = tx.rows(
        f"""
        SELECT conversation_id FROM conversation v
        WHERE v.agency_id = $1 AND (v.conversation_id = ANY($2::UUID[]) OR v.candidate_id = ANY($3::UUID[])) AND (
            v.forgotten_utc IS NULL
            OR v.verdict_reason <> ''
            OR EXISTS (SELECT 1 FROM message m WHERE m.agency_id = $1 AND m.conversation_id = v.conversation_id
                       AND (m.body <> '' OR m.phone NOT LIKE '{FORGOTTEN}%'))
            OR EXISTS (SELECT 1 FROM reply r WHERE r.agency_id = $1 AND r.conversation_id = v.conversation_id
                       AND r.body <> '')
            OR EXISTS (SELECT 1 FROM thread_event e WHERE e.agency_id = $1 AND e.conversation_id = v.conversation_id
                       AND e.body <> ''))
        """,
        who.agency_id,
        list(who.conversation_ids),
        who.candidate_ids,
    )
    late = tuple(row["conversation_id"] for row in rows)
    if late or any(_is_settled(row) for row in _callbacks(tx, who)):
        erase_subject(tx, replace(who, conversation_ids=late), key, now)


def _is_settled(callback: Row) -> bool:
    """Whether nobody needs it any more. An answer that is not read yet may be a STOP."""
    return callback["handled_utc"] is not None or callback["kind"] == "delivery"


def _refuse_under_way(tx: Transaction, who: Subject) -> None:
    leaving = tx.value(
        "SELECT EXISTS (SELECT 1 FROM message WHERE agency_id = $1 AND conversation_id = ANY($2::UUID[]) "
        "AND state = 'claimed')",
        who.agency_id,
        list(who.conversation_ids),
    )
    if leaving or any(row["handled_utc"] is None for row in _callbacks(tx, who)):
        raise FtError(UNDER_WAY)


def erase_subject(tx: Transaction, who: Subject, key: bytes, now: datetime) -> None:
    """The erasure itself, in the caller's transaction."""
    elsewhere = named(tx, who)
    keys = forgetting.forget_conversations(tx, who.agency_id, who.conversation_ids, now, "personne effacée")
    for candidate_id in who.candidate_ids:
        journal.erase_reasons(tx, who.agency_id, candidate_id)
    for candidate_id in who.candidate_ids:
        tx.execute(
            "UPDATE proposal SET candidate_id = $3, forgotten = true WHERE agency_id = $1 AND candidate_id = $2",
            who.agency_id,
            candidate_id,
            keys.get(candidate_id) or uuid4(),
        )
    traits.forget(tx, who.agency_id, who.candidate_ids)
    tx.execute(
        "DELETE FROM candidate WHERE agency_id = $1 AND candidate_id = ANY($2::UUID[])",
        who.agency_id,
        who.candidate_ids,
    )
    pool.count_sizes(tx, who.agency_id)
    for place, rows in elsewhere:
        place.clean(tx, rows)
    _erase_raw(tx, who)
    for number in who.numbers:
        forgetting.keep_objection(tx, key, number)


def _proposals(reader: Transaction, who: Subject) -> list[Row]:
    return reader.rows(
        "SELECT campaign_id FROM proposal WHERE agency_id = $1 AND candidate_id = ANY($2::UUID[])",
        who.agency_id,
        who.candidate_ids,
    )


def _callbacks(reader: Transaction, who: Subject) -> list[Row]:
    """The gateway's raw posts with one of the person's numbers, or their name, whichever agency they are for."""
    known = who.traces
    rows = reader.rows(
        "SELECT callback_id, kind, form, handled_utc FROM callback c WHERE EXISTS (SELECT 1 FROM "
        "(SELECT unnest($1::TEXT[]) AS digits) d WHERE c.form LIKE '%' || d.digits || '%') OR EXISTS (SELECT 1 FROM "
        "(SELECT unnest($2::TEXT[]) AS word) w WHERE place_key(c.form) LIKE '%' || w.word || '%')",
        known.search_digits,
        known.search_words,
    )
    return [row for row in rows if known.without(row["form"]) != row["form"]]


def _sandbox(reader: Transaction, who: Subject) -> list[Row]:
    """What the sandbox's phones hold of them, or say of them."""
    numbers = [number for number in who.numbers if number not in who.shared]
    known = who.traces
    rows = reader.rows(
        "SELECT sms_id, phone, body FROM sandbox_sms s WHERE phone = ANY($1::TEXT[]) OR EXISTS (SELECT 1 FROM "
        "(SELECT unnest($2::TEXT[]) AS word) w WHERE place_key(s.body) LIKE '%' || w.word || '%')",
        numbers,
        known.search_words,
    )
    return [row for row in rows if row["phone"] in numbers or known.without(row["body"]) != row["body"]]


def _erase_raw(tx: Transaction, who: Subject) -> None:
    rows = [row for row in _callbacks(tx, who) if _is_settled(row)]
    # An incoming SMS posted again must stay known: another agency may have an exchange with the same number. Of the
    # others nothing comes when they are repeated, and the id of an opt-out is a hash of little more than the number.
    incoming = [row["callback_id"] for row in rows if row["kind"] == "incoming"]
    others = [row["callback_id"] for row in rows if row["kind"] != "incoming"]
    tx.execute("UPDATE callback SET form = '{}' WHERE callback_id = ANY($1::TEXT[])", incoming)
    tx.execute("DELETE FROM callback WHERE callback_id = ANY($1::TEXT[])", others)
    tx.execute("DELETE FROM sandbox_sms WHERE sms_id = ANY($1::TEXT[])", [row["sms_id"] for row in _sandbox(tx, who)])


@dataclass(frozen=True, slots=True)
class Place:
    """A column in which people type, and the columns of its rows' keys, with their types."""

    table: str
    column: str
    keys: tuple[tuple[str, str], ...]

    def naming(self, reader: Transaction, who: Subject) -> list[Row]:
        """The rows of the agency whose text names the person: keys, and `instead`, the text without them."""
        names = ", ".join(key for key, _ in self.keys)
        known = who.traces
        tests = [
            f"place_key({self.column}) LIKE '%' || ${place} || '%'" for place in range(2, 2 + len(known.search_words))
        ]
        first = 2 + len(known.search_words)
        digits = f"regexp_replace({self.column}, '[^0-9]', '', 'g')"
        tests += [f"{digits} LIKE '%' || ${place} || '%'" for place in range(first, first + len(known.search_digits))]
        if not tests:
            return []
        rows = reader.rows(
            f"SELECT {names}, {self.column} AS found FROM {self.table} WHERE agency_id = $1 "
            f"AND {self.column} <> '' AND ({' OR '.join(tests)})",
            who.agency_id,
            *known.search_words,
            *known.search_digits,
        )
        for row in rows:
            row["instead"] = known.without(row["found"])
        return [row for row in rows if row["instead"] != row["found"]]

    def clean(self, tx: Transaction, rows: Sequence[Row]) -> None:
        if not rows:
            return
        arrays = ", ".join(f"unnest(${n}::{kind}[]) AS {key}" for n, (key, kind) in enumerate(self.keys, 1))
        same = " AND ".join(f"{self.table}.{key} = k.{key}" for key, _ in self.keys)
        tx.execute(
            f"UPDATE {self.table} SET {self.column} = k.instead "
            f"FROM (SELECT {arrays}, unnest(${len(self.keys) + 1}::TEXT[]) AS instead) k WHERE {same}",
            *[[row[key] for row in rows] for key, _ in self.keys],
            [row["instead"] for row in rows],
        )


def _place(table: str, columns: Sequence[str], *keys: str) -> Iterator[Place]:
    typed = (("agency_id", "UUID"), *((key, "UUID") for key in keys))
    return (Place(table, column, typed) for column in columns)


# Offers and templates are not among them: they are published texts of an employer or of the agency.
PLACES: tuple[Place, ...] = (
    *_place("chat", ["title"], "chat_id"),
    *_place("chat_turn", ["body", "label", "rating_reason"], "chat_id", "turn_id"),
    *_place("chat_acceptance", ["body"], "acceptance_id"),
    *_place("thread_event", ["body"], "conversation_id", "event_id"),
    *_place("conversation", ["verdict_reason"], "conversation_id"),
    *_place("message", ["body", "failure"], "message_id"),
    *_place("message_event", ["detail"], "message_id", "event_id"),
    *_place("reply", ["body", "rule"], "reply_id"),
    *_place("reply_example", ["body"], "reply_id"),
    *_place("campaign", ["pause_reason"], "campaign_id"),
    *_place("offer_closing", ["body"], "offer_id"),
    *_place("sending_rule", ["stopped_reason"]),
    *_place("journal_reason", ["body"], "entry_id"),
)


def named(reader: Transaction, who: Subject) -> list[tuple[Place, list[Row]]]:
    """Where others typed the person's name, number or identifier, outside the person's own exchanges."""
    ids = list(who.conversation_ids)
    own = set(ids)
    for table, key in (("message", "message_id"), ("reply", "reply_id")):
        query = f"SELECT {key} AS id FROM {table} WHERE agency_id = $1 AND conversation_id = ANY($2::UUID[])"
        own |= {row["id"] for row in reader.rows(query, who.agency_id, ids)}
    there = {row["table_name"] for row in reader.rows("SELECT DISTINCT table_name FROM information_schema.columns")}
    return [
        (place, [row for row in place.naming(reader, who) if own.isdisjoint(row[key] for key, _ in place.keys)])
        for place in PLACES
        if place.table in there
    ]
