"""What changed between two texts, word by word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.drafting.changes import Change, Piece, word_diff


@given(st.text(max_size=200), st.text(max_size=200))
def test_the_pieces_make_both_texts(before: str, after: str) -> None:
    pieces = word_diff(before, after)
    assert "".join(piece.text for piece in pieces if piece.change is not Change.ADDED) == before
    assert "".join(piece.text for piece in pieces if piece.change is not Change.REMOVED) == after


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param("CDI 35 h", "CDI 35 h", [Piece(Change.SAME, "CDI 35 h")], id="nothing changed"),
        pytest.param("", "Bonjour", [Piece(Change.ADDED, "Bonjour")], id="from nothing"),
        pytest.param(
            "un serveur",
            "un cuisinier",
            [Piece(Change.SAME, "un "), Piece(Change.REMOVED, "serveur"), Piece(Change.ADDED, "cuisinier")],
            id="one word for another, whole",
        ),
        pytest.param(
            "à Rennes le lundi soir",
            "à Rennes chaque mardi soir",
            [
                Piece(Change.SAME, "à Rennes "),
                Piece(Change.REMOVED, "le lundi"),
                Piece(Change.ADDED, "chaque mardi"),
                Piece(Change.SAME, " soir"),
            ],
            id="two changes beside each other read as one",
        ),
    ],
)
def test_a_change_is_shown_by_words(before: str, after: str, expected: list[Piece]) -> None:
    assert word_diff(before, after) == expected
