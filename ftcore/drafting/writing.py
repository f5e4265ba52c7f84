"""The use case of the assistant: from a conversation to an answer under way, with nothing personal in what leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ftcore.database import Database
from ftcore.drafting import budget, chats, prompts
from ftcore.drafting.assistant import Ask, ChatModel, Stop, Turn
from ftcore.drafting.chats import Chat, Entry, Outcome, TurnRole
from ftcore.drafting.generation import Generation
from ftcore.drafting.prompts import Prompt
from ftcore.drafting.pseudonyms import Hidden, Pseudonyms, known_people
from ftcore.drafting.untrusted import RULE, as_data, plain
from ftcore.errors import FtError
from ftcore.model import Person

# A conversation that a model can still follow; the counselor starts another one after that.
LONGEST_SENT = 120_000
PLACEHOLDERS = (
    "Les repères entre crochets comme [PERSONNE_1] remplacent des données personnelles : recopie-les tels quels, "
    "sans les deviner ni en créer d'autres."
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What would be sent for a conversation, and what was hidden in it."""

    ask: Ask
    pseudonyms: Pseudonyms

    @property
    def hidden(self) -> tuple[Hidden, ...]:
        return self.pseudonyms.hidden


def prepare(database: Database, person: Person, model: ChatModel, chat: Chat, entries: list[Entry]) -> Prepared:
    """The request that answers a conversation as it stands. Without a language model nothing is hidden: nothing leaves.

    Raises FtError when the conversation is too long to be sent.
    """
    prompt = prompts.find(database, person, chat.task)
    if sum(len(entry.text) for entry in entries) > LONGEST_SENT:
        raise FtError("Cette conversation est trop longue pour continuer : commencez-en une autre.")
    pseudonyms = _pseudonyms(database, person, prompt, entries) if model.is_ai else Pseudonyms()
    hide = pseudonyms.hide if model.is_ai else str
    # The program's own prompts hold nobody's data; one that was published here might.
    body = hide(prompt.body) if prompt.published_by else prompt.body
    ask = Ask(
        task=prompt.name,
        prompt=prompt.label,
        system=f"{body}\n\n{PLACEHOLDERS}\n\n{RULE}",
        turns=tuple(_turns(entries, hide)),
        temperature=prompt.temperature,
        longest_answer=prompt.longest_answer,
        materials=tuple((entry.label or "", entry.text) for entry in entries if entry.role is TurnRole.MATERIAL),
    )
    return Prepared(ask, pseudonyms)


def begin(
    database: Database, person: Person, model: ChatModel, chat_id: UUID, cap: int, clock: Callable[[], datetime]
) -> Generation:
    """Begin to answer a conversation; the answer is kept in it when it ends. Raises FtError at once."""
    chat = chats.chat(database, person, chat_id)
    prepared = prepare(database, person, model, chat, chats.entries(database, person, chat_id))
    metered = budget.metered(model, database, person.agency_id, cap, clock)

    def pieces(stop: Stop) -> Iterator[str]:
        yield from prepared.pseudonyms.restore_stream(metered.stream(prepared.ask, stop))

    def keep(text: str, outcome: Outcome) -> UUID | None:
        return chats.answered(database, person, chat_id, plain(text), outcome, prepared.ask.prompt, model.name, clock())

    return Generation(pieces, keep)


def _pseudonyms(database: Database, person: Person, prompt: Prompt, entries: list[Entry]) -> Pseudonyms:
    text = "\n".join([prompt.body if prompt.published_by else "", *(entry.text for entry in entries)])
    known = known_people(database, person.agency_id, text)
    # Whoever a text is written to is a person, whether the base knows them or not.
    labels = {field.label for field in prompt.inputs if field.name == "recipient"}
    for entry in entries:
        if entry.role is TurnRole.MATERIAL and entry.label in labels:
            first, _, last = " ".join(entry.text.split()).partition(" ")
            known.append((first, last))
    return Pseudonyms(known)


def _turns(entries: list[Entry], hide: Callable[[str], str]) -> Iterator[Turn]:
    """User and assistant by turns: what was given as material goes, as data, with the message after it."""
    waiting: list[str] = []
    for entry in entries:
        if entry.role is TurnRole.ASSISTANT:
            if waiting:
                yield Turn("user", "\n\n".join(waiting))
                waiting = []
            yield Turn("assistant", hide(entry.text))
        elif entry.role is TurnRole.MATERIAL:
            waiting.append(as_data(entry.label or "éléments", hide(entry.text)))
        else:
            waiting.append(hide(entry.text))
    if waiting:
        yield Turn("user", "\n\n".join(waiting))
