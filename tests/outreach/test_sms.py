"""What an SMS costs, at the edges where its price doubles, and the rewrite that avoids it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.outreach.sms import Length, dear, gsm_safe, measure, rewrites


@pytest.mark.parametrize(
    ("body", "units", "parts", "unicode"),
    [
        pytest.param("", 0, 1, False, id="nothing is still one SMS"),
        pytest.param("a" * 160, 160, 1, False, id="160 fit in one"),
        pytest.param("a" * 161, 161, 2, False, id="161 do not"),
        pytest.param("a" * 306, 306, 2, False, id="306 fit in two"),
        pytest.param("a" * 307, 307, 3, False, id="307 do not"),
        pytest.param("€" * 80, 160, 1, False, id="80 euros are 160 places"),
        pytest.param("€" * 80 + "a", 161, 2, False, id="and no letter more"),
        pytest.param("[]{}\\^~|", 16, 1, False, id="the extension table counts double"),
        pytest.param("éèàùçÉ"[:4] + "É", 5, 1, False, id="these accents are in the alphabet"),
        pytest.param("ê" + "a" * 69, 70, 1, True, id="one circumflex makes the limit 70"),
        pytest.param("ê" + "a" * 70, 71, 2, True, id="71 are two parts"),
        pytest.param("ê" + "a" * 133, 134, 2, True, id="134 fit in two"),
        pytest.param("ê" + "a" * 134, 135, 3, True, id="135 do not"),
        pytest.param("ç", 1, 1, True, id="the small cedilla is not in the alphabet"),
        pytest.param("\u00a0", 1, 1, True, id="a hard space is dear"),
        pytest.param("👍", 2, 1, True, id="an emoji takes two places"),
        pytest.param("👍" * 35, 70, 1, True, id="35 emoji fit in one"),
        pytest.param("👍" * 35 + "a", 71, 2, True, id="and no letter more than that"),
    ],
)
def test_a_text_is_measured_as_the_network_counts_it(body: str, units: int, parts: int, unicode: bool) -> None:
    assert measure(body) == Length(units, parts, unicode)


@pytest.mark.parametrize(
    ("dear", "cheap"),
    [
        pytest.param("Êtes-vous là ? À bientôt…", "Etes-vous là ? A bientot...", id="capitals, circumflex, ellipsis"),
        pytest.param("l’offre « serveur » – Paris", 'l\'offre " serveur " - Paris', id="quotes and dashes"),
        pytest.param("Mme Lœuf, 12\u202f€\u00a0/\u00a0h", "Mme Loeuf, 12 € / h", id="ligature and hard spaces"),
        pytest.param("garçon, maïs, Noël", "garcon, mais, Noel", id="cedilla and diaeresis"),
        pytest.param("Łukasz Dvořák, João, İbrahim", "Lukasz Dvorak, Joao, Ibrahim", id="names from elsewhere"),
        pytest.param("e\u0301te\u0301 a\u0300 No\u0308el", "été à Nöel", id="accents typed apart"),
        pytest.param("a\u200bb\ufeff", "ab", id="invisible characters"),
        pytest.param("½ journée, 1ᵉʳ étage", "1/2 journée, 1er étage", id="small figures"),
    ],
)
def test_french_typography_is_rewritten_in_the_cheap_alphabet(dear: str, cheap: str) -> None:
    safe = gsm_safe(dear)
    assert safe == cheap
    assert not measure(safe).unicode


def test_what_has_no_cheap_form_stays_as_it_is() -> None:
    assert gsm_safe("👍 مرحبا") == "👍 مرحبا"


GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)


@given(st.text(alphabet=GSM, max_size=400))
@settings(deadline=None, max_examples=60)
def test_a_cheap_text_is_never_changed(body: str) -> None:
    assert not measure(body).unicode
    assert gsm_safe(body) == body


@given(st.text(alphabet="aeiouyàâäéèêëîïôöùûüÿçœæÀÂÄÉÈÊËÎÏÔÖÙÛÜŸÇŒÆ’‘“”«»–—…\u00a0\u202f€ -'", max_size=120))
@settings(deadline=None, max_examples=60)
def test_every_french_text_can_be_sent_in_the_cheap_alphabet(body: str) -> None:
    safe = gsm_safe(body)
    assert not measure(safe).unicode
    assert gsm_safe(safe) == safe


@given(st.text(max_size=200), st.text(max_size=200))
@settings(deadline=None, max_examples=100)
def test_more_text_never_costs_less(body: str, more: str) -> None:
    assert 1 <= measure(body).parts <= measure(body + more).parts


@given(st.text(max_size=200))
@settings(deadline=None, max_examples=100)
def test_the_rewrite_takes_any_text_and_settles_at_once(body: str) -> None:
    assert gsm_safe(gsm_safe(body)) == gsm_safe(body)


@pytest.mark.parametrize(
    ("body", "pairs", "kept"),
    [
        pytest.param("Zoé est là", (), "", id="nothing to rewrite"),
        pytest.param("Noël à Brême, bientôt", (("ë", "e"), ("ê", "e"), ("ô", "o")), "", id="each once, in order"),
        pytest.param("« ça »", (("«", '"'), ("ç", "c"), ("»", '"')), "", id="quotes"),
        pytest.param("Ольга, œuf 👍", (("œ", "oe"),), "Ольга👍", id="what cannot be rewritten is named"),
    ],
)
def test_what_is_rewritten_and_what_cannot_be_is_told(body: str, pairs: tuple[tuple[str, str], ...], kept: str) -> None:
    assert rewrites(body) == pairs
    assert dear(gsm_safe(body)) == kept


def test_an_encoding_has_the_name_that_operators_use() -> None:
    assert [measure(body).encoding for body in ("là", "ê")] == ["GSM-7", "UCS-2"]


@given(st.text(max_size=120))
@settings(deadline=None, max_examples=100)
def test_the_rewrites_told_are_those_done(body: str) -> None:
    told = dict(rewrites(body))
    composed = unicodedata.normalize("NFC", body) if measure(body).unicode else body
    assert "".join(told.get(c, c) for c in composed) == gsm_safe(body)
    assert bool(dear(gsm_safe(body))) == measure(gsm_safe(body)).unicode
