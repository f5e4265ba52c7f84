"""Why was I (not) contacted? Told from what was recorded, and honestly where nothing was."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import docx
import pypdf
import pytest

from ftcore.database import Database
from ftcore.drafting import offers
from ftcore.errors import NotAllowed, NotFound
from ftcore.insight import explanation, explanation_paper
from ftcore.matching import choices, criteria, pool, ranking
from ftcore.matching.choices import REMOVALS, Choice
from ftcore.matching.criteria import Conditions, Weights
from ftcore.model import Occupation, Offer, OfferSource, Person, Place, Role, Verdict
from ftcore.outreach import campaigns, stops, threads

NOW = datetime(2026, 11, 24, 9, 0)
LATER = NOW + timedelta(days=2)
AGENCY = uuid4()
CLAIRE = Person("c1", "Claire", Role.COUNSELOR, AGENCY)


class Agency:
    """Waiters around Annonay, and one baker; an offer for waiters, and a launch as the page makes it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.people = {
            name: self._person(number, name, **more)
            for number, (name, more) in enumerate(
                {
                    "contacted": {},
                    "unchosen": {"skills": []},
                    "removed": {"experience_years": 2.0},
                    "silenced": {"skills": ["Service"]},
                    "below": {"mobility_km": 11.0, "lat": 45.3},
                    "baker": {"occupation_code": "D1102"},
                    "far": {"lat": 43.6, "lon": 3.9},
                    "gone": {"left_utc": NOW - timedelta(days=9)},
                }.items()
            )
        }
        database.transact(
            lambda tx: (
                tx.insert("agency", [{"agency_id": AGENCY, "name": "Privas", "department": "07", "demo": False}]),
                tx.insert("candidate", list(self.people.values())),
                pool.lay_out(tx, AGENCY),
            )
        )
        self.offer = self._offer()
        self.launch()

    def id(self, name: str) -> UUID:
        found: UUID = self.people[name]["candidate_id"]
        return found

    def _person(self, number: int, name: str, **more: Any) -> dict[str, Any]:
        return {
            "agency_id": AGENCY,
            "candidate_id": uuid4(),
            "external_id": f"D{number}",
            "first_name": "Awa",
            "last_name": f"Essai {name}",
            "phone": f"+3363998{number:04d}",
            "occupation_code": "G1803",
            "skills": ["Servir en salle"],
            "experience_years": 3.0,
            "commune": "Annonay",
            "department": "07",
            "lat": 45.24,
            "lon": 4.67,
            "mobility_km": 20.0,
            "left_utc": None,
            "demo": False,
        } | more

    def _offer(self) -> Offer:
        offer = Offer(
            agency_id=AGENCY,
            offer_id=uuid4(),
            title="Serveur / Serveuse (H/F)",
            description="Servir en salle.",
            occupation=Occupation("G1803", "Service en restauration"),
            place=Place("Annonay", "07", "07010", 45.24, 4.67),
            source=OfferSource.FORM,
            created_utc=NOW,
            skills_required=("Servir en salle",),
        )
        row = offers.to_row(offer) | {"created_by": "c1"}
        self.database.transact(lambda tx: tx.insert("offer", [row]))
        return offer

    def launch(self) -> None:
        """Five are found, four are shown: one is removed, one not chosen, one has written STOP since."""
        weights, conditions = Weights(distance=0.4), Conditions()
        found = ranking.rank(self.database, CLAIRE, self.offer, weights, conditions, NOW.date())
        # As if the page had shown four.
        shown = [one for one in found.people if one.candidate.candidate_id != self.id("below")]
        removed = {self.id("removed"): REMOVALS[1]}
        choice = Choice(
            criteria.written(weights, conditions),
            tuple(one.candidate.candidate_id for one in shown if one.candidate.candidate_id not in removed),
            removed,
            scored=choices.scores(found.people),
            excluded=found.excluded,
        )
        self.database.transact(
            lambda tx: stops.opt_out(tx, self.people["silenced"]["phone"], NOW, "sms", "STOP reçu par SMS")
        )
        # The page's check has taken one of the picked out already.
        picked = (self.id("contacted"), self.id("silenced"))
        choice = replace(choice, selected=picked)
        campaigns.launch(self.database, CLAIRE, self.offer, uuid4(), picked[:1], found.considered, None, NOW, choice)

    def told(self, name: str) -> str:
        return explanation.explain(self.database, CLAIRE, self.id(name), LATER).text


@pytest.fixture
def agency(fresh_database: Callable[..., Database]) -> Agency:
    return Agency(fresh_database("referential"))


@pytest.mark.parametrize(
    ("who", "says"),
    [
        pytest.param("contacted", ["Contactée pour 1 offre.", "Contactée par SMS le 24/11/2026 à 10:00.",
                                   "Le compte c1, un membre de l'agence, a choisi les personnes dans une liste classée",
                                   "Place enregistrée : 1 sur 3 montrées", "métier 35", "distance 40",
                                   "Aucune décision d'un conseiller"], id="contacted"),
        pytest.param("unchosen", ["Jamais contactée par cette agence.", "Proposée au conseiller en place",
                                  "le conseiller ne l'a pas retenue"], id="shown, and not chosen"),
        pytest.param("removed", ["retirée de la sélection par un conseiller, motif « N'est plus disponible »"],
                     id="set aside by a counselor"),
        pytest.param("silenced", ["non contactée : a répondu STOP", "STOP enregistré le 24/11/2026"],
                     id="left out by a STOP"),
        pytest.param("below", ["avec les critères enregistrés, place 4 sur 4", "3 personnes montrées au conseiller",
                               "données d'aujourd'hui"], id="ranked below what was shown"),
        pytest.param("baker", ["1 envoi pour un autre métier"], id="of another occupation"),
        pytest.param("far", ["non proposée : hors de sa zone de mobilité"], id="too far"),
        pytest.param("gone", ["non proposée : n'est plus dans le fichier de l'agence"], id="left the agency's file"),
    ],
)  # fmt: skip
def test_each_fate_has_its_explanation(agency: Agency, who: str, says: list[str]) -> None:
    told = agency.told(who)
    for sentence in says:
        assert sentence in told
    assert "Ne servent jamais au classement" in told
    assert "Awa" not in told, "a pseudonym is enough"
    assert "+33639" not in told


def test_what_happened_in_the_exchange_and_who_decided_is_told(agency: Agency) -> None:
    conversation = agency.database.value(
        "SELECT conversation_id FROM conversation WHERE candidate_id = $1", agency.id("contacted")
    )
    threads.decide(agency.database, CLAIRE, conversation, Verdict.NOT_RETAINED, "Horaires impossibles", LATER)
    told = agency.told("contacted")
    assert "décision d'un conseiller (non retenue" in told
    assert "Décision en vigueur : non retenue, prise par le compte c1 le 26/11/2026 à 10:00, avec ce motif : " in told
    assert "« Horaires impossibles »" in told


def test_what_was_recorded_stays_when_the_data_change(agency: Agency) -> None:
    before = agency.told("contacted")
    agency.database.transact(
        lambda tx: tx.execute("UPDATE candidate SET skills = $1::TEXT[], lat = 43.0", ["Cuisiner"])
    )
    after = agency.told("contacted")
    recorded = [line for line in before.splitlines() if line.startswith(("- Place enr", "- Note enr"))]
    assert len(recorded) == 2
    assert set(recorded) <= set(after.splitlines())
    assert "Compétences : Cuisiner" in after


def test_nothing_protected_is_read_for_it(agency: Agency) -> None:
    trait = {"agency_id": AGENCY, "candidate_id": agency.id("contacted"), "sex": "F", "birth_year": 1971,
             "priority_district": True}  # fmt: skip
    agency.database.transact(lambda tx: tx.insert("candidate_trait", [trait]))
    assert "1971" not in agency.told("contacted")


@pytest.mark.parametrize(
    ("person", "error"),
    [
        pytest.param(Person("e", "E", Role.EVALUATOR, AGENCY), NotAllowed, id="an evaluator sees nobody"),
        pytest.param(Person("c9", "C", Role.COUNSELOR, uuid4()), NotFound, id="another agency's counselor"),
    ],
)
def test_it_is_told_to_the_agency_of_the_person_only(agency: Agency, person: Person, error: type[Exception]) -> None:
    with pytest.raises(error):
        explanation.explain(agency.database, person, agency.id("contacted"), LATER)
    with pytest.raises(error):
        explanation.taken_along(agency.database, person, agency.id("contacted"), "pdf", LATER)


def test_it_can_be_printed_and_completed_by_hand_and_that_is_journaled(agency: Agency) -> None:
    told = explanation.explain(agency.database, CLAIRE, agency.id("contacted"), LATER)
    pages = pypdf.PdfReader(io.BytesIO(explanation_paper.pdf(told))).pages
    printed = " ".join(" ".join(page.extract_text().split()) for page in pages)
    assert "Contactée par SMS le 24/11/2026 à 10:00." in printed
    document = docx.Document(io.BytesIO(explanation_paper.docx(told)))
    assert "Vos droits" in [paragraph.text for paragraph in document.paragraphs]
    explanation.taken_along(agency.database, CLAIRE, told.candidate_id, "pdf", LATER)
    entry = agency.database.one("SELECT candidate_id, detail FROM journal WHERE act = 'contact explained'")
    assert entry == {"candidate_id": told.candidate_id, "detail": "pdf"}


def test_a_launch_without_a_list_is_told_as_that(agency: Agency) -> None:
    campaigns.launch(
        agency.database, CLAIRE, agency._offer(), uuid4(), [agency.id("unchosen")], 1, None, LATER, Choice("{}", ())
    )
    told = agency.told("unchosen")
    assert "Critères : non enregistrés" in told
