"""An offer read by a language model, fact by fact, and checked against the text and the rules.

A fact of the model counts only when the words it quotes stand in the text and say it. Figures, dates, the
contract and the place as the rules read them win over the model's, and a disagreement is noted; for words
(title, employer, tasks) the model's reading wins. What the model leaves out, the rules fill.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ftcore.database import Database
from ftcore.drafting import prompts
from ftcore.drafting.assistant import Ask, ChatModel, Stop, Turn
from ftcore.drafting.facts_schema import SaidFacts, SaidNumber, SaidPay, SaidText
from ftcore.drafting.model_lists import Lists
from ftcore.drafting.pseudonyms import Pseudonyms, known_people
from ftcore.drafting.quantities import Quantity, quantities, says
from ftcore.drafting.quotes import is_said, locate
from ftcore.drafting.structure import find_occupation, structure
from ftcore.drafting.terms import LONGEST_WEEK, Said, pay_of, read_contract, read_day, read_pay
from ftcore.drafting.untrusted import RULE, as_data
from ftcore.drafting.whereabouts import Places, find_work_place
from ftcore.matching.occupations import OccupationIndex
from ftcore.model import FieldNote, Offer, PayUnit, Person, Trace
from ftcore.trust import access

NOT_IN_TEXT = "à vérifier : ces mots ne sont pas dans le texte"
NOT_SAID = "à vérifier : le passage cité ne le dit pas"
_IN_FRENCH = {
    "title": "titre",
    "occupation": "métier",
    "place": "lieu",
    "contract": "contrat",
    "contract_end": "fin de contrat",
    "weekly_hours": "horaires",
    "schedule": "horaires de travail",
    "pay": "salaire",
    "experience_years": "expérience",
    "start": "début",
    "openings": "nombre de postes",
    "employer": "employeur",
}


def structure_with_model(
    model: ChatModel,
    text: str,
    index: OccupationIndex,
    database: Database,
    person: Person,
    now: datetime,
    stop: Stop | None = None,
) -> tuple[Offer, list[FieldNote]]:
    """The offer that a model reads in `text`, every value traced, with what could not be believed or found.

    Personal data are hidden from the model and put back in its answer. Raises NotAllowed; ModelError: the rules
    (`structure`) can then be offered instead.
    """
    access.require(person, "write with the assistant")
    agency_id = person.agency_id
    offer, notes = structure(text, index, database, agency_id, now)
    said = _asked(model, text, database, agency_id, stop)
    reading = _Reading(text, offer, now.date())
    reading.take_words(said, index)
    reading.take_figures(said)
    reading.take_place(said.place, database, agency_id)
    lists = Lists(text, reading.changes)
    lists.take(said, offer, database)
    changed = replace(offer, **reading.changes)
    renewed = set(reading.traced) | set(lists.traced)
    kept = [trace for trace in offer.traces if trace.field not in renewed]
    added = [trace for group in (reading.traced, lists.traced) for traces in group.values() for trace in traces]
    filled = {_IN_FRENCH[field] for field in reading.traced}
    return replace(changed, traces=(*kept, *added)), [
        *(note for note in notes if note.field not in filled),
        *reading.notes,
        *lists.notes,
    ]


def _asked(model: ChatModel, text: str, database: Database, agency_id: UUID, stop: Stop | None) -> SaidFacts:
    prompt = prompts.prompt("structure")
    pseudonyms = Pseudonyms(known_people(database, agency_id, text))
    hidden = pseudonyms.hide(text) if model.is_ai else text
    ask = Ask(
        task=prompt.name,
        prompt=prompt.label,
        system=f"{prompt.body}\n\n{RULE}",
        turns=(Turn("user", as_data("offre", hidden)),),
        temperature=prompt.temperature,
        longest_answer=prompt.longest_answer,
        materials=(("text", text),),
    )
    said = model.parse(ask, SaidFacts, stop)
    return SaidFacts.model_validate(_restored(said.model_dump(), pseudonyms))


def _restored(answer: Any, pseudonyms: Pseudonyms) -> Any:
    if isinstance(answer, str):
        return pseudonyms.restore(answer)
    if isinstance(answer, list):
        return [_restored(each, pseudonyms) for each in answer]
    if isinstance(answer, dict):
        return {name: _restored(each, pseudonyms) for name, each in answer.items()}
    return answer


class _Reading:
    """The fields of one value: what is taken of the model, with its traces and the notes it leads to."""

    def __init__(self, text: str, offer: Offer, today: date) -> None:
        self._text = text
        self._offer = offer
        self._today = today
        self.changes: dict[str, Any] = {}
        self.traced: dict[str, list[Trace]] = {}
        self.notes: list[FieldNote] = []

    def take_words(self, said: SaidFacts, index: OccupationIndex) -> None:
        """Title and employer in the model's reading, schedule where the rules have none; then the occupation."""
        for field, fact in (("title", said.title), ("employer", said.employer), ("schedule", said.schedule)):
            span = self._span(field, fact)
            if fact is None or span is None or (field == "schedule" and self._offer.schedule):
                continue
            # The words of a schedule are those of the text: an hour reworded is an hour misread.
            value = self._text[slice(*span)] if field == "schedule" else fact.value
            self._set(field, " ".join(value.split()), span)
        self._take_occupation(said, index)

    def _take_occupation(self, said: SaidFacts, index: OccupationIndex) -> None:
        read = next((trace.words for trace in self._offer.traces if trace.field == "occupation"), None)
        sure = find_occupation(read, index)[1]
        for fact in (said.occupation, said.title):
            span = self._span("occupation", fact) if fact is said.occupation else self._quoted(fact)
            if fact is None or span is None or (self._offer.occupation and sure):
                continue
            occupation, now_sure = find_occupation(fact.value, index)
            if occupation and (now_sure or self._offer.occupation is None):
                self._set("occupation", occupation, span)
                return

    def take_figures(self, said: SaidFacts) -> None:
        """Contract, dates, hours, pay, experience and openings: the rules' reading wins, a difference is noted."""
        self._take_contract(said.contract)
        self._take_day("start", said.start)
        self._take_day("contract_end", said.contract_end)
        self._take_pay(said.pay)
        self._take_number("weekly_hours", said.weekly_hours, 1, LONGEST_WEEK, 60, "h")
        self._take_number("experience_years", said.experience_years, 0, 40, 12, "mois")
        self._take_openings(said.openings)

    def _take_contract(self, fact: SaidText | None) -> None:
        span = self._span("contract", fact)
        if fact and span:
            read = read_contract(self._text[slice(*span)])
            if read is None:
                self._doubt("contract", fact.value, NOT_SAID)
            else:
                # "CDI" beside the rules' "CDI": the same contract, said shorter or longer.
                same = (self._offer.contract or "").split()[:1] == read.value.split()[:1]
                self._take_or_doubt("contract", self._offer.contract if same else read.value, read.value, span)

    def _take_day(self, field: str, fact: SaidText | None) -> None:
        span = self._span(field, fact, checked=False)
        if fact is None or span is None:
            return
        try:
            day = date.fromisoformat(fact.value.strip())
        except ValueError:
            self._doubt(field, fact.value, "à vérifier : ce n'est pas un jour")
            return
        for told in quantities(self._text[slice(*span)], self._today):
            if told.kind == "date" and told.value == 100 * day.month + day.day and told.year in (None, day.year):
                read = day if told.year else read_day(f"{day.day}/{day.month}", self._today)
                self._take_or_doubt(field, read, f"{day:%d/%m/%Y}", span)
                return
        self._doubt(field, fact.value, NOT_SAID)

    def _take_pay(self, fact: SaidPay | None) -> None:
        span = self._quoted(fact)
        if fact is None:
            return
        shown = f"{fact.low:g}" + (f"-{fact.high:g}" if fact.high else "")
        if span is None:
            self._doubt("pay", shown, NOT_IN_TEXT)
            return
        quote = self._text[slice(*span)]
        told = list(quantities(quote, self._today))
        amounts = [amount for amount in (fact.low, fact.high) if amount is not None]
        read = read_pay(quote)
        pay = pay_of(fact.low, fact.high, PayUnit(fact.unit))
        if pay is None or not all(says(told, Quantity("€", amount, 0, 0)) for amount in amounts):
            self._doubt("pay", shown, NOT_SAID)
        elif read and read[1]:
            self._doubt("pay", shown, "à vérifier : c'est un montant net")
        else:
            self._take_or_doubt("pay", pay, shown, span)
            if self.changes.get("pay"):
                self.changes["pay_text"] = " ".join(quote.split())

    def _take_number(
        self, field: str, fact: SaidNumber | None, least: float, most: float, scale: int, kind: str
    ) -> None:
        span = self._quoted(fact)
        if fact is None:
            return
        if span is None:
            self._doubt(field, f"{fact.value:g}", NOT_IN_TEXT)
            return
        quote = self._text[slice(*span)]
        told = any(
            abs(each.value - fact.value * (scale if each.kind == kind else 1)) < 1 and each.kind in (kind, "")
            for each in quantities(quote, self._today)
        )
        beginner = field == "experience_years" and fact.value == 0 and is_said("débutant", quote)
        if not least <= fact.value <= most or not (told or beginner):
            self._doubt(field, f"{fact.value:g}", NOT_SAID)
        else:
            self._take_or_doubt(field, round(fact.value, 2), f"{fact.value:g}", span)

    def _take_openings(self, fact: SaidNumber | None) -> None:
        span = self._quoted(fact)
        if fact is None or fact.value <= 1:
            return
        quote = self._text[slice(*span)] if span else ""
        if not 1 <= fact.value <= 99 or not any(q.value == fact.value for q in quantities(quote, self._today)):
            self._doubt("openings", f"{fact.value:g}", NOT_SAID if span else NOT_IN_TEXT)
        elif span:
            known = self._offer.openings if self._offer.openings > 1 else None
            self._take_or_doubt("openings", int(fact.value), f"{fact.value:g}", span, known)

    def take_place(self, fact: SaidText | None, database: Database, agency_id: UUID) -> None:
        """The model's place when the rules found none; both go through the same referential."""
        span = self._span("place", fact)
        if fact is None or span is None:
            return
        said = Said(fact.value, self._text[slice(*span)], span[0])
        place, _ = find_work_place(database, agency_id, Places(labelled=said))
        if place is None:
            if self._offer.place is None:
                self._doubt("place", fact.value, "lieu inconnu du référentiel")
            return
        self._take_or_doubt("place", place, place.name, span)

    def _take_or_doubt(
        self, field: str, value: Any, shown: str, span: tuple[int, int], known: Any | None = None
    ) -> None:
        """Take the value where the rules have none; note it where theirs is another."""
        known = getattr(self._offer, field) if known is None and field != "openings" else known
        if known is None:
            self._set(field, value, span)
        elif known != value:
            self._doubt(field, shown, "à vérifier : l'IA lit autre chose que les règles, dont la lecture est gardée")

    def _span(self, field: str, fact: SaidText | None, checked: bool = True) -> tuple[int, int] | None:
        if fact is None or not fact.value.strip():
            return None
        span = self._quoted(fact)
        if span is None:
            self._doubt(field, fact.value, NOT_IN_TEXT)
        elif checked and not is_said(fact.value, self._text[slice(*span)]):
            self._doubt(field, fact.value, NOT_SAID)
            return None
        return span

    def _quoted(self, fact: SaidText | SaidNumber | SaidPay | None) -> tuple[int, int] | None:
        return locate(self._text, fact.quote) if fact else None

    def _set(self, field: str, value: Any, span: tuple[int, int]) -> None:
        self.changes[field] = value
        self.traced[field] = [Trace(field, *span, self._text[slice(*span)])]

    def _doubt(self, field: str, value: str, reason: str) -> None:
        self.notes.append(FieldNote("offre", _IN_FRENCH[field], value[:200], reason))
