"""Messages, summaries and rewritings without a language model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.drafting import plain_texts
from ftcore.drafting.assistant import Ask, Turn, Usage
from ftcore.drafting.offline import NO_CHANGES, NO_FREE_TALK, NO_SUCH_MANNER, OfflineWriter
from ftcore.errors import ModelError
from ftcore.outreach import sms


def written(task: str, *given: str, messages: tuple[str, ...] = ("",)) -> str:
    """What the writer makes of a task's inputs, as the page asks for it."""
    ask = Ask(
        task,
        f"{task}/1",
        "",
        tuple(Turn("user", each) for each in messages),
        materials=tuple(("", each) for each in given),
    )
    return "".join(OfflineWriter().stream(ask))


@pytest.mark.parametrize(
    ("purpose", "recipient", "text"),
    [
        pytest.param(
            "proposer un rendez-vous mardi 10 h à l'agence",
            "Marie Dupont",
            "Bonjour Marie, votre conseiller France Travail. Je vous propose un rendez-vous mardi 10 h à l'agence.",
            id="an order to the assistant becomes a sentence to its reader",
        ),
        pytest.param(
            "Votre dossier est complet.",
            "",
            "Bonjour, votre conseiller France Travail. Votre dossier est complet.",
            id="a sentence stays as it is, and nobody is named",
        ),
        pytest.param(
            "Êtes-vous libre jeudi ?",
            "Ali",
            "Bonjour Ali, votre conseiller France Travail. Etes-vous libre jeudi ?",
            id="a question keeps its mark, a costly capital loses its accent",
        ),
    ],
)
def test_an_sms_says_who_writes_and_what_was_typed(purpose: str, recipient: str, text: str) -> None:
    assert written("sms", purpose, *([recipient] if recipient else [])) == text
    assert sms.gsm_safe(text) == text


def test_an_email_has_a_subject_a_paragraph_a_sentence_and_an_end() -> None:
    text = written("email_candidate", "inviter à un atelier CV jeudi 14 h. Apporter une pièce d'identité.", "M. Petit")
    assert text == (
        "Objet : À un atelier CV jeudi 14 h\n\nBonjour M. Petit,\n\nJe vous invite à un atelier CV jeudi 14 h.\n\n"
        "Apporter une pièce d'identité.\n\nBien cordialement,\nVotre conseiller France Travail"
    )


def test_a_summary_sorts_the_notes_and_says_that_sensitive_ones_are_left_out() -> None:
    text = written(
        "summary",
        "Dix ans de caisse. Souhaite devenir aide-soignante. Dispo de suite, permis B. "
        "Va envoyer son CV avant le 12 décembre. A des soucis de santé, deux enfants.",
    )
    assert text == (
        "Parcours et compétences\n- Dix ans de caisse\n\nProjet\n- Souhaite devenir aide-soignante\n\n"
        "Disponibilité et mobilité\n- Dispo de suite, permis B\n\n"
        "Actions convenues\n- Va envoyer son CV avant le 12 décembre\n\n" + plain_texts.LEFT_OUT
    )
    assert "enfants" not in text


@pytest.mark.parametrize(
    ("manner", "text", "rewritten"),
    [
        pytest.param(
            "Plus court",
            "Nous sommes à la recherche d'un serveur au sein de notre équipe afin de servir.",
            "Nous cherchons un serveur dans notre équipe pour servir.",
            id="long turns of phrase",
        ),
        pytest.param(
            "Mots plus simples (manière FALC)",
            "Rémunération : 12 € ; vous devrez effectuer le ménage. Candidatez ultérieurement.",
            "Salaire : 12 €.\nVous devrez faire le ménage.\nCandidatez plus tard.",
            id="everyday words, one sentence a line",
        ),
    ],
)
def test_a_text_is_rewritten_by_rules(manner: str, text: str, rewritten: str) -> None:
    assert written("rewrite", manner, text) == rewritten


def test_two_documents_are_compared_sentence_by_sentence() -> None:
    text = written(
        "compare",
        "Comparer",
        "CDI à Rennes.\nSalaire : 12 €\nRepos le lundi.",
        "CDI à Rennes.\nSalaire : 13 €\nTickets repas.",
    )
    assert text == (
        "Seulement dans le premier\n- Repos le lundi\n\nSeulement dans le second\n- Tickets repas\n\n"
        "Dit différemment\n- « Salaire : 12 € » et « Salaire : 13 € »"
    )


def test_merged_documents_keep_both_versions_of_what_contradicts() -> None:
    text = written(
        "compare", "Fusionner", "CDI à Rennes.\nSalaire : 12 €", "CDI à Rennes.\nSalaire : 13 €\nTickets repas."
    )
    assert (
        text
        == "CDI à Rennes.\nSalaire : 12 €\n- À vérifier : « Salaire : 12 € » ou « Salaire : 13 € »\n- Tickets repas"
    )


def test_a_later_message_adds_to_the_notes_of_an_offer() -> None:
    text = written("offer", "Cherche serveur à Rennes", messages=("", "CDI 35 h"))
    assert "- Contrat : CDI" in text
    assert text.startswith("Titre : Serveur (H/F)")


@pytest.mark.parametrize(
    ("task", "inputs", "messages", "said"),
    [
        pytest.param("free", (), ("Bonjour",), NO_FREE_TALK, id="no free talk"),
        pytest.param("rewrite", ("Plus chaleureux", "x"), ("",), NO_SUCH_MANNER, id="warmth needs a model"),
        pytest.param("sms", ("x",), ("", "plus court"), NO_CHANGES, id="changes by message need a model"),
        pytest.param("relance", ("x",), ("",), NO_FREE_TALK, id="a prompt of the agency needs a model"),
    ],
)
def test_what_only_a_model_can_do_is_said(
    task: str, inputs: tuple[str, ...], messages: tuple[str, ...], said: str
) -> None:
    with pytest.raises(ModelError) as raised:
        written(task, *inputs, messages=messages)
    assert raised.value.reason == said


@given(st.text(max_size=300), st.text(max_size=100))
def test_no_text_whatever_breaks_the_rules(text: str, other: str) -> None:
    for work in (plain_texts.write_summary, plain_texts.shorter, plain_texts.simpler):
        assert isinstance(work(text), str)
    for both in (plain_texts.write_sms, plain_texts.write_email, plain_texts.compare, plain_texts.merge):
        assert isinstance(both(text, other), str)


def test_the_writer_tells_once_what_it_took_and_ends_when_stopped() -> None:
    heard: list[Usage] = []
    ask = Ask("offer", "offer/2", "", (Turn("user", "x"),), materials=(("Notes", "Cherche serveur à Rennes"),))
    assert "".join(OfflineWriter().stream(ask, told=heard.append)).startswith("Titre")
    assert [(usage.tokens_in, usage.tokens_out) for usage in heard] == [(0, 0)]
