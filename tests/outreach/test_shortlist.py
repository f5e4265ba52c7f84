"""Who is put forward for an offer, with their own words, and what an employer gets to see of it."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID, uuid4

import docx
import pytest

from ftcore.errors import NotAllowed, NotFound
from ftcore.model import Answer, Met, Person, Role, Verdict
from ftcore.outreach import canned, employer_sheet, shortlist, takeover, threads


def conversation_of(town: Any, person: UUID) -> UUID:
    return town.database.value("SELECT conversation_id FROM conversation WHERE candidate_id = $1", person)


def talked(town: Any, *threads_: list[str], **more: Any) -> tuple[Any, list[UUID]]:
    """An offer with a licence, and a person for each list of answers."""
    offer = town.offer(licences=("B",), **more)
    people = town.people(len(threads_))
    town.launch(people, offer)
    town.accepted()
    for person, texts in zip(people, threads_, strict=True):
        for text in texts:
            town.writes(town.phone(person), text)
            town.accepted()
    return offer, people


def of(town: Any, offer: Any) -> shortlist.Shortlist:
    return shortlist.shortlist(town.database, town.counselor, offer.offer_id)


def decide(town: Any, person: UUID, verdict: Verdict, reason: str = "convient") -> None:
    threads.decide(town.database, town.counselor, conversation_of(town, person), verdict, reason, town.now)


def test_each_yes_is_listed_with_the_sms_that_says_each_thing(town: Any) -> None:
    offer, _ = talked(town, ["Oui je veux bien", "lundi", "j'ai le B"], ["Oui", "tout de suite", "non"], ["Non"], [])
    first, second = of(town, offer).people
    assert (first.interest, first.interest_quote) == (Answer.YES, "Oui je veux bien")
    assert (first.available_quote, str(first.available_from)) == ("lundi", "2026-11-30")
    assert [(each.text, each.met, each.quote) for each in first.prerequisites] == [("permis B", Met.MET, "j'ai le B")]
    assert [(each.met, each.quote) for each in second.prerequisites] == [(Met.NOT_MET, "non")]
    assert (first.having(Met.MET), second.having(Met.NOT_MET)) == (1, 1)


def test_who_is_still_being_asked_has_unknowns_and_who_said_stop_is_not_listed(town: Any) -> None:
    offer, _ = talked(town, ["Oui"], ["Oui", "lundi", "STOP"])
    (only,) = of(town, offer).people
    assert [(each.met, each.quote) for each in only.prerequisites] == [(Met.UNKNOWN, None)]
    assert employer_sheet.available(only) == "à demander"


def test_only_a_verdict_puts_a_person_forward_and_first(town: Any) -> None:
    offer, people = talked(town, ["Oui", "lundi", "oui"], ["Oui", "mardi", "oui"], ["Oui", "mercredi", "oui"])
    assert of(town, offer).put_forward == ()
    decide(town, people[2], Verdict.RETAINED)
    decide(town, people[0], Verdict.NOT_RETAINED, "pas de véhicule")
    found = of(town, offer)
    assert [one.conversation_id for one in found.put_forward] == [conversation_of(town, people[2])]
    assert [one.verdict for one in found.people] == [Verdict.RETAINED, None, Verdict.NOT_RETAINED]


def text_of(data: bytes) -> str:
    document = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def test_the_employer_sees_whom_the_counselor_retained_and_nothing_of_the_others(town: Any) -> None:
    offer, people = talked(town, ["Oui", "lundi", "=1+1 oui"], ["Oui", "mardi", "oui"], employer="Auberge")
    decide(town, people[0], Verdict.RETAINED, "très motivée, voir note")
    takeover.note(town.database, town.counselor, conversation_of(town, people[0]), "secret", town.now)
    found = shortlist.hand_over(town.database, town.counselor, offer.offer_id, "Word", town.now)
    word, table = text_of(employer_sheet.to_word(found, "Agence de Privas")), employer_sheet.to_csv(found, "x")
    for words in (
        "Awa Essai 1",
        "06 39 98 00 01",
        "à partir du 30/11/2026",
        "permis B : oui (« =1+1 oui »)",
        "Serveur H/F",
        "Privas",
    ):
        assert words in word
    for words in ("Awa Essai 2", "secret", "motivée", "score"):
        assert words not in word
    lines = table.decode("utf-8-sig").splitlines()
    assert lines[0] == "Personne;Téléphone;Disponibilité;permis B"
    assert len(lines) == 2
    assert "Awa Essai 1" in lines[1]


def test_a_sheet_for_nobody_says_so(town: Any) -> None:
    offer, _ = talked(town, ["Oui"])
    assert employer_sheet.NOBODY in text_of(employer_sheet.to_word(of(town, offer), "Agence"))


def test_taking_a_sheet_along_is_journaled_without_a_name(town: Any) -> None:
    offer, people = talked(town, ["Oui", "lundi", "oui"])
    decide(town, people[0], Verdict.RETAINED)
    assert [one.phone for one in of(town, offer).people] == ["06 •• •• •• 01"]
    taken = shortlist.hand_over(town.database, town.counselor, offer.offer_id, "Word", town.now)
    assert [one.phone for one in taken.people] == [town.phone(people[0])]
    (entry,) = town.database.rows("SELECT * FROM journal WHERE act = 'employer sheet'")
    assert (entry["detail"], entry["subject"]) == ("1 people, Word", str(offer.offer_id))


def test_another_agency_and_other_roles_see_no_shortlist(town: Any) -> None:
    offer, _ = talked(town, ["Oui"])
    with pytest.raises(NotFound):
        shortlist.shortlist(town.database, town.colleague, offer.offer_id)
    with pytest.raises(NotFound):
        shortlist.shortlist(town.database, town.counselor, uuid4())
    with pytest.raises(NotAllowed):
        shortlist.shortlist(town.database, Person("e", "E", Role.EVALUATOR, town.counselor.agency_id), offer.offer_id)


def test_ready_answers_start_with_what_the_offer_says_to_the_question(town: Any) -> None:
    offer, people = talked(town, ["c'est où ?"])
    found = threads.details(town.database, town.counselor, conversation_of(town, people[0]))
    ready = canned.answers(found, offer, "Awa {offre}")
    assert next(iter(ready.items())) == (
        "D'après l'offre", "Bonjour Awa {offre}, lieu de travail indiqué dans l'offre : Privas.",
    )  # fmt: skip
    assert ready["Je me renseigne"].startswith("Bonjour Awa {offre}, merci"), "a name is no placeholder"
