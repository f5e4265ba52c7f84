"""A counselor's conversations with the assistant: kept, found again, changed, and what was accepted of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from rapidfuzz.distance import Levenshtein

from ftcore.database import Database, Row, Transaction
from ftcore.errors import FtError, NotFound
from ftcore.model import Person
from ftcore.text import fold
from ftcore.trust import access, journal

WRITE = "write with the assistant"
LONGEST_TITLE = 80
LONGEST_TURN = 60_000  # characters: what a document may hold
MOST_CHATS = 50
MOST_SEARCHED = 500


class TurnRole(StrEnum):
    """Who a turn is from. MATERIAL is data that was given (notes, a document), never an instruction."""

    MATERIAL = "material"
    USER = "user"
    ASSISTANT = "assistant"


class Outcome(StrEnum):
    """How an answer ended; what came of it is kept in any case."""

    COMPLETE = "complete"
    CUT = "cut"
    STOPPED = "stopped"


class Rating(StrEnum):
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Chat:
    """A saved conversation. `task` is the name of its prompt."""

    chat_id: UUID
    title: str
    task: str
    created_utc: datetime
    changed_utc: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One turn as it is shown. `label` is the name of a material; `prompt` and `model` are an answer's."""

    turn_id: UUID
    role: TurnRole
    label: str | None
    text: str
    outcome: Outcome
    prompt: str | None
    model: str | None
    created_utc: datetime
    rating: Rating | None


@dataclass(frozen=True, slots=True)
class Usefulness:
    """Of one task: texts accepted, the share of them taken as they came, the median share edited, thumbs."""

    task: str
    accepted: int
    untouched: int
    median_edited: float | None
    up: int
    down: int


def start(
    database: Database, person: Person, task: str, materials: list[tuple[str, str]], said: str, now: datetime
) -> UUID:
    """Begin a conversation with a task's inputs, and, in a free one, the first message. Give its id."""
    access.require(person, WRITE)
    if not said.strip() and not any(text.strip() for _, text in materials):
        raise FtError("Écrivez d'abord quelques mots : l'assistant part de ce que vous lui donnez.")
    title = _title_of(said or max((text.strip() for _, text in materials), key=len))
    chat_id = uuid4()
    turns: list[tuple[TurnRole, str | None, str]] = [
        (TurnRole.MATERIAL, label, text) for label, text in materials if text.strip()
    ]
    turns += [(TurnRole.USER, None, said)] if said.strip() else []
    for _, _, text in turns:
        _check_length(text)

    def write(tx: Transaction) -> UUID:
        chat = {"agency_id": person.agency_id, "chat_id": chat_id, "person_id": person.person_id, "title": title}
        tx.insert("chat", [chat | {"task": task, "created_utc": now, "changed_utc": now}])
        tx.insert(
            "chat_turn",
            [_turn(person, chat_id, place, role, text, now, label) for place, (role, label, text) in enumerate(turns)],
        )
        return chat_id

    return database.transact(write)


def chats(database: Database, person: Person, search: str = "") -> list[Chat]:
    """The person's own conversations, the latest first; `search` looks into titles and texts."""
    access.require(person, WRITE)
    wanted = fold(search)
    rows = database.rows(
        "SELECT * FROM chat WHERE agency_id = $1 AND person_id = $2 ORDER BY changed_utc DESC, chat_id LIMIT $3",
        person.agency_id,
        person.person_id,
        MOST_SEARCHED if wanted else MOST_CHATS,
    )
    if wanted:
        bodies: dict[str, str] = {}
        for turn in database.rows(
            "SELECT chat_id, body FROM chat_turn WHERE agency_id = $1 AND chat_id = ANY($2::UUID[])",
            person.agency_id,
            [str(row["chat_id"]) for row in rows],
        ):
            key = str(turn["chat_id"])
            bodies[key] = f"{bodies.get(key, '')} {turn['body']}"
        rows = [row for row in rows if wanted in fold(f"{row['title']} {bodies.get(str(row['chat_id']), '')}")]
    return [_chat(row) for row in rows[:MOST_CHATS]]


def chat(database: Database, person: Person, chat_id: UUID) -> Chat:
    """One of the person's own conversations. Raises NotFound, also when it is somebody else's."""
    access.require(person, WRITE)
    return _chat(_own(database, person, chat_id))


def entries(database: Database, person: Person, chat_id: UUID) -> list[Entry]:
    """What is shown of a conversation, in order: what was edited or regenerated is left out."""
    chat(database, person, chat_id)
    rows = database.rows(
        "SELECT * FROM chat_turn WHERE agency_id = $1 AND chat_id = $2 AND NOT superseded ORDER BY position",
        person.agency_id,
        chat_id,
    )
    return [
        Entry(
            turn_id=row["turn_id"],
            role=TurnRole(row["role"]),
            label=row["label"],
            text=row["body"],
            outcome=Outcome(row["outcome"]),
            prompt=row["prompt"],
            model=row["model"],
            created_utc=row["created_utc"],
            rating=Rating(row["rating"]) if row["rating"] else None,
        )
        for row in rows
    ]


def say(
    database: Database,
    person: Person,
    chat_id: UUID,
    text: str,
    now: datetime,
    materials: list[tuple[str, str]] | None = None,
) -> None:
    """Add a message of the counselor's, after the documents that came with it."""
    access.require(person, WRITE)
    if not text.strip() and not materials:
        raise FtError("Ce message est vide : écrivez ce que l'assistant doit changer.")
    given: list[tuple[TurnRole, str | None, str]] = [
        (TurnRole.MATERIAL, label, body) for label, body in materials or []
    ]
    given += [(TurnRole.USER, None, text)] if text.strip() else []
    for _, _, body in given:
        _check_length(body)

    def write(tx: Transaction) -> None:
        _own(tx, person, chat_id)
        first = _next_position(tx, person, chat_id)
        tx.insert(
            "chat_turn",
            [
                _turn(person, chat_id, first + place, role, body, now, label)
                for place, (role, label, body) in enumerate(given)
            ],
        )
        _touch(tx, person, chat_id, now)

    database.transact(write)


def answered(
    database: Database,
    person: Person,
    chat_id: UUID,
    text: str,
    outcome: Outcome,
    prompt: str,
    model: str,
    now: datetime,
) -> UUID | None:
    """Keep an answer; one that is empty, or whose conversation was deleted meanwhile, is not kept."""
    access.require(person, WRITE)
    if not text.strip():
        return None

    def write(tx: Transaction) -> UUID | None:
        try:
            own = _own(tx, person, chat_id)
        except NotFound:
            return None
        row = _turn(person, chat_id, _next_position(tx, person, chat_id), TurnRole.ASSISTANT, text, now)
        tx.insert("chat_turn", [row | {"outcome": str(outcome), "prompt": prompt, "model": model}])
        _touch(tx, person, chat_id, now)
        journal.record(
            tx,
            person.agency_id,
            person.person_id,
            "draft written",
            row["turn_id"],
            now,
            f"{own['task']}, {outcome}",
            automaton="assistant",
            model=model,
            prompt=prompt,
        )
        return UUID(str(row["turn_id"]))

    return database.transact(write)


def take_back_answer(database: Database, person: Person, chat_id: UUID, now: datetime) -> None:
    """Set the last answer aside, so that another can be written in its place."""
    access.require(person, WRITE)
    _supersede_from(database, person, chat_id, TurnRole.ASSISTANT, now)


def take_back_message(database: Database, person: Person, chat_id: UUID, now: datetime) -> None:
    """Set aside the counselor's last message and what followed, so that it can be said otherwise."""
    access.require(person, WRITE)
    _supersede_from(database, person, chat_id, TurnRole.USER, now)


def replace_material(
    database: Database, person: Person, chat_id: UUID, turn_id: UUID, text: str, now: datetime
) -> None:
    """Give other notes (or another document) than before; every answer to the former ones is set aside."""
    access.require(person, WRITE)
    _check_length(text)
    if not text.strip():
        raise FtError("Ce texte est vide : l'assistant part de ce que vous lui donnez.")

    def write(tx: Transaction) -> None:
        _own(tx, person, chat_id)
        tx.execute(
            "UPDATE chat_turn SET body = $4 WHERE agency_id = $1 AND chat_id = $2 AND turn_id = $3 "
            "AND role = 'material'",
            person.agency_id,
            chat_id,
            turn_id,
            text,
        )
        tx.execute(
            "UPDATE chat_turn SET superseded = TRUE WHERE agency_id = $1 AND chat_id = $2 AND role <> 'material'",
            person.agency_id,
            chat_id,
        )
        _touch(tx, person, chat_id, now)

    database.transact(write)


def rename(database: Database, person: Person, chat_id: UUID, title: str) -> None:
    """Give the conversation another title."""
    access.require(person, WRITE)
    title = " ".join(title.split())[:LONGEST_TITLE]
    if not title:
        raise FtError("Donnez un titre à cette conversation.")

    def write(tx: Transaction) -> None:
        _own(tx, person, chat_id)
        tx.execute("UPDATE chat SET title = $3 WHERE agency_id = $1 AND chat_id = $2", person.agency_id, chat_id, title)

    database.transact(write)


def delete(database: Database, person: Person, chat_id: UUID) -> None:
    """Remove a conversation and all its texts; the counters of what was accepted stay, without text."""
    access.require(person, WRITE)

    def write(tx: Transaction) -> None:
        _own(tx, person, chat_id)
        tx.execute("DELETE FROM chat_turn WHERE agency_id = $1 AND chat_id = $2", person.agency_id, chat_id)
        tx.execute("DELETE FROM chat WHERE agency_id = $1 AND chat_id = $2", person.agency_id, chat_id)
        tx.execute(
            "UPDATE chat_acceptance SET body = '' WHERE agency_id = $1 AND chat_id = $2", person.agency_id, chat_id
        )

    database.transact(write)


def rate(
    database: Database, person: Person, chat_id: UUID, turn_id: UUID, rating: Rating | None, reason: str = ""
) -> None:
    """Thumbs on an answer, with an optional reason; None takes them back."""
    access.require(person, WRITE)

    def write(tx: Transaction) -> None:
        _own(tx, person, chat_id)
        tx.execute(
            "UPDATE chat_turn SET rating = $4, rating_reason = $5 WHERE agency_id = $1 AND chat_id = $2 "
            "AND turn_id = $3 AND role = 'assistant'",
            person.agency_id,
            chat_id,
            turn_id,
            str(rating) if rating else None,
            reason.strip()[:500] or None if rating else None,
        )

    database.transact(write)


def accept(database: Database, person: Person, chat_id: UUID, turn_id: UUID, text: str, now: datetime) -> float:
    """Record that this text was used, and how far it is from the answer; give the share that was edited (0..1).

    The distance is Levenshtein's: the least number of characters inserted, removed or replaced. The
    share is over the longer of the two texts. Accepting again replaces the former record.
    """
    access.require(person, WRITE)
    if not text.strip():
        raise FtError("Ce texte est vide : il n'y a rien à garder.")

    def write(tx: Transaction) -> float:
        own = _own(tx, person, chat_id)
        turn = tx.one(
            "SELECT body, prompt, model FROM chat_turn WHERE agency_id = $1 AND chat_id = $2 AND turn_id = $3 "
            "AND role = 'assistant'",
            person.agency_id,
            chat_id,
            turn_id,
        )
        if turn is None:
            raise NotFound("Cette réponse n'existe pas, ou plus.")
        distance = Levenshtein.distance(turn["body"], text)
        length = max(len(turn["body"]), len(text))
        tx.execute("DELETE FROM chat_acceptance WHERE agency_id = $1 AND turn_id = $2", person.agency_id, turn_id)
        row: Row = {"agency_id": person.agency_id, "acceptance_id": uuid4(), "chat_id": chat_id, "turn_id": turn_id}
        row |= {"task": own["task"], "prompt": turn["prompt"], "model": turn["model"], "body": text}
        tx.insert("chat_acceptance", [row | {"distance": distance, "length": length, "accepted_utc": now}])
        journal.record(
            tx,
            person.agency_id,
            person.person_id,
            "draft accepted",
            turn_id,
            now,
            str(own["task"]),
            verdict="as it was" if distance == 0 else f"edited, {distance / length:.0%}",
            automaton="assistant",
            model=turn["model"],
            prompt=turn["prompt"],
        )
        return distance / length

    return database.transact(write)


def usefulness(database: Database, person: Person, since: datetime) -> list[Usefulness]:
    """How useful each task is to the whole agency since then; nothing in it tells one counselor from another."""
    access.require(person, "see figures", person.agency_id)
    accepted = database.rows(
        "SELECT task, count(*) AS accepted, sum(CASE WHEN distance = 0 THEN 1 ELSE 0 END) AS untouched, "
        "percentile_cont(0.5) WITHIN GROUP (ORDER BY distance * 1.0 / length) AS edited "
        "FROM chat_acceptance WHERE agency_id = $1 AND accepted_utc >= $2 GROUP BY task",
        person.agency_id,
        since,
    )
    rated = database.rows(
        "SELECT c.task, sum(CASE WHEN t.rating = 'up' THEN 1 ELSE 0 END) AS up, "
        "sum(CASE WHEN t.rating = 'down' THEN 1 ELSE 0 END) AS down "
        "FROM chat_turn t JOIN chat c ON c.agency_id = t.agency_id AND c.chat_id = t.chat_id "
        "WHERE t.agency_id = $1 AND t.created_utc >= $2 AND t.rating IS NOT NULL GROUP BY c.task",
        person.agency_id,
        since,
    )
    by_task: dict[str, Row] = {row["task"]: row for row in accepted}
    thumbs = {row["task"]: row for row in rated}
    found = []
    for task in sorted(by_task.keys() | thumbs.keys()):
        row, hands = by_task.get(task), thumbs.get(task)
        found.append(
            Usefulness(
                task=task,
                accepted=int(row["accepted"]) if row else 0,
                untouched=int(row["untouched"]) if row else 0,
                median_edited=float(row["edited"]) if row else None,
                up=int(hands["up"]) if hands else 0,
                down=int(hands["down"]) if hands else 0,
            )
        )
    return found


def _supersede_from(database: Database, person: Person, chat_id: UUID, role: TurnRole, now: datetime) -> None:
    def write(tx: Transaction) -> None:
        _own(tx, person, chat_id)
        last = tx.value(
            "SELECT max(position) FROM chat_turn WHERE agency_id = $1 AND chat_id = $2 AND role = $3 "
            "AND NOT superseded",
            person.agency_id,
            chat_id,
            str(role),
        )
        if last is None:
            return
        tx.execute(
            "UPDATE chat_turn SET superseded = TRUE WHERE agency_id = $1 AND chat_id = $2 AND position >= $3",
            person.agency_id,
            chat_id,
            last,
        )
        _touch(tx, person, chat_id, now)

    database.transact(write)


def _own(reader: Database | Transaction, person: Person, chat_id: UUID) -> Row:
    access.require(person, WRITE)
    row = reader.one(
        "SELECT * FROM chat WHERE agency_id = $1 AND chat_id = $2 AND person_id = $3",
        person.agency_id,
        chat_id,
        person.person_id,
    )
    if row is None:
        raise NotFound("Cette conversation n'existe pas, ou plus.")
    return row


def _chat(row: Row) -> Chat:
    return Chat(row["chat_id"], row["title"], row["task"], row["created_utc"], row["changed_utc"])


def _turn(
    person: Person, chat_id: UUID, position: int, role: TurnRole, text: str, now: datetime, label: str | None = None
) -> dict[str, Any]:
    return {
        "agency_id": person.agency_id,
        "chat_id": chat_id,
        "turn_id": uuid4(),
        "position": position,
        "role": str(role),
        "label": label,
        # PostgreSQL holds no NUL.
        "body": text.replace("\x00", ""),
        "outcome": str(Outcome.COMPLETE),
        "prompt": None,
        "model": None,
        "superseded": False,
        "created_utc": now,
        "rating": None,
        "rating_reason": None,
    }


def _next_position(tx: Transaction, person: Person, chat_id: UUID) -> int:
    last = tx.value(
        "SELECT max(position) FROM chat_turn WHERE agency_id = $1 AND chat_id = $2", person.agency_id, chat_id
    )
    return 0 if last is None else int(last) + 1


def _touch(tx: Transaction, person: Person, chat_id: UUID, now: datetime) -> None:
    tx.execute("UPDATE chat SET changed_utc = $3 WHERE agency_id = $1 AND chat_id = $2", person.agency_id, chat_id, now)


def _title_of(text: str) -> str:
    first = " ".join(text.split())
    return first if len(first) <= 60 else first[:59].rsplit(" ", 1)[0] + "…"


def _check_length(text: str) -> None:
    if len(text) > LONGEST_TURN:
        raise FtError("Ce texte est trop long : 60 000 caractères au plus. Gardez l'essentiel.")
