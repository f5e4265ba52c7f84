"""What people answer, and what the rules may make of it: a wrong yes, no or STOP is worse than doubt."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.model import Reading
from ftcore.outreach.replies import read
from ftcore.text import fold

YES = (
    "Oui",
    "OUI",
    "oui !!!",
    "Oui.",
    "Ouais",
    "ok",
    "OK pour moi",
    "Okay",
    "D'accord",
    "d’accord merci",
    "Volontiers",
    "Avec plaisir",
    "oui avec plaisir",
    "Bien sûr",
    "bien sur que oui",
    "Carrément",
    "Yes",
    "Oui je suis intéressée",
    "Intéressé",
    "Bonjour, je suis très intéressée et disponible",
    "Interessee et dispo",
    "Je suis disponible",
    "Oui, disponible tout de suite",
    "Bonjour, oui ça m'intéresse",
    "Cela m’intéresse beaucoup",
    "Je veux bien",
    "Pourquoi pas",
    "Appelez-moi",
    "Oui vous pouvez m'appeler",
    "Je suis partante",
    "Preneur",
    "Oui pas de souci",
    "Oui sans problème",
    "Oui no soucis",
    "👍",
    "👍🏽",
    "oui 👍",
    "Oui, dispo le week-end",
    "ＯＵＩ",
)
NO = (
    "Non",
    "NON",
    "non merci",
    "Non, désolé.",
    "Nan",
    "No",
    "No merci",
    "Pas intéressé",
    "Je ne suis pas intéressée",
    "je suis pas du tout intéressé",
    "pas vraiment intéressé",
    "Non intéressé",
    "Je ne suis plus intéressée par ce poste",
    "Ça ne m'intéresse pas",
    "ça m'intéresse pas",
    "Ça ne m’intéresse plus",
    "Je ne suis plus disponible",
    "Pas disponible",
    "pas disponible désolée",
    "Pas disponible pour ce poste",
    "Pas pour moi",
    "J'ai déjà trouvé un emploi",
    "J'ai trouvé du travail",
    "J'ai déjà un CDI, non",
    "Je suis déjà en poste",
    "Trop loin pour moi désolé",
    "Sans façon",
    "Je refuse",
    "Je ne suis pas d'accord",
    "Pas partant",
    "👎",
)
QUESTION = (
    "C'est payé combien ?",
    "C'est à temps plein ?",
    "Quels sont les horaires",
    "Il y a un bus pour y aller ?",
    "Bonjour, est-ce qu'il faut le permis ?",
    "Oui mais c'est où ?",
    "oui, quel est le salaire ?",
    "Qui êtes-vous ?",
    "comment avez-vous eu mon numéro",
    "Non ? C'est une blague ?",
    "C'est ou exactement",
    "Je voudrais plus de renseignements",
    "?",
    "?!",
    "Pourquoi moi ?",
    "Puis-je venir lundi",
    "Trop loin ?",
)
STOP = (
    "STOP",
    "stop",
    "Stop !",
    " s\u0301top ",
    "«STOP»",
    "stop...",
    "STOP 🙏",
    "ARRET",
    "ARRÊT",
    "Arrêt",
    "arrêter",
    "Arrêtez !",
    "Unsubscribe",
    "END",
    "quit",
    "Cancel",
    "STOPALL",
    "ＳＴＯＰ",
)
UNCLEAR = (
    "",
    "   ",
    "...",
    "🙂",
    "👍👎",
    "Bonjour",
    "Merci",
    "1",
    "oui non",
    "Oui et non",
    "OUI, NON",
    "Bien sûr que non",
    "oui mais pas avant le mois prochain",
    "Oui si c'est à temps partiel",
    "oui si horaires de jour",
    "Oui à partir de janvier",
    "Oui plus tard",
    "oui pas tout de suite",
    "je sais pas trop",
    "peut-être, ça dépend des horaires",
    "ok je vais réfléchir",
    "Ok on verra",
    "Oui mais je n'ai pas de voiture",
    "Oui je n'ai pas le permis",
    "Je ne pense pas être intéressée",
    "Je ne suis pas particulièrement intéressé",
    "Je suis pas sûr d'être disponible",
    "Je suis peu intéressée",
    "ça m'intéresse moyen",
    "ça m'intéresse plus",
    "Je suis plus intéressé par la vente",
    "Je serais plutôt intéressée par un CDI",
    "Je ne dis pas non",
    "C'est pas trop loin",
    "No problem",
    "no soucis",
    "Pas de problème",
    "Non pas de souci",
    "Je suis non véhiculé",
    "Mon no de téléphone a changé",
    "Mon nº est le bon",
    "Pas disponible avant lundi",
    "Je ne suis pas disponible cette semaine",
    "Je n'ai toujours pas trouvé un emploi",
    "je veux trouvé un emploi",
    "Je ne refuse pas",
    "Je suis en formation en ce moment",
    "Oui vous vous trompez de personne",
    "Non mauvais numéro",
    "Intéressé mais pas disponible",
    "oui 👎",
    "Non 👍",
    "Stop au chômage, oui",
    "Ne m'appelez pas, stop",
    "STOP SMS",
    "Oui stop",
    "Je suis en arrêt maladie",
    "ok merci d'arrêter les messages",
    "Ok merci de ne plus me contacter",
    "Non ne me contactez plus",
    "Pourquoi vous m'écrivez ? Ne m'écrivez plus",
    "Laissez-moi tranquille",
    "ok désinscrivez-moi",
    "Plus de SMS svp non merci",
    "C'est du harcèlement",
    "نعم",
    "stop نعم",
    "ok спасибо",
    "Désintéressé",
    "ouistiti",
    "nonante",
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(body, reading, id=f"{reading}: {body!r}")
        for reading, bodies in (
            (Reading.YES, YES),
            (Reading.NO, NO),
            (Reading.QUESTION, QUESTION),
            (Reading.STOP, STOP),
            (Reading.UNCLEAR, UNCLEAR),
        )
        for body in bodies
    ],
)
def test_an_answer_is_read_as_a_person_would_or_left_to_a_person(body: str, expected: Reading) -> None:
    found = read(body)
    assert found.reading == expected, found.rule
    assert found.rule


@given(st.text(max_size=200))
@settings(deadline=None, max_examples=150)
def test_any_text_is_read_and_stop_is_never_guessed(body: str) -> None:
    found = read(body)
    assert found.reading in Reading
    if found.reading is Reading.STOP:
        assert len([c for c in fold(body) if c.isalpha()]) <= len("unsubscribe")


@given(
    st.sampled_from(["stop", "arret", "arrêt"]),
    st.lists(st.booleans(), min_size=5, max_size=5),
    st.text(alphabet=" .!,;:-–…«»\"'()\n\u00a0🙏😡", max_size=8),
    st.text(alphabet=" .!,;:-–…«»\"'()\n\u00a0🙏😡", max_size=8),
    st.sampled_from(["", "\u0301", "\u0302", "\u0308"]),
)
@settings(deadline=None, max_examples=80)
def test_stop_alone_is_stop_whatever_its_case_accents_and_punctuation(
    word: str, capitals: list[bool], before: str, after: str, accent: str
) -> None:
    cased = "".join(c.upper() if up else c for c, up in zip(word, capitals, strict=False))
    assert read(f"{before}{cased[:3]}{accent}{cased[3:]}{after}").reading is Reading.STOP


@given(
    st.sampled_from([answer for answer in (*YES, *NO) if any(c.isalpha() for c in answer)]),
    st.sampled_from([" mais pas avant mars", ", si c'est le matin", " peut-être", " stop", " ne m'écrivez plus"]),
)
@settings(deadline=None, max_examples=60)
def test_an_answer_with_a_reserve_is_never_acted_upon_unread(answer: str, reserve: str) -> None:
    assert read(answer + reserve).reading is Reading.UNCLEAR
