"""One record of a JSON file while it is read: what could not be read or carried is noted, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ftcore import spreadsheet
from ftcore.model import FieldNote

NOT_CARRIED = "champ non repris dans l'offre"
LONGEST_VALUE = 80

T = TypeVar("T")


@dataclass
class Record:
    """One offer of the file while it is read: what is asked of it is ticked off, the rest is noted."""

    name: str
    content: dict[str, Any]
    prefix: str = ""
    notes: list[FieldNote] = field(default_factory=list)
    read: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, item: Any, position: int) -> Record:
        if not isinstance(item, dict):
            record = cls(f"offre n° {position}", {})
            record.note("resultats", item, "ce n'est pas une offre : un objet est attendu")
            return record
        identifier = item.get("id")
        name = clean(identifier)[:LONGEST_VALUE] if isinstance(identifier, str) else ""
        return cls(name or f"offre n° {position}", item)

    def note(self, name: str, value: Any, reason: str) -> None:
        self.notes.append(FieldNote(self.name, self.prefix + name, shortened(value), reason))

    def take(self, name: str, kind: type[T] | tuple[type[T], ...], expected: str) -> T | None:
        """The field when it has the right type; another type is noted, an absent field is not."""
        self.read.add(name)
        value = self.content.get(name)
        if value is None:
            return None
        # In Python a bool is an int; in the file it is not a number.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.note(name, value, f"type inattendu : {expected} attendu")
            return None
        return value

    def text(self, name: str) -> str | None:
        value = self.take(name, str, "un texte est")
        return clean(value) or None if value is not None else None

    def number(self, name: str, least: float, most: float) -> float | None:
        value: float | None = self.take(name, (int, float), "un nombre est")
        if value is not None and not least <= value <= most:
            self.note(name, value, "nombre hors des limites plausibles")
            return None
        return float(value) if value is not None else None

    def object(self, name: str) -> Record | None:
        value = self.take(name, dict, "un objet est")
        if value is None:
            return None
        return Record(self.name, value, f"{self.prefix}{name}.", self.notes)

    def objects(self, name: str) -> Iterator[Record]:
        values: list[Any] = self.take(name, list, "une liste est") or []
        for value in values:
            if isinstance(value, dict):
                yield Record(self.name, value, f"{self.prefix}{name}.", self.notes)
            else:
                self.note(name, value, "type inattendu : un objet est attendu")

    def note_the_rest(self, skip: frozenset[str] = frozenset()) -> None:
        """One note for each field that nobody asked for, unless it says nothing."""
        for name, value in self.content.items():
            if name in self.read or name in skip or value in (None, "", [], {}, False):
                continue
            # Contact details are somebody's: they are named, not copied.
            shown = "(coordonnées)" if name == "contact" else value
            self.note(clean(name)[:LONGEST_VALUE], shown, NOT_CARRIED)


def clean(text: str) -> str:
    """Text that any database can hold: no lone surrogates, no control characters but line ends and tabs."""
    sound = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")
    return "".join(c for c in sound if c in "\n\t" or (ord(c) >= 32 and ord(c) != 127)).strip()


def shortened(value: Any) -> str:
    """A value of the file on one short line, for the table of notes."""
    if value is None:
        return ""
    if isinstance(value, str):
        text = value[: LONGEST_VALUE * 4]
    else:
        try:
            text = json.dumps(value, ensure_ascii=False)
        except (ValueError, RecursionError):
            text = type(value).__name__
    text = " ".join(clean(text).split())
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def notes_csv(notes: list[FieldNote]) -> bytes:
    """The notes as a file for spreadsheets."""
    rows = ((note.record, note.field, note.value, note.reason) for note in notes)
    return spreadsheet.table_bytes(["offre", "champ", "valeur", "raison"], rows)
