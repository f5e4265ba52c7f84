"""Personal data stays home: what would tell who somebody is leaves as a placeholder, and is put back in the answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from ftcore.database import Database
from ftcore.drafting import people_names
from ftcore.drafting.glyphs import Reading
from ftcore.drafting.name_tokens import LONGEST, Tokens, name_key
from ftcore.drafting.name_words import CIVILITIES, NO_NAMES
from ftcore.drafting.people_names import Named
from ftcore.drafting.personal_data import Found, Kind, personal_data
from ftcore.text import fold, words

# What a model may make of a placeholder: another case, accents, spaces, escaped brackets and underscores.
_JOINT = r"\\?[ _\-]"
_KINDS = "|".join(rf"(?:{_JOINT}){{1,2}}".join(kind.split("_")).replace("E", "(?:e\u0301?|é)") for kind in Kind)
_BODY = rf"[ \t]{{0,2}}({_KINDS})(?:{_JOINT}){{0,2}}([0-9]{{1,6}})[ \t]{{0,2}}"
_PLACEHOLDER = re.compile(rf"\\\[{_BODY}\\\]|\[{_BODY}\]", re.IGNORECASE)
_LONGEST = 48
_BARE = {kind.value.replace("_", ""): kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Hidden:
    """What was hidden: its placeholder, its kind, and its first writing (of a person, the first in full)."""

    placeholder: str
    kind: Kind
    original: str


@dataclass(slots=True)
class _Somebody:
    first: str
    last: str
    placeholder: str


class Pseudonyms:
    """The placeholders of one conversation: one value has one, however it is written, and keeps it."""

    def __init__(self, known: Iterable[tuple[str, str]] = ()) -> None:
        self._known: dict[str, set[str]] = {}
        for first, last in known:
            first_key, last_key = _bare_name(first), _bare_name(last)
            if not last_key:
                first_key, last_key = "", first_key
            if last_key:
                self._known.setdefault(last_key, set()).add(first_key)
        self._named: dict[str, set[str]] = {}
        self._people: list[_Somebody] = []
        self._by_key: dict[tuple[Kind, str], str] = {}
        self._hidden: dict[str, Hidden] = {}

    @property
    def hidden(self) -> tuple[Hidden, ...]:
        """What was hidden so far, in the order in which it appeared."""
        return tuple(self._hidden.values())

    def hide(self, text: str) -> str:
        """The text with a placeholder for each piece of personal data, and for what only looks like a placeholder."""
        reading = Reading(text)
        parts: list[str] = []
        done = 0
        for found in _apart(
            [*_marks(reading.text), *personal_data(reading.text), *self._names(reading.text)], reading.text
        ):
            start, end = reading.span(found.start, found.end)
            if start < done:
                continue
            parts += (text[done:start], self._placeholder(found, text[start:end]))
            done = end
        return "".join(parts) + text[done:]

    def restore(self, text: str) -> str:
        """The text with what was hidden back in its place; a placeholder that was never given stays as it is."""
        return _PLACEHOLDER.sub(self._original, text)

    def restore_stream(self, pieces: Iterator[str]) -> Iterator[str]:
        """The same for a text that comes in pieces; only what may be the beginning of a placeholder waits."""
        held = ""
        try:
            for piece in pieces:
                held += piece
                ready = _beginning(held)
                if ready:
                    restored, held = self.restore(held[:ready]), held[ready:]
                    yield restored
        except Exception:
            # What came is kept, also when the answer breaks off.
            if held:
                yield self.restore(held)
            raise
        if held:
            yield self.restore(held)

    def _original(self, match: re.Match[str]) -> str:
        word, number = filter(None, match.groups())
        kind = _BARE[re.sub(r"[^A-Z]", "", fold(word).upper())]
        hidden = self._hidden.get(f"[{kind}_{int(number)}]")
        return hidden.original if hidden else match.group()

    def _names(self, text: str) -> list[Found]:
        tokens = Tokens(text)
        given = list(people_names.given_away(tokens))
        for named in given:
            if named.last:
                self._named.setdefault(named.last, set()).add(named.first)
        everybody = {
            last: firsts | self._named.get(last, set()) for last, firsts in (self._named | self._known).items()
        }
        found = [*given, *people_names.known(tokens, everybody, self._known)]
        for named in found:
            if named.last:
                self._named.setdefault(named.last, set()).add(named.first)
        firsts = {first for group in self._named.values() for first in group} - {""}
        return [_person(named) for named in (*found, *people_names.alone(tokens, firsts))]

    def _placeholder(self, found: Found, original: str) -> str:
        if found.kind is Kind.PERSON:
            return self._of_person(found.key, original)
        key = (found.kind, found.key)
        if key not in self._by_key:
            self._by_key[key] = self._new(found.kind, original)
        return self._by_key[key]

    def _of_person(self, key: str, original: str) -> str:
        first, _, last = key.partition("|")
        same = [somebody for somebody in self._people if somebody.last == last]
        if first:
            exact = [somebody for somebody in same if somebody.first == first]
            # A surname that came before its first name, and is nobody else's, was this person.
            others = self._named.get(last, set()) - {"", first}
            open_ = [somebody for somebody in same if not somebody.first] if not others else []
        else:
            exact = [somebody for somebody in same if not somebody.first]
            full = [somebody for somebody in same if somebody.first]
            open_ = full if len(full) == 1 and len(self._named.get(last, set()) - {""}) <= 1 else []
        for somebody in (*exact, *open_):
            if first and not somebody.first:
                somebody.first = first
                # The answer then names them in full.
                self._hidden[somebody.placeholder] = replace(self._hidden[somebody.placeholder], original=original)
            return somebody.placeholder
        self._people.append(_Somebody(first, last, self._new(Kind.PERSON, original)))
        return self._people[-1].placeholder

    def _new(self, kind: Kind, original: str) -> str:
        number = sum(hidden.kind is kind for hidden in self._hidden.values()) + 1
        placeholder = f"[{kind}_{number}]"
        self._hidden[placeholder] = Hidden(placeholder, kind, original)
        return placeholder


def known_people(database: Database, agency_id: UUID, text: str) -> list[tuple[str, str]]:
    """The candidates of the agency whose surname occurs in the text, as (first name, surname), each once.

    The first name is given when it occurs too, else "". Names are compared without case and accents.
    """
    said = [token.key for token in Tokens(Reading(text).text).all]
    runs = {"".join(said[at : at + size]) for size in range(1, LONGEST + 1) for at in range(len(said))}
    keys = sorted(run for run in runs if len(run) > 1 and run not in NO_NAMES)
    if not keys:
        return []
    rows = database.rows(
        "SELECT DISTINCT first_name, last_name FROM candidate "
        "WHERE agency_id = $1 AND replace(place_key(last_name), ' ', '') IN (SELECT unnest($2::TEXT[])) "
        "ORDER BY last_name, first_name",
        agency_id,
        keys,
    )
    people = ((row["first_name"] if name_key(row["first_name"]) in runs else "", row["last_name"]) for row in rows)
    return list(dict.fromkeys(people))


def _bare_name(name: str) -> str:
    """The name as it is compared, without the civility that somebody typed with it."""
    return "".join(word for word in words(name) if word not in CIVILITIES) or name_key(name)


def _person(named: Named) -> Found:
    if not named.last:
        return Found(Kind.FIRST_NAME, named.start, named.end, named.first)
    return Found(Kind.PERSON, named.start, named.end, f"{named.first}|{named.last}")


def _marks(text: str) -> Iterator[Found]:
    """What was typed in the form of a placeholder: it is not ours, and must come back as it was."""
    for match in _PLACEHOLDER.finditer(text):
        yield Found(Kind.MARK, match.start(), match.end(), match.group())


def _apart(found: list[Found], text: str) -> list[Found]:
    """The pieces by their place, none over another: of two that overlap the surer gives the kind, both are covered."""
    apart: list[Found] = []
    rank = {id(piece): number for number, piece in enumerate(found)}
    for piece in sorted(found, key=lambda piece: (piece.start, -piece.end)):
        if apart and piece.start < apart[-1].end:
            before = apart.pop()
            surer = min(before, piece, key=lambda each: rank[id(each)])
            end = max(before.end, piece.end)
            whole = surer.kind is Kind.PERSON or (surer.start, surer.end) == (before.start, end)
            joined = Found(surer.kind, before.start, end, surer.key if whole else fold(text[before.start : end]))
            rank[id(joined)] = rank[id(surer)]
            apart.append(joined)
        else:
            apart.append(piece)
    return apart


def _beginning(text: str) -> int:
    """How much of a text can be no beginning of a placeholder."""
    opening = text.rfind("[")
    if opening >= 0 and len(text) - opening < _LONGEST:
        letters = re.sub(r"[\s_\\\-]", "", fold(text[opening + 1 :])).upper()
        shape = re.fullmatch(r"([A-Z]*)([0-9]*)", letters)
        if shape and any(bare == shape[1] if shape[2] else bare.startswith(shape[1]) for bare in _BARE):
            return opening - 1 if opening and text[opening - 1] == "\\" else opening
    return len(text) - 1 if text.endswith("\\") else len(text)
