"""Personal data stays home: what is hidden, what is left alone, and how it comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle, pairwise
from uuid import uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ftcore.database import Database
from ftcore.drafting.personal_data import Kind
from ftcore.drafting.pseudonyms import Pseudonyms, known_people
from ftcore.model import Person
from ftcore.text import fold, words

# Whom the base of the tests knows. All are invented; numbers are of the ranges reserved for fiction.
KNOWN = [
    ("Marie", "Dupont"),
    ("Awa", "N'Diaye"),
    ("Jean-Baptiste", "Le Goff"),
    ("Luc", "Boulanger"),
    ("Élodie", "Lefèvre"),
    ("Yanis", "Ben Salah"),
    ("Rose", "Marchand"),
    ("Thi", "Nguyen"),
    ("Ömer", "Şahin"),
    ("Paul", "Petit"),
]
PHONES = [
    "06 39 98 00 01",
    "0639980002",
    "06.39.98.00.03",
    "06-39-98-00-04",
    "+33639980005",
    "+33 6 39 98 00 06",
    "+33 (0)6 39 98 00 07",
    "0033 6 39 98 00 08",
    "0033639980009",
    "06\u00a039\u00a098\u00a000\u00a010",
    "06\u202f39\u202f98\u202f00\u202f11",
    "(+33) 6 39 98 00 12",
    "06/39/98/00/13",
    "06,39,98,00,13",
    "0639 980 014",
    "06 - 39 - 98 - 00 - 15",
    "01 99 00 12 34",
    "02.61.91.45.67",
    "0353 014 567",
    "04 65 71 22 33",
    "05 36 49 88 77",
    "0692 39 98 00",
    "+262 692 39 98 01",
    "06\u200b39980016",
    "０６３９９８００１７",
    "(06) 39 98 00 18",
    "06 3998 0019",
    "+44 20 7946 0958",
    "33639980020",
]
EMAILS = [
    "marie.dupont@exemple.fr",
    "j-b.legoff+cv@mail.exemple.com",
    "AWA_NDIAYE@EXEMPLE.FR",
    "nom.prenom [at] exemple point fr",
    "elodie(at)exemple.fr",
    "yanis arobase exemple point com",
    "rose.marchand @ exemple.fr",
    "p.petit@sous.domaine.exemple.org",
    "contact42 [arobase] exemple [point] fr",
]
NIRS = [
    "1 87 05 35 238 001 24",
    "187053523800124",
    "2 91 12 2A 004 123 45",
    "2 91 12 2B 004 123",
    "1870535238001",
    "1.87.05.35.238.001",
    "2 85 03 99 350 042 clé 77",
    "187 05 35 238 001 24",
]
BIRTHS = [
    "12/05/1987",
    "12.05.1987",
    "12-05-87",
    "12 mai 1987",
    "1er mars 1990",
    "1987-05-12",
    "03/11/2001",
    "7 août 1965",
]
IBANS = ["FR76 3000 4000 0300 0001 2345 643", "FR7630004000030000012345643", "DE89 3704 0044 0532 0130 00"]
ADDRESSES = [
    "12 bis rue des Lilas, 35000 Rennes",
    "3 place de la République, 07100 Annonay",
    "124, avenue du Général-Leclerc 26000 VALENCE",
    "5 impasse des Acacias\n35700 Rennes",
    "12 rue des lilas 35000 rennes",
    "8 chemin du Moulin Vert",
    "41 bd Voltaire, bât. C, 75011 Paris",
    "résidence Les Tilleuls, bât. B, appt 12, 69003 Lyon",
    "lieu-dit Le Grand Pré, 07290 Quintenas",
    "BP 12, 07102 Annonay Cedex",
    "Quartier Les Blaches 07200 Aubenas",
    "7 ter allée Jean-Moulin",
    "2 route de Lyon, 07430 Davézieux",
    "19 quai de la Fontaine 30900 Nîmes",
    "1 square du 8 mai 1945, 42000 Saint-Étienne",
]
STRANGERS = [
    "Zamblé",
    "Kowalczyk",
    "de La Bruyère",
    "El Amrani",
    "O'Brien",
    "Da Silva",
    "Vauquelin-Morand",
    "Traoré",
    "GUÉRINEAU",
    "van der Meer",
]
FULL = [
    "Aminata Traoré",
    "Jean-Luc GUÉRINEAU",
    "Sophie Kowalczyk",
    "KONATÉ Ibrahim",
    "Karim El Amrani",
    "MARIE GALLOIS",
]
DOSSIERS = ["1234567A", "0123456B", "9876543X", "12345678"]

PATTERNS: list[tuple[str, list[str]]] = [
    # telephone
    ("Son numéro est le {}, il répond le matin.", PHONES),
    ("Tél. : {}", PHONES),
    ("Rappeler au {} avant vendredi", PHONES),
    ("{} : à joindre demain", PHONES),
    ("Contactez-nous au {}. Merci.", PHONES),
    ("tel:{};portable de la candidate", PHONES),
    ("Elle a changé de portable ({}) en mars 2025.", PHONES),
    ("Poste de serveur, 12,50 € de l'heure, appeler {} après 14h", PHONES),
    ("mobile {} ou bureau", PHONES),
    # e-mail
    ("Écrire à {} avant le 12/01/2027.", EMAILS),
    ("Courriel : {}", EMAILS),
    ("CV reçu de <{}>", EMAILS),
    ("Envoyez votre candidature à {}, merci", EMAILS),
    # social security
    ("Numéro de sécurité sociale : {}", NIRS),
    ("NIR {} à vérifier", NIRS),
    ("son numéro de sécu est {}.", NIRS),
    ("Dossier {} complet", NIRS),
    # birth
    ("Née le {} à Valence", BIRTHS),
    ("né le {}, il cherche un CDI", BIRTHS),
    ("Date de naissance : {}", BIRTHS),
    ("DDN {} - permis B", BIRTHS),
    ("Né(e) à Lyon (69) le {}", BIRTHS[:4]),
    ("{} (date de naissance)", BIRTHS),
    ("Candidat né à Annonay, le {}.", BIRTHS),
    # bank
    ("IBAN : {}", IBANS),
    ("Virement sur {} chaque mois", IBANS),
    # post
    ("Il habite {}.", ADDRESSES),
    ("Adresse : {}", ADDRESSES),
    ("Domiciliée au {} depuis 2019", ADDRESSES),
    ("{} (domicile)", ADDRESSES),
    ("Courrier à envoyer : {} avant lundi", ADDRESSES),
    # people whom no base knows
    ("M. {} sera absent lundi.", STRANGERS),
    ("Mme {} a rappelé.", STRANGERS),
    ("Madame {}, votre entretien est confirmé.", STRANGERS),
    ("entretien avec monsieur {} mardi", STRANGERS),
    ("Dr {} a signé le certificat.", STRANGERS),
    ("Nom : {}", STRANGERS),
    ("Nom de naissance : {}", STRANGERS),
    ("Candidat : {}", STRANGERS),
    ("Je m'appelle {} et je cherche un emploi.", STRANGERS),
    ("À l'attention de Mlle {}", STRANGERS),
    ("{} est venue au rendez-vous.", FULL),
    ("J'ai reçu {} ce matin", FULL),
    ("Bonjour {},", FULL),
    ("Cordialement,\n{}", FULL),
    ("Contact : {} (accueil)", FULL),
    ("- {} : serveur, disponible", FULL),
    ("Signé : {}", FULL),
    ("Madame, Monsieur,\nJe suis {}, serveur depuis dix ans.", FULL),
    # identifiers
    ("Identifiant France Travail : {}", DOSSIERS),
    ("n° de demandeur d'emploi {}", DOSSIERS),
    ("Numéro allocataire : {}", DOSSIERS),
    ("Titre de séjour n° {}", ["9912345678", "AB1234567"]),
    ("Profil : {}", ["linkedin.com/in/awa-ndiaye-42", "https://www.linkedin.com/in/paul.petit/"]),
]
# People whom the base knows, however they are written; the secret is the surname.
KNOWN_PATTERNS: list[tuple[str, str]] = [
    ("{first} {last} cherche un poste de serveur.", "full"),
    ("{last} {first} : disponible lundi", "full"),
    ("J'ai vu {first_lower} {last_lower} hier", "full"),
    ("Dossier de {LAST} {first}", "full"),
    ("{FIRST} {LAST}", "full"),
    ("SMS pour {first} {LAST}, rendez-vous à 9 h", "full"),
    ("Mme {last} a accepté.", "bare"),
    ("M. {LAST} ne répond pas.", "bare"),
    ("monsieur {last_lower} viendra", "bare"),
    ("Rappeler Mme {first} {last}.", "full"),
    ("Madame\u00a0{last},", "bare"),
    ("{initial}. {last} confirme", "bare"),
    ("{bare_first} {bare_last}", "full"),
]


def people() -> Iterator[tuple[str, str, str]]:
    """Each known person in each pattern: the text, the first name and the surname."""
    for pattern, _ in KNOWN_PATTERNS:
        for first, last in KNOWN:
            yield (
                pattern.format(
                    first=first,
                    last=last,
                    FIRST=first.upper(),
                    LAST=last.upper(),
                    first_lower=first.lower(),
                    last_lower=last.lower(),
                    bare_first=fold(first).title(),
                    bare_last=fold(last).title(),
                    initial=first[0],
                ),
                first,
                last,
            )


def forms() -> list[tuple[str, str]]:
    """Each pattern with four of its values, in turn, so that every value is met in several patterns."""
    turns = {id(values): cycle(values) for _, values in PATTERNS}
    return [
        (pattern.format(value), value)
        for pattern, values in PATTERNS
        for value in (next(turns[id(values)]) for _ in range(max(4, len(values) // 2)))
    ]


def bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(text))


def test_more_than_two_hundred_examples_of_more_than_sixty_patterns_are_tried() -> None:
    assert len(PATTERNS) + len(KNOWN_PATTERNS) >= 60
    assert len({pattern for pattern, _ in (*PATTERNS, *KNOWN_PATTERNS)}) == len(PATTERNS) + len(KNOWN_PATTERNS)
    assert len(set(forms())) + len(set(people())) >= 200


@pytest.mark.parametrize(("text", "secret"), forms())
def test_nothing_personal_leaves(text: str, secret: str) -> None:
    pseudonyms = Pseudonyms(KNOWN)
    sent = pseudonyms.hide(text)
    left = re.sub(r"\[[A-Z_]+_\d+\]", "|", sent)
    assert bare(secret) not in bare(left)
    for word in re.findall(r"[^\W_]{3,}", secret):
        if len(word) > 2 and fold(word) not in fold(text.replace(secret, " ")):
            assert fold(word) not in fold(left), f"{word!r} leaves in {sent!r}"
    assert not re.search(r"\d{3,}", re.sub(r"\b(?:20[12]\d|12,50)\b", "", left)) or not re.search(r"\d", secret)
    assert pseudonyms.restore(sent) == text


@pytest.mark.parametrize(("text", "first", "last"), list(people()))
def test_no_known_person_leaves(text: str, first: str, last: str) -> None:
    pseudonyms = Pseudonyms(KNOWN)
    sent = pseudonyms.hide(text)
    left = words(re.sub(r"\[[A-Z_]+_\d+\]", "|", sent))
    for word in (*words(last), *words(first)):
        assert word not in left, sent
    assert pseudonyms.restore(sent) == text


def test_a_long_note_with_everything_in_it_keeps_nothing() -> None:
    pieces = [PHONES[0], EMAILS[0], NIRS[0], BIRTHS[0], IBANS[0], ADDRESSES[0], "Marie Dupont"]
    text = (
        f"Entretien du 23/11/2026. {pieces[6]}, née le {pieces[3]}, {pieces[5]}. Tél. {pieces[0]}, {pieces[1]}. "
        f"Sécu {pieces[2]}. RIB {pieces[4]}. Cherche un CDI de serveuse à Rennes, 35 h, 1 900 € brut par mois."
    )
    pseudonyms = Pseudonyms(KNOWN)
    sent = pseudonyms.hide(text)
    assert sent == (
        "Entretien du 23/11/2026. [PERSONNE_1], née le [DATE_NAISSANCE_1], [ADRESSE_1]. Tél. [TELEPHONE_1], "
        "[COURRIEL_1]. Sécu [NUMERO_SECU_1]. RIB [IBAN_1]. Cherche un CDI de serveuse à Rennes, 35 h, "
        "1 900 € brut par mois."
    )
    assert [hidden.original for hidden in pseudonyms.hidden] == [pieces[each] for each in (6, 3, 5, 0, 1, 2, 4)]
    assert pseudonyms.restore(sent) == text


UNCHANGED = [
    pytest.param("Boulanger (H/F) à Rennes", id="a trade that is a candidate's surname"),
    pytest.param("BOULANGER H/F", id="the same in capitals"),
    pytest.param("Recherche Boulanger pour CDI", id="the same in a sentence"),
    pytest.param("Poste de Boulanger en CDD", id="the same after an article"),
    pytest.param("Petit déjeuner compris, petit atelier", id="an adjective that is a surname"),
    pytest.param("Marchand de biens (H/F)", id="another trade"),
    pytest.param("Berger, meunier, couvreur : trois métiers", id="trades in lower case"),
    pytest.param("SIRET 123 456 789 00012", id="SIRET in groups"),
    pytest.param("SIRET : 12345678900012", id="SIRET in one"),
    pytest.param("SIREN 012345678", id="SIREN with a zero"),
    pytest.param("SIRET 012 345 678 00012", id="SIRET with a zero"),
    pytest.param("TVA FR12123456789", id="VAT number"),
    pytest.param("Code ROME G1803", id="ROME"),
    pytest.param("NAF 5610A", id="NAF"),
    pytest.param("Salaire : 1 900,50 € brut par mois", id="pay"),
    pytest.param("De 25 000 € à 30 000 € par an sur 12 mois", id="yearly pay"),
    pytest.param("12,02 € de l'heure, 151,67 h par mois", id="hourly pay"),
    pytest.param("Mensuel de 1867.02 Euros à 2012.50 Euros sur 12.0 mois", id="pay as the API writes it"),
    pytest.param("35 h par semaine, de 9h à 17h30", id="hours"),
    pytest.param("Horaires : 08h00-12h00 / 14h00-18h00", id="a working day"),
    pytest.param("CDD du 12/01/2027 au 30/06/2027", id="dates of a contract"),
    pytest.param("Prise de poste le 1er mars 2027", id="start"),
    pytest.param("Entretien le 03/12/2026 à 14h30", id="appointment"),
    pytest.param("Contrat du 01.02.2026 10 h par semaine", id="a date with points and an amount"),
    pytest.param("Congé de naissance du 12/01/2026", id="leave"),
    pytest.param("35000 Rennes", id="the commune of the work"),
    pytest.param("Lieu de travail : 07 - Annonay", id="department and commune"),
    pytest.param("Poste basé à Saint-Étienne (42000)", id="a commune named after a saint"),
    pytest.param("2 places de parking et 3 cours par semaine", id="places and lessons"),
    pytest.param("Possibilité de déplacement sur route", id="a road"),
    pytest.param("Lycée Victor Hugo de Valence", id="a school named after somebody"),
    pytest.param("Vente chez Yves Rocher ou Marie Blachère", id="brands that read like people"),
    pytest.param("Laboratoires Pierre Fabre", id="a firm named after somebody"),
    pytest.param("EHPAD Les Tilleuls recrute", id="a home"),
    pytest.param("France Travail vous accompagne", id="the service"),
    pytest.param("Marine marchande, pierre de taille, rose des vents", id="first names that are words"),
    pytest.param("Madame, Monsieur,", id="a salutation"),
    pytest.param("Monsieur le Maire", id="a function"),
    pytest.param("Écrire à Monsieur le Directeur de l'EHPAD", id="another function, and where"),
    pytest.param("Monsieur recherche un poste à temps plein", id="a civility and a verb"),
    pytest.param("Madame souhaite se former, elle habite à Rennes", id="a civility and another verb"),
    pytest.param("Maître-nageur, maître d'hôtel, maître-chien", id="masters of trades"),
    pytest.param("Permis B, CACES 1, 3 et 5, FIMO", id="licences"),
    pytest.param("Anglais TOEIC, logiciel AUTOCAD, habilitation BR", id="capitals that are no surname"),
    pytest.param("Départements 07, 26, 38, 42 et 69", id="departments"),
    pytest.param("Diplôme en 2019, 10 ans d'expérience, 3 postes", id="figures"),
    pytest.param("Offre n° 197XKCD du 23/11/2026", id="an offer's number"),
    pytest.param("Merci de postuler avant le 15 janvier 2027", id="thanks"),
    pytest.param("Bonjour à tous, bonjour Madame", id="greetings without a name"),
    pytest.param("Cordialement,\nL'équipe de l'agence", id="signed by a team"),
    pytest.param("Responsable : Chef d'équipe", id="a label and a function"),
    pytest.param("Nom de l'entreprise : Boulangerie du Centre", id="a firm's name"),
    pytest.param("ISO 22000, norme EN 12150-1, lot 2026-0045", id="norms and lots"),
    pytest.param("Production : 1 200 000 pièces, 10 000 000 € de chiffre", id="large amounts"),
]


@pytest.mark.parametrize("text", UNCHANGED)
def test_what_is_nobodys_stays(text: str) -> None:
    pseudonyms = Pseudonyms(KNOWN)
    assert pseudonyms.hide(text) == text
    assert pseudonyms.hidden == ()


@pytest.mark.parametrize(
    "writings",
    [
        pytest.param(["06 39 98 00 01", "+33639980001", "0033 6 39 98 00 01", "+33 (0)6.39.98.00.01"], id="telephone"),
        pytest.param(["Marie Dupont", "DUPONT Marie", "marie dupont", "Marie  DUPONT"], id="name"),
        pytest.param(["a.b@exemple.fr", "A.B@EXEMPLE.FR", "a.b [at] exemple point fr"], id="e-mail"),
        pytest.param(["né le 12/05/1987", "née le 12 mai 1987", "DDN : 1987-05-12"], id="birth"),
        pytest.param(["12 rue des Lilas, 35000 Rennes", "12 RUE DES LILAS 35000 RENNES"], id="address"),
        pytest.param(["1 87 05 35 238 001 24", "1870535238001"], id="social security"),
    ],
)
def test_one_value_has_one_placeholder_however_it_is_written(writings: list[str]) -> None:
    pseudonyms = Pseudonyms(KNOWN)
    placeholders = {tuple(re.findall(r"\[[A-Z_]+_\d+\]", pseudonyms.hide(f"Note : {each}."))) for each in writings}
    assert len(placeholders) == 1
    assert len(pseudonyms.hidden) == 1


def test_a_surname_alone_is_the_one_person_of_that_name() -> None:
    pseudonyms = Pseudonyms()
    assert pseudonyms.hide("Mme Zamblé arrive. Fanta ZAMBLÉ a signé. Zamblé est là.") == (
        "Mme [PERSONNE_1] arrive. [PERSONNE_1] a signé. [PERSONNE_1] est là."
    )
    assert pseudonyms.restore("Bonjour [PERSONNE_1]") == "Bonjour Fanta ZAMBLÉ"


def test_two_people_of_one_surname_stay_two() -> None:
    pseudonyms = Pseudonyms()
    sent = pseudonyms.hide("Fanta Zamblé et Karim Zamblé sont venus, puis Mme Zamblé seule.")
    assert sent == "[PERSONNE_1] et [PERSONNE_2] sont venus, puis Mme [PERSONNE_3] seule."
    assert pseudonyms.restore(sent) == "Fanta Zamblé et Karim Zamblé sont venus, puis Mme Zamblé seule."


def test_placeholders_stay_the_same_over_a_conversation() -> None:
    pseudonyms = Pseudonyms(KNOWN)
    first = pseudonyms.hide("Marie Dupont, 06 39 98 00 01")
    assert first == "[PERSONNE_1], [TELEPHONE_1]"
    assert pseudonyms.hide("Paul Petit, 06 39 98 00 02") == "[PERSONNE_2], [TELEPHONE_2]"
    assert pseudonyms.hide("Marie Dupont, +33639980001") == first


def test_whom_a_text_is_written_to_is_hidden_without_the_civility() -> None:
    pseudonyms = Pseudonyms([("Madame", "Zamblé"), ("Fanta", "")])
    assert pseudonyms.hide("zamblé et Fanta") == "[PERSONNE_1] et [PERSONNE_2]"


def test_what_was_typed_like_a_placeholder_is_not_ours() -> None:
    pseudonyms = Pseudonyms(KNOWN)
    typed = "Remplacez [PERSONNE_1] par Marie Dupont et \\[personne 1\\] aussi."
    sent = pseudonyms.hide(typed)
    assert sent == "Remplacez [REPERE_1] par [PERSONNE_1] et [REPERE_2] aussi."
    assert pseudonyms.restore(sent) == typed


@pytest.mark.parametrize(
    "written",
    [
        "[PERSONNE_1]",
        "[personne_1]",
        "[Personne 1]",
        "[PERSONNE 1]",
        "[ PERSONNE_1 ]",
        "[PERSONNE-1]",
        "\\[PERSONNE_1\\]",
        "\\[PERSONNE\\_1\\]",
        "[PERSONNE\\_1]",
        "[PERSONNE1]",
    ],
)
def test_a_placeholder_that_the_model_deformed_comes_back(written: str) -> None:
    pseudonyms = Pseudonyms(KNOWN)
    pseudonyms.hide("Marie Dupont")
    assert pseudonyms.restore(f"Bonjour {written}, merci.") == "Bonjour Marie Dupont, merci."


@pytest.mark.parametrize("written", ["[TÉLÉPHONE_1]", "[Téléphone 1]", "[te\u0301le\u0301phone_1]"])
def test_an_accent_in_a_placeholder_is_forgiven(written: str) -> None:
    pseudonyms = Pseudonyms()
    pseudonyms.hide("06 39 98 00 01")
    assert pseudonyms.restore(written) == "06 39 98 00 01"


@pytest.mark.parametrize(
    "written", ["[PERSONNE_2]", "[PERSONNE_11]", "[à préciser]", "[PERSONNE]", "PERSONNE_1", "[1]"]
)
def test_a_placeholder_that_was_never_given_stays(written: str) -> None:
    pseudonyms = Pseudonyms(KNOWN)
    pseudonyms.hide("Marie Dupont")
    assert pseudonyms.restore(written) == written


def test_what_is_shown_of_the_hidden_is_in_the_order_of_the_text() -> None:
    pseudonyms = Pseudonyms(KNOWN)
    pseudonyms.hide("Appeler le 06 39 98 00 01 : Paul Petit, paul@exemple.fr")
    assert [(each.placeholder, each.kind, each.original) for each in pseudonyms.hidden] == [
        ("[TELEPHONE_1]", Kind.PHONE, "06 39 98 00 01"),
        ("[PERSONNE_1]", Kind.PERSON, "Paul Petit"),
        ("[COURRIEL_1]", Kind.EMAIL, "paul@exemple.fr"),
    ]


FRAGMENTS = st.sampled_from(
    [
        *(*PHONES, *EMAILS, *NIRS, *IBANS, *ADDRESSES, *FULL, "Marie Dupont", "Mme Dupont", "né le 12/05/1987"),
        *("[PERSONNE_1]", "\\[iban 1\\]", "[", "]", "\\", "_1", "TELEPHONE", "\u200b", "e\u0301", "\n", " ", ", "),
        *("Boulanger", "0", "12"),
    ]
)
WILD = st.one_of(st.text(max_size=200), st.lists(st.one_of(FRAGMENTS, st.text(max_size=8)), max_size=8).map("".join))


@given(st.text(max_size=300))
@example("[personne\u00a01]")
@example("\\[PERSONNE_1]")
@example("[[TELEPHONE_1]]")
def test_any_text_comes_back_as_it_was(text: str) -> None:
    pseudonyms = Pseudonyms(KNOWN)
    assert pseudonyms.restore(pseudonyms.hide(text)) == text


@given(WILD)
def test_what_comes_back_differs_at_most_in_the_writing_of_a_value_written_twice(text: str) -> None:
    pseudonyms = Pseudonyms(KNOWN)
    sent = pseudonyms.hide(text)
    placeholders = re.findall(r"\[[A-Z_]+_\d+\]", sent)
    if len(placeholders) == len(set(placeholders)):
        assert pseudonyms.restore(sent) == text
    else:
        typed = {each.original for each in pseudonyms.hidden if each.kind is Kind.MARK}
        left = set(re.findall(r"\[[A-Z_]+_\d+\]", pseudonyms.restore(sent)))
        assert left <= typed


@given(WILD, st.lists(st.integers(0, 400), max_size=12))
def test_a_stream_is_restored_wherever_it_is_cut(text: str, cuts: list[int]) -> None:
    pseudonyms = Pseudonyms(KNOWN)
    sent = pseudonyms.hide(text) + " [PERSONNE_1], \\[TELEPHONE\\_1\\] [Courriel 1"
    at = [0, *sorted(min(cut, len(sent)) for cut in cuts), len(sent)]
    pieces = [sent[start:end] for start, end in pairwise(at)]
    assert "".join(pseudonyms.restore_stream(iter(pieces))) == pseudonyms.restore(sent)


def test_only_a_possible_placeholder_waits() -> None:
    pseudonyms = Pseudonyms(KNOWN)
    pseudonyms.hide("Marie Dupont")
    pieces = ["Bon", "jour [", "PERS", "ONNE_", "1", "], [à préc", "iser] [nu", "it]"]
    came = list(pseudonyms.restore_stream(iter(pieces)))
    assert came == ["Bon", "jour ", "Marie Dupont, [à préc", "iser] ", "[nuit]"]


def test_what_waited_is_given_when_the_answer_breaks_off() -> None:
    def broken() -> Iterator[str]:
        yield "Bonjour [PERS"
        raise ConnectionError

    came: list[str] = []
    with pytest.raises(ConnectionError):
        came.extend(Pseudonyms().restore_stream(broken()))
    assert "".join(came) == "Bonjour [PERS"


def candidate(person: Person, first: str, last: str) -> dict[str, object]:
    return {
        "agency_id": person.agency_id,
        "candidate_id": uuid4(),
        "external_id": f"{first} {last}",
        "first_name": first,
        "last_name": last,
        "phone": "+33639980001",
        "skills": [],
        "demo": False,
    }


def test_the_known_people_of_a_text_are_those_of_the_agency(database: Database, person: Person) -> None:
    other = candidate(person, "Zoé", "Ailleurs") | {"agency_id": uuid4()}
    rows = [candidate(person, first, last) for first, last in KNOWN]
    database.transact(lambda tx: tx.insert("candidate", [*rows, other]))
    text = "Marie DUPONT, Mme Lefevre et yanis ben salah; N’Diaye a rappelé ; M. Le\u00a0Goff aussi. Zoé Ailleurs non."
    assert known_people(database, person.agency_id, text) == [
        ("Yanis", "Ben Salah"),
        ("Marie", "Dupont"),
        ("", "Le Goff"),
        ("", "Lefèvre"),
        ("", "N'Diaye"),
    ]


def test_a_text_without_words_asks_nobody(database: Database, person: Person) -> None:
    assert known_people(database, person.agency_id, " 12 ! ") == []


def test_known_people_are_hidden_without_any_sign(database: Database, person: Person) -> None:
    database.transact(lambda tx: tx.insert("candidate", [candidate(person, "Aya", "Lavignac")]))
    text = "vu lavignac ce matin, ok pour lundi"
    pseudonyms = Pseudonyms(known_people(database, person.agency_id, text))
    assert pseudonyms.hide(text) == "vu [PERSONNE_1] ce matin, ok pour lundi"
