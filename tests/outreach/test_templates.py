"""The wordings of the automaton: what they must say, what they come to, and their versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.errors import FtError, NotAllowed
from ftcore.model import Occupation, Offer, OfferSource, Person, Place, Role
from ftcore.outreach import template_versions, templates
from ftcore.outreach.sms import measure
from ftcore.outreach.templates import DEFAULTS, Kind, Template, fill, values_of
from ftcore.outreach.wording_rules import faults, preview

AGENCY = "Agence d'Annonay"
OPENING = Template(Kind.OPENING, 0, DEFAULTS[Kind.OPENING])
OFFER_ID = UUID("00000000-0000-4000-8000-000000000001")


def offer_of(title: str = "Serveur", place: Place | None = None, contract: str | None = None) -> Offer:
    return Offer(
        agency_id=uuid4(),
        offer_id=OFFER_ID,
        title=title,
        description="",
        occupation=Occupation("G1803", "Service"),
        place=place,
        source=OfferSource.FORM,
        created_utc=datetime(2026, 11, 24),
        contract=contract,
    )


# The program's own


@pytest.mark.parametrize("kind", list(Kind))
def test_every_wording_of_the_program_keeps_the_rules(kind: Kind) -> None:
    assert faults(kind, DEFAULTS[kind], AGENCY) == []
    seen = preview(kind, DEFAULTS[kind], "Agence France Travail de Romans-sur-Isère")
    assert not seen.length.unicode
    asks_nothing_before = kind in (Kind.OPENING, Kind.REMINDER, Kind.CLOSING, Kind.SATISFACTION)
    assert seen.length.parts <= (2 if asks_nothing_before else 1)


def test_the_first_message_as_a_person_reads_it() -> None:
    offer = offer_of("Chef de rang H/F", Place("Privas", "07", "07186", 44.7, 4.6), "CDI")
    values = values_of("Agence de Privas", offer, "Zoé")
    assert fill(OPENING, values) == (
        "France Travail, Agence de Privas : bonjour Zoé, ce poste pourrait vous convenir : Chef de rang à Privas "
        "(CDI). Cela vous intéresse ? Répondez OUI, NON ou votre question. "
        f"Message automatique, réf. {values['code']}. STOP pour ne plus en recevoir."
    )


def test_what_is_not_known_leaves_no_hole() -> None:
    body = fill(OPENING, values_of("Agence", offer_of(place=Place("Ardèche", "07")), ""))
    assert "bonjour, ce poste pourrait vous convenir : Serveur. Cela" in body


ACCENTED = st.text(alphabet="aeiouéèêëàâäîïôöùûüÿçœæÉÈÊÀÂÔÛÇŒÆñóíáãÁÓŁłřşğİ’-' ", min_size=1, max_size=30)


@given(ACCENTED, ACCENTED, ACCENTED, ACCENTED)
@settings(max_examples=60)
def test_the_first_message_says_who_what_that_it_is_automatic_and_how_to_stop(
    agency: str, title: str, place: str, first_name: str
) -> None:
    body = fill(OPENING, values_of(agency, offer_of(title, Place(place, "07", "07186"), "CDI"), first_name))
    assert body.startswith("France Travail, ")
    assert "Message automatique, réf. " in body
    assert "STOP" in body
    assert "OUI, NON" in body
    assert "(CDI)" in body
    assert not measure(body).unicode


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        pytest.param("Serveur (H/F)", ": Serveur. Cela", id="in brackets"),
        pytest.param("Serveur (F/H)", ": Serveur. Cela", id="the other way round, in brackets"),
        pytest.param("Serveur F/H en salle", ": Serveur en salle. Cela", id="in the middle"),
        pytest.param("serveur h/f", ": serveur. Cela", id="small letters"),
        pytest.param("Chef H/Fut", ": Chef H/Fut. Cela", id="only the whole mark"),
        pytest.param("Agent " + "x" * 80, ": Agent " + "x" * 51 + "...", id="a long title"),
        pytest.param("Soudeur {0} %s", ": Soudeur {0} %s. Cela", id="braces and percents"),
        pytest.param("Agent ((code)) \\1", ": Agent ((code)) \\1. Cela", id="a placeholder in a value stays text"),
    ],
)
def test_the_title_is_shown_short(title: str, shown: str) -> None:
    assert shown in fill(OPENING, values_of("Agence", offer_of(title), "Awa"))


# What a wording must and may not say

GOOD = DEFAULTS[Kind.OPENING]


@pytest.mark.parametrize(
    ("kind", "body", "fault"),
    [
        pytest.param(Kind.OPENING, "", "Le texte est vide", id="empty"),
        pytest.param(Kind.OPENING, GOOD.replace("France Travail, ", ""), "Dites qui écrit", id="no service"),
        pytest.param(Kind.OPENING, GOOD.replace("((agence))", "Privas"), "Nommez l'agence", id="no agency"),
        pytest.param(Kind.OPENING, GOOD.replace("((offre))", "serveur"), "Nommez l'offre", id="no offer"),
        pytest.param(Kind.OPENING, GOOD.replace("Message automatique", "Message"), "art. 50", id="not said automatic"),
        pytest.param(Kind.OPENING, GOOD.replace("STOP", "Répondez"), "Dites comment", id="no STOP"),
        pytest.param(Kind.OPENING, GOOD.replace("((code))", "K47"), "Ajoutez ((code))", id="no code"),
        pytest.param(Kind.REMINDER, DEFAULTS[Kind.REMINDER].replace("STOP", "."), "Dites comment", id="STOP again"),
        pytest.param(Kind.CLOSING, "Poste pourvu.", "Dites qui écrit", id="closing without the service"),
        pytest.param(Kind.ASK_PREREQUISITE, "Répondez OUI ou NON", "((question))", id="a question without one"),
        pytest.param(Kind.FACT, "Voici", "((fait))", id="an answer without one"),
        pytest.param(Kind.OPENING, GOOD + " ((nom))", "((nom)) n'est pas connu", id="unknown placeholder"),
        pytest.param(Kind.OPENING, GOOD + " ((Prenom))", "s'écrit ((prénom))", id="a placeholder without accent"),
        pytest.param(Kind.OPENING, GOOD + " ((question))", "n'est pas connu", id="a placeholder of another message"),
        pytest.param(Kind.OPENING, GOOD + " ((prénom)", "n'est pas fermée", id="half a placeholder"),
        pytest.param(Kind.OPENING, GOOD + " Voir https://exemple.fr", "Retirez le lien", id="a link"),
        pytest.param(Kind.OPENING, GOOD + " Voir exemple.fr/offre", "Retirez le lien", id="a bare link"),
        pytest.param(Kind.OPENING, GOOD + " bit.ly/3xY", "Retirez le lien", id="a short link"),
        pytest.param(Kind.OPENING, GOOD + " Êtes-vous enceinte ?", "la grossesse", id="a forbidden question"),
        pytest.param(Kind.DECLINED, "Merci. Votre RIB ?", "les comptes bancaires", id="in any message"),
        pytest.param(Kind.OPENING, GOOD + " a" * 130, "trop long", id="four parts"),
        pytest.param(Kind.OPENING, GOOD + " 👍", "trop long", id="an emoji makes it four parts of 67"),
        pytest.param(Kind.DECLINED, "Merci\u202e", "caractère invisible", id="an invisible character"),
    ],
)
def test_a_wording_that_breaks_a_rule_is_refused_with_what_to_change(kind: Kind, body: str, fault: str) -> None:
    found = faults(kind, body, AGENCY)
    assert any(fault in each for each in found), found
    assert all(each.endswith((".", "»")) for each in found)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param(Kind.DECLINED, "Merci de votre réponse 👍", id="an emoji that stays within the length"),
        pytest.param(Kind.OPENING, GOOD.replace("Message", "sms").replace("STOP", "stop"), id="small letters"),
        pytest.param(Kind.OPENING, GOOD.replace("réf. ((code))", "(((code)))"), id="brackets around a placeholder"),
        pytest.param(Kind.QUESTION, "Bien noté.Merci. À demain.Me rappeler ?", id="a space forgotten after a stop"),
        pytest.param(Kind.QUESTION, "Bien noté.\nUn conseiller vous répondra.", id="two lines"),
    ],
)
def test_a_wording_within_the_rules_is_free(kind: Kind, body: str) -> None:
    assert faults(kind, body, AGENCY) == []


def test_the_preview_tells_what_a_character_costs() -> None:
    seen = preview(
        Kind.DECLINED, "C'est noté, merci de votre réponse, quelle qu'elle soit. Bientôt d'autres offres.", AGENCY
    )
    assert (seen.rewritten, seen.saved_parts, seen.dear) == ((("ô", "o"),), 1, "")
    seen = preview(Kind.DECLINED, "Merci 👍", AGENCY)
    assert (seen.length.encoding, seen.dear) == ("UCS-2", "👍")


# Versions


def lead(town: Any, role: Role = Role.TEAM_LEAD) -> Person:
    return replace(town.counselor, person_id="lead", role=role)


def current(town: Any, person: Person | None = None) -> Template:
    with town.database.read() as reader:
        return templates.current(reader, (person or town.counselor).agency_id)[Kind.OPENING]


def test_each_save_is_a_version_and_the_old_ones_can_be_taken_again(town: Any) -> None:
    assert current(town).name == "opening 0"
    mine = GOOD.replace("Cela vous intéresse ?", "Intéressé(e) ?")
    first = template_versions.save(town.database, lead(town), Kind.OPENING, f"  {mine} ", town.now)
    assert (first.name, first.body) == ("opening 1", mine)
    template_versions.save(town.database, lead(town), Kind.OPENING, mine, town.now)
    second = template_versions.save(town.database, lead(town), Kind.OPENING, GOOD, town.now + timedelta(hours=1))
    assert second.name == current(town).name == "opening 2"
    assert current(town, town.colleague).name == "opening 0"
    history = template_versions.versions(town.database, town.counselor, Kind.OPENING)
    assert [(one.template.version, one.template.body, one.written_by) for one in history] == [
        (2, GOOD, "lead"),
        (1, mine, "lead"),
        (0, GOOD, None),
    ]
    assert town.journal() == ["wording changed", "wording changed"]


def test_a_refused_wording_is_not_kept(town: Any) -> None:
    with pytest.raises(FtError, match="grossesse"):
        template_versions.save(town.database, lead(town), Kind.OPENING, GOOD + " Êtes-vous enceinte ?", town.now)
    assert current(town).version == 0
    assert town.journal() == []


@pytest.mark.parametrize("role", [Role.COUNSELOR, Role.EVALUATOR])
def test_who_may_not_change_wordings_cannot(town: Any, role: Role) -> None:
    with pytest.raises(NotAllowed):
        template_versions.save(town.database, lead(town, role), Kind.OPENING, GOOD, town.now)
