"""Drafting with a language model: the seam, the prompt and its guards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from ftcore.errors import FtError

PROMPTS = Path(__file__).parent / "prompts"
LONGEST_NOTES = 8_000


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the exchange with a model."""

    role: Literal["user", "assistant"]
    text: str


class ChatModel(Protocol):
    """What writes a text. `is_ai` False means that no language model is behind it."""

    @property
    def name(self) -> str: ...

    @property
    def is_ai(self) -> bool: ...

    def stream(self, system: str, turns: Sequence[Turn]) -> Iterator[str]:
        """Yield the answer in pieces. Raises ModelError, also after some pieces: what came is partial."""
        ...


def draft_offer(model: ChatModel, notes: str) -> Iterator[str]:
    """Start the draft of an offer from a counselor's notes and return its pieces.

    Raises FtError at once when the notes are empty or longer than 8,000 characters; ModelError
    comes while reading the pieces.
    """
    notes = notes.strip()
    if not notes:
        raise FtError("Écrivez d'abord quelques notes : le poste, le lieu, le contrat, les horaires, le salaire.")
    if len(notes) > LONGEST_NOTES:
        raise FtError(
            f"Ces notes comptent {_count(len(notes))} caractères ; {_count(LONGEST_NOTES)} au plus sont acceptés. "
            "Gardez l'essentiel du poste."
        )
    return model.stream(_prompt("offer"), [Turn("user", notes)])


def _prompt(name: str) -> str:
    return (PROMPTS / f"{name}.md").read_text(encoding="utf-8")


def _count(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")
