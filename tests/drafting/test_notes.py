"""The rules that read notes: each row is a way people write it, with the reason it is there."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.drafting import notes, profile, terms
from ftcore.model import Pay, PayUnit

TODAY = date(2026, 11, 23)
HOUR, MONTH, YEAR = PayUnit.HOUR, PayUnit.MONTH, PayUnit.YEAR


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Cherche serveur H/F pour restaurant à Rennes, CDI", "Serveur H/F"),
        ("Nous recherchons un(e) comptable, CDD", "Comptable"),
        ("Bonjour, besoin d'un plombier à Lyon", "Plombier"),
        ("Recrute 2 agents d'entretien à Annonay", "Agent d'entretien"),
        ("Le restaurant ouvre à 18h. Poste de plongeur en CDI", "Plongeur"),
        ("Titre : Boulanger / Boulangère (H/F)\n\nMissions", "Boulanger / Boulangère (H/F)"),
        ("**Titre**\nMaçon (H/F)\n", "Maçon (H/F)"),
        ("Titre : à préciser\nMissions\n- nettoyer", None),
        ("Poste d'aide à domicile à Lyon", "Aide à domicile"),
        ("35h", None),
        ("", None),
    ],
)
def test_titles(text: str, title: str | None) -> None:
    assert notes.read_facts(text, TODAY).title == title


@pytest.mark.parametrize(
    ("text", "contract"),
    [
        ("CDI temps plein", "CDI"),
        ("en cdd de 6 mois", "CDD de 6 mois"),
        ("CDD 3 mois renouvelable", "CDD de 3 mois"),
        ("intérim jusqu’au 31/12/2026", "Intérim jusqu'au 31/12/2026"),
        ("CDD jusqu'au 31 mars 2027 pouvant mener à un CDI", "CDD jusqu'au 31 mars 2027"),
        ("contrat d'apprentissage", "Alternance"),
        ("mission courte", None),
    ],
)
def test_contracts(text: str, contract: str | None) -> None:
    said = terms.read_contract(text)
    assert (said.value if said else None) == contract


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("35h", 35.0),
        ("39H", 39.0),
        ("37H30", 37.5),
        ("temps partiel 20 h", 20.0),
        ("temps partiel - 6H", 6.0),
        ("10 heures par semaine", 10.0),
        ("35 heures hebdomadaires", 35.0),
        pytest.param("de 9h à 12h30", None, id="times of day"),
        pytest.param("horaires 8h-16h", None, id="a range of times"),
        pytest.param("ouvert jusqu'à 20h", None, id="a closing time"),
        pytest.param("24h/24", None, id="round the clock"),
        pytest.param("7h par jour", None, id="hours a day"),
        pytest.param("service de 18h à 23h, 24h par semaine", 24.0, id="times, then hours a week"),
        pytest.param("60h", None, id="more than the law allows"),
        ("temps plein", None),
    ],
)
def test_weekly_hours(text: str, hours: float | None) -> None:
    said = terms.read_weekly_hours(text)
    assert (said.value if said else None) == hours


@pytest.mark.parametrize(
    ("text", "pay"),
    [
        ("12,50 €/h", Pay(12.5, HOUR)),
        ("12.17 euros de l'heure", Pay(12.17, HOUR)),
        ("1 900 € brut par mois", Pay(1900, MONTH)),
        ("1\u202f900 € bruts mensuels", Pay(1900, MONTH)),
        ("de 22 à 25 k€", Pay(22000, YEAR, 25000)),
        ("22-25k€ par an", Pay(22000, YEAR, 25000)),
        ("entre 1805 et 2000 euros", Pay(1805, MONTH, 2000)),
        ("de 1 500 € à 1 650 € brut par mois", Pay(1500, MONTH, 1650)),
        ("28000 € annuel", Pay(28000, YEAR)),
        pytest.param("prime de 200 €", None, id="a bonus is no pay"),
        pytest.param("panier repas 9,40 €, 12 €/h", Pay(12, HOUR), id="a meal allowance, then the pay"),
        pytest.param("1500 € net", None, id="net is not gross"),
        pytest.param("200 €", None, id="no unit is plausible"),
        pytest.param("35h", None, id="no currency"),
    ],
)
def test_pay(text: str, pay: Pay | None) -> None:
    found = terms.read_pay(text)
    assert (found[0].value if found and found[0] else None) == pay


def test_a_net_amount_is_kept_in_words() -> None:
    assert notes.read_facts("CDI, 1500 € net par mois", TODAY).net_pay == "1500 € net par mois"


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("débutant accepté", 0.0),
        ("Débutant(e)s accepté(e)s", 0.0),
        ("les débutants sont les bienvenus", 0.0),
        ("sans expérience", 0.0),
        ("2 ans d'expérience", 2.0),
        ("expérience de 3 ans minimum", 3.0),
        ("expérience exigée : deux ans", 2.0),
        ("6 mois d’expérience", 0.5),
        ("CDD de 6 mois", None),
        ("débutant non accepté", None),
    ],
)
def test_experience(text: str, years: float | None) -> None:
    said = profile.read_experience(text)
    assert (said.value if said else None) == years


@pytest.mark.parametrize(
    ("text", "required", "wished"),
    [
        ("permis B", ("B",), ()),
        ("permis B et C exigés", ("B", "C"), ()),
        ("permis CE", ("CE",), ()),
        ("permis B souhaité", (), ("B",)),
        ("permis B non exigé", (), ()),
        ("CACES R489 1, 3 et 5", ("CACES R489 1", "CACES R489 3", "CACES R489 5"), ()),
        ("CACES 3", ("CACES 3",), ()),
        ("CACES exigé", ("CACES",), ()),
        ("FIMO à jour", ("FIMO",), ()),
        ("permis de construire", (), ()),
    ],
)
def test_licences(text: str, required: tuple[str, ...], wished: tuple[str, ...]) -> None:
    assert profile.read_licences(text) == (required, wished)


@pytest.mark.parametrize(
    ("text", "required", "wished"),
    [
        ("anglais courant", ("anglais",), ()),
        ("bonne maîtrise de l'espagnol", ("espagnol",), ()),
        ("anglais apprécié", (), ("anglais",)),
        ("restaurant italien", (), ()),
    ],
)
def test_languages(text: str, required: tuple[str, ...], wished: tuple[str, ...]) -> None:
    assert profile.read_languages(text) == (required, wished)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("à partir du 1er décembre", date(2026, 12, 1)),
        ("à partir du 4 janvier", date(2027, 1, 4)),
        ("début le 12/01/2027", date(2027, 1, 12)),
        ("prise de poste le 2 mars 27", date(2027, 3, 2)),
        ("Début : 15/02", date(2027, 2, 15)),
        pytest.param("à partir du 31 février", None, id="no such day"),
        pytest.param("à partir de septembre", None, id="a month is no day"),
    ],
)
def test_start(text: str, start: date | None) -> None:
    assert (said.value if (said := terms.read_start(text, TODAY)) else None) == start


def test_as_soon_as_possible_is_said_but_has_no_date() -> None:
    said = terms.read_start("CDI dès que possible", TODAY)
    assert said is not None
    assert said.value is None


@pytest.mark.parametrize(
    ("text", "openings"),
    [
        ("2 postes à pourvoir", 2),
        ("cherche trois serveurs", 3),
        ("Nombre de postes : 4", 4),
        ("équipe de 5 personnes", None),
        ("cherche serveur", None),
        ("0 poste", None),
    ],
)
def test_openings(text: str, openings: int | None) -> None:
    said = notes.read_facts(text, TODAY).openings
    assert (said.value if said else None) == openings


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("serveur à Rennes", "Rennes"),
        ("poste basé à Saint-Étienne (42)", "Saint-Étienne (42)"),
        ("à Tournon sur Rhône, CDI", "Tournon sur Rhône"),
        ("à La Voulte-sur-Rhône", "La Voulte-sur-Rhône"),
        ("07100 Annonay", "07100 Annonay"),
        ("Lieu : Privas\nà Lyon", "Privas"),
        ("à temps plein", None),
    ],
)
def test_places(text: str, place: str | None) -> None:
    assert notes.read_facts(text, TODAY).place == place


def test_a_labelled_line_counts_more_than_the_rest_and_may_say_unknown() -> None:
    facts = notes.read_facts("Salaire : à préciser\nPanier 900 € par mois\nContrat : CDD\nCDI plus tard", TODAY)
    assert facts.pay is None
    assert facts.contract is not None
    assert facts.contract.value == "CDD"


PIECES = """cherche|2|deux|serveur|CDI|CDD|de 6 mois|35h|37H30|12,50|€/h|k€|22 à 25|entre|et|permis|B,|CACES|R489|1
débutant|accepté|expérience|ans|dès le|31/02|1er décembre|postes|Titre :|Salaire :|sıx|ſix|K|-|à préciser|
"""
WORDS = st.sampled_from(PIECES.replace("\n", "|\n|").split("|"))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | st.lists(WORDS, max_size=25).map(" ".join))
def test_any_text_can_be_read(text: str) -> None:
    notes.read_facts(text, TODAY)
