"""An offer read with a language model: what is believed of it, what is noted, what the rules keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from ftcore.database import Database
from ftcore.drafting.assistant import Ask, Schema, Stop, Usage
from ftcore.drafting.facts_schema import SaidFacts
from ftcore.drafting.offline import OfflineWriter
from ftcore.drafting.prompts import prompt
from ftcore.drafting.quotes import is_said, locate
from ftcore.drafting.reading_model import structure_with_model
from ftcore.drafting.structure import structure
from ftcore.errors import ModelError
from ftcore.matching.occupations import OccupationIndex
from ftcore.model import Demand, FieldNote, Offer, Pay, PayUnit, Person, Prerequisite

NOW = datetime(2026, 11, 23, 10, 0)
NOTES = (
    "Auberge du Lac cherche qqn pour la salle à Annonay, CDI 35h, 12,50 €/h. "
    "Mise en place le matin, puis prise des commandes. Permis B souhaité, bonne humeur."
)


@dataclass
class FakeModel:
    """Answers every request with the same facts, and keeps what it was asked."""

    facts: dict[str, Any]
    is_ai: bool = True
    name: str = "modèle d'essai"
    asked: list[Ask] = field(default_factory=list)

    def stream(self, ask: Ask, stop: Stop | None = None, told: Callable[[Usage], None] | None = None) -> Iterator[str]:
        raise NotImplementedError

    def parse(
        self, ask: Ask, schema: type[Schema], stop: Stop | None = None, told: Callable[[Usage], None] | None = None
    ) -> Schema:
        self.asked.append(ask)
        return schema.model_validate(self.facts)


@pytest.fixture
def read(database: Database, person: Person, index: OccupationIndex) -> Callable[..., tuple[Offer, list[FieldNote]]]:
    def reader(text: str, **facts: Any) -> tuple[Offer, list[FieldNote]]:
        return structure_with_model(FakeModel(facts), text, index, database, person, NOW)

    return reader


Read = Callable[..., tuple[Offer, list[FieldNote]]]


def said(value: Any, quote: str, **more: Any) -> dict[str, Any]:
    return {"value": value, "quote": quote, **more}


def reasons(notes: list[FieldNote], name: str) -> list[str]:
    return [note.reason for note in notes if note.field == name]


def words(offer: Offer, name: str) -> list[str]:
    return [trace.words for trace in offer.traces if trace.field == name]


def test_a_quoted_fact_is_kept_with_the_place_of_its_words(read: Read) -> None:
    offer, _ = read(
        NOTES,
        tasks=[said("Prise des commandes", "prise des commandes")],
        employer=said("Auberge du Lac", "Auberge du Lac"),
    )
    assert (offer.tasks, offer.employer) == (("Prise des commandes",), "Auberge du Lac")
    assert words(offer, "tasks") == ["prise des commandes"]
    assert all(NOTES[trace.start : trace.end] == trace.words for trace in offer.traces)


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"employer": said("Hôtel Bellevue", "Hôtel Bellevue")}, "employeur"),
        ({"tasks": [said("Encaisser", "encaisser les clients")]}, "tâches"),
        ({"weekly_hours": said(39, "39 heures")}, "horaires"),
        ({"pay": {"low": 13, "high": None, "unit": "hour", "quote": "13 € de l'heure"}}, "salaire"),
        ({"start": said("2026-12-01", "1er décembre")}, "début"),
        ({"licences": [said("C", "permis C")]}, "permis"),
        ({"skills": [said("Vins", "connaissance des vins", demand="blocking")]}, "compétences"),
        ({"prerequisites": [said("Travail de nuit", "la nuit", demand="information")]}, "prérequis"),
    ],
)
def test_a_quote_that_is_not_in_the_text_becomes_a_note(read: Read, facts: dict[str, Any], name: str) -> None:
    by_rules, _ = read(NOTES)
    offer, notes = read(NOTES, **facts)
    assert any("ne sont pas dans le texte" in reason for reason in reasons(notes, name))
    assert _without_id(offer) == _without_id(by_rules)


def _without_id(offer: Offer) -> dict[str, Any]:
    return {name: getattr(offer, name) for name in Offer.__dataclass_fields__ if name != "offer_id"}


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        pytest.param({"employer": said("Auberge du Soleil", "Auberge du Lac")}, "employeur", id="another name"),
        pytest.param({"weekly_hours": said(39, "CDI 35h")}, "horaires", id="another figure"),
        pytest.param(
            {"pay": {"low": 12.5, "high": 14, "unit": "hour", "quote": "12,50 €/h"}}, "salaire", id="an invented range"
        ),
        pytest.param({"start": said("2026-12-01", "le matin")}, "début", id="no day"),
        pytest.param({"start": said("demain", "le matin")}, "début", id="no date at all"),
        pytest.param({"experience_years": said(2, "bonne humeur")}, "expérience", id="no number"),
        pytest.param({"openings": said(3, "CDI 35h")}, "nombre de postes", id="a figure of something else"),
    ],
)
def test_a_value_that_its_quote_does_not_say_becomes_a_note(read: Read, facts: dict[str, Any], name: str) -> None:
    offer, notes = read(NOTES, **facts)
    assert reasons(notes, name)
    assert (offer.weekly_hours, offer.pay, offer.start) == (35.0, Pay(12.5, PayUnit.HOUR), None)
    assert (offer.experience_years, offer.openings) == (None, 1)


def test_the_rules_keep_their_reading_of_figures_and_the_difference_is_noted(read: Read) -> None:
    text = "Serveur à Annonay, 35h par semaine, heures supplémentaires possibles jusqu'à 42h. CDI."
    offer, notes = read(text, weekly_hours=said(42, "42h"), contract=said("CDD", "CDI"))
    assert (offer.weekly_hours, offer.contract) == (35.0, "CDI")
    assert any("règles" in reason for reason in reasons(notes, "horaires"))


def test_what_the_rules_missed_is_taken_from_the_model(read: Read) -> None:
    text = (
        "Poste en salle à 24 heures réparties sur quatre jours, 1.900 brut/mois, départ le 4 janvier, deux personnes."
    )
    offer, notes = read(
        text,
        start=said("2027-01-04", "le 4 janvier"),
        openings=said(2, "deux personnes"),
        schedule=said("24 h sur 4 jours", "24 heures réparties sur quatre jours"),
    )
    assert offer.start == date(2027, 1, 4)
    assert offer.openings == 2
    assert offer.schedule == "24 heures réparties sur quatre jours"
    assert words(offer, "start") == ["le 4 janvier"]
    assert "début" not in {note.field for note in notes}


def test_the_title_of_the_model_wins_and_finds_the_occupation(read: Read) -> None:
    text = "Il nous faut quelqu'un en renfort : un serveur pour la saison, CDD, Annonay"
    offer, _ = read(text, title=said("Serveur / Serveuse (H/F)", "serveur"))
    assert offer.title == "Serveur / Serveuse (H/F)"
    assert offer.occupation is not None
    assert offer.occupation.code == "G1803"
    assert words(offer, "title") == ["serveur"]


def test_a_place_goes_through_the_referential(read: Read) -> None:
    text = "Serveur, restaurant vue Rhône côté tournon sur rhône, CDI"
    offer, _ = read(text, place=said("Tournon-sur-Rhône", "tournon sur rhône"))
    assert offer.place is not None
    assert offer.place.name == "Tournon-sur-Rhône"
    _, notes = read("Serveur, côté zzyzxville, CDI", place=said("Zzyzxville", "zzyzxville"))
    assert reasons(notes, "lieu")


def test_a_net_amount_is_no_gross_pay(read: Read) -> None:
    offer, notes = read(
        "Serveur, 1 500 € net par mois", pay={"low": 1500, "unit": "month", "quote": "1 500 € net par mois"}
    )
    assert offer.pay is None
    assert any("net" in reason for reason in reasons(notes, "salaire"))


def test_only_the_words_of_the_text_make_a_prerequisite_blocking(read: Read) -> None:
    text = "Serveur, se lever tôt, savoir nager exigé, permis B souhaité"
    offer, _ = read(
        text,
        prerequisites=[
            said("Se lever tôt", "se lever tôt", demand="blocking"),
            said("Savoir nager", "savoir nager", demand="information"),
            said("Permis B", "permis B", demand="blocking"),
        ],
        licences=[said("B", "permis B")],
    )
    assert set(offer.prerequisites) == {
        Prerequisite("Permis B", Demand.FLEXIBLE),
        Prerequisite("Se lever tôt", Demand.FLEXIBLE),
        Prerequisite("Savoir nager", Demand.BLOCKING),
    }
    assert offer.licences == ()


@pytest.mark.parametrize(
    "words", ["moins de 30 ans", "nationalité française", "femme", "en bonne santé", "célibataire"]
)
def test_what_may_not_be_asked_is_never_a_prerequisite(read: Read, words: str) -> None:
    offer, notes = read(f"Serveur, {words}", prerequisites=[said(words, words, demand="blocking")])
    assert offer.prerequisites == ()
    assert reasons(notes, "prérequis") == ["cela ne se demande pas à une personne candidate"]


def test_skills_have_the_wording_of_the_referential_and_keep_their_demand(read: Read) -> None:
    text = "Serveur. Encaisser un client est indispensable ; connaître les vins serait un plus."
    offer, _ = read(
        text,
        skills=[
            said("encaisser un client", "Encaisser un client", demand="blocking"),
            said("connaître les vins", "connaître les vins", demand="flexible"),
        ],
    )
    assert "Encaisser un client" in offer.skills_required
    assert offer.skills_desired == ("Connaître les vins",)


def test_the_text_is_sent_as_data_without_personal_data(
    database: Database, person: Person, index: OccupationIndex
) -> None:
    model = FakeModel({"employer": said("Auberge du Lac", "Auberge du Lac")})
    text = "Auberge du Lac, contact 06 39 98 00 01, jeanne@auberge.fr : serveur à Annonay, CDI"
    offer, _ = structure_with_model(model, text, index, database, person, NOW)
    [ask] = model.asked
    [turn] = ask.turns
    assert (ask.task, ask.prompt, ask.temperature) == ("structure", prompt("structure").label, 0.0)
    assert "06 39 98 00 01" not in turn.text
    assert "jeanne@auberge.fr" not in turn.text
    assert "serveur à Annonay" in turn.text
    assert text not in ask.system
    assert offer.employer == "Auberge du Lac"


def test_a_quote_with_a_placeholder_is_found_in_the_text_as_it_was_typed(
    database: Database, person: Person, index: OccupationIndex
) -> None:
    text = "Serveur à Annonay. Rappeler les clients au 06 39 98 00 01."

    class Quoting(FakeModel):
        def parse(
            self,
            ask: Ask,
            schema: type[Schema],
            stop: Stop | None = None,
            told: Callable[[Usage], None] | None = None,
        ) -> Schema:
            line = next(line for line in ask.turns[0].text.splitlines() if "Rappeler" in line)
            quote = line[line.index("Rappeler") :].rstrip(" .")
            return schema.model_validate({"tasks": [said(quote, quote)]})

    offer, _ = structure_with_model(Quoting({}), text, index, database, person, NOW)
    assert offer.tasks == ("Rappeler les clients au 06 39 98 00 01",)


def test_without_a_language_model_the_error_passes_through(
    database: Database, person: Person, index: OccupationIndex
) -> None:
    with pytest.raises(ModelError):
        structure_with_model(OfflineWriter(), NOTES, index, database, person, NOW)


def test_an_empty_answer_gives_the_offer_of_the_rules(
    database: Database, person: Person, index: OccupationIndex
) -> None:
    by_rules, rule_notes = structure(NOTES, index, database, person.agency_id, NOW)
    offer, notes = structure_with_model(FakeModel({}), NOTES, index, database, person, NOW)
    assert _without_id(offer) == _without_id(by_rules)
    assert notes == rule_notes


@pytest.mark.parametrize(
    ("text", "quote", "found"),
    [
        pytest.param("CDI, 35 h", "35 h", "35 h", id="as it is"),
        pytest.param("l’équipe  de\nnuit", "L'équipe de nuit", "l’équipe  de\nnuit", id="apostrophe, spaces, case"),
        pytest.param("1\u202f900 € brut", "1 900 €", "1\u202f900 €", id="a narrow space"),
        pytest.param("cœur de métier", "coeur de metier", "cœur de métier", id="ligature and accents"),
        pytest.param("e\u0301quipe", "équipe", "e\u0301quipe", id="decomposed letters"),
        pytest.param("2 postes", "2", "2", id="a figure alone"),
        pytest.param("12 postes", "2", None, id="a figure inside another"),
        pytest.param("CDI", "CDD", None, id="not there"),
        pytest.param("CDI", "", None, id="nothing"),
        pytest.param("CDI", "  . ", None, id="no word"),
    ],
)
def test_quotes_are_found_up_to_typography(text: str, quote: str, found: str | None) -> None:
    span = locate(text, quote)
    assert (text[slice(*span)] if span else None) == found


def test_a_value_is_said_by_words_of_the_same_stem_and_the_same_figures() -> None:
    assert is_said("Serveur / Serveuse (H/F)", "un serveur")
    assert is_said("2 ans", "24 mois")
    assert not is_said("13 €", "12 €")
    assert not is_said("Chef de rang", "serveur")


def test_the_schema_asks_a_quote_for_every_fact() -> None:
    assert issubclass(SaidFacts, BaseModel)
    definitions = SaidFacts.model_json_schema()["$defs"]
    assert all("quote" in definition["required"] for definition in definitions.values())
