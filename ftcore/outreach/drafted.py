"""An answer that ChatFT proposes for one thread; the counselor edits it, and it leaves only by their hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID

from ftcore.database import Database
from ftcore.drafting import budget, offers, prompts
from ftcore.drafting.assistant import Ask, ChatModel, Stop, Turn
from ftcore.drafting.form import in_words
from ftcore.drafting.generation import Generation
from ftcore.drafting.pseudonyms import Pseudonyms, known_people
from ftcore.drafting.untrusted import RULE, as_data, plain
from ftcore.drafting.writing import PLACEHOLDERS
from ftcore.model import Person
from ftcore.outreach import threads

# The last ones are what an answer is about; the rest only costs.
LINES_SENT = 12
EMPLOYER = "Employeur"


def begin(
    database: Database, person: Person, model: ChatModel, conversation_id: UUID, cap: int, clock: Callable[[], datetime]
) -> Generation:
    """Begin to write an answer to the latest SMS of a thread. Nothing is kept and nothing is sent.

    Names, numbers and addresses are replaced before anything leaves; the employer's name is left out.
    Raises NotFound, or ModelError when the agency's tokens of the day are used up.
    """
    found = threads.details(database, person, conversation_id)
    offer = offers.offer(database, person, found.thread.offer_id)
    facts = "\n".join(f"{label} : {value}" for label, value in in_words(offer) if label != EMPLOYER)
    said = "\n".join(f"{'Personne' if line.incoming else 'Nous'} : {line.body}" for line in found.lines[-LINES_SENT:])
    first, _, last = found.thread.name.partition(" ")
    pseudonyms = Pseudonyms([*known_people(database, person.agency_id, f"{facts}\n{said}"), (first, last)])
    prompt = prompts.prompt("answer")
    ask = Ask(
        task=prompt.name,
        prompt=prompt.label,
        system=f"{prompt.body}\n\n{PLACEHOLDERS}\n\n{RULE}",
        turns=(
            Turn(
                "user",
                f"{as_data('offre', pseudonyms.hide(facts))}\n\n{as_data('échange', pseudonyms.hide(said))}",
            ),
        ),
        temperature=prompt.temperature,
        longest_answer=prompt.longest_answer,
    )
    metered = budget.metered(model, database, person.agency_id, cap, clock)

    def pieces(stop: Stop) -> Iterator[str]:
        yield from pseudonyms.restore_stream(metered.stream(ask, stop))

    return Generation(pieces, lambda _text, _outcome: None)


def proposal(generation: Generation) -> str:
    """The proposed SMS as plain text on one line, as it would stand in the field."""
    return " ".join(plain(generation.text).split())
