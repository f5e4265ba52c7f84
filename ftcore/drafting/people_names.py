"""Rules that find people's names: those a base knows, and those that a civility, a label or their form gives away."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from ftcore.drafting import name_cues
from ftcore.drafting.name_tokens import LONGEST, Token, Tokens
from ftcore.drafting.name_words import (
    CAPITALS,
    CIVILITIES,
    FIRST_NAMES,
    NAMED_AFTER,
    NO_NAMES,
    PARTICLES,
    THINGS,
    WORDS,
)

_SHORT_CIVILITIES = frozenset(["m", "mm", "mme", "mmes", "mlle", "melle", "mr"])
_SEVERAL = frozenset(["mm", "mmes", "messieurs", "mesdames", "mlles"])
_OF_TRADES = frozenset(["maitre", "docteur", "professeur", "me"])


@dataclass(frozen=True, slots=True)
class Named:
    """A person's name in a text: the keys of the first name and the surname, "" for what is not said."""

    start: int
    end: int
    first: str
    last: str


def given_away(tokens: Tokens) -> Iterator[Named]:
    """The names that no base needs to know."""
    for number, token in enumerate(tokens.all):
        if token.key in CIVILITIES:
            yield from _after_civility(tokens, number)
        if token.capital and _has_form(tokens, number, end := tokens.run(number, LONGEST)):
            yield _named(tokens, number, end)
    yield from _after(tokens, name_cues.NAME_LABEL, any_case=True)
    yield from _after(tokens, name_cues.LABEL)
    yield from _after(tokens, name_cues.CALLED, any_case=True)
    yield from _after(tokens, name_cues.GREETING, first=True)
    yield from _after(tokens, name_cues.SIGNED, first=True)


def known(tokens: Tokens, people: Mapping[str, Collection[str]], sure: Collection[str]) -> Iterator[Named]:
    """The names of these people, surname → first names: in full in any case, alone where it can hardly be another word.

    Those whose surname is not `sure` count alone only with a capital.
    """
    full: dict[str, tuple[str, str]] = {}
    for last, firsts in people.items():
        for first in filter(None, firsts):
            full[first + last] = full[last + first] = (first, last)
    number = 0
    while number < len(tokens.all):
        found = None
        for length in range(1, 2 * LONGEST + 1):
            key = tokens.key(number, length)
            if not key:
                break
            if key in full:
                end = number + length
                found = Named(tokens.all[number].start, tokens.all[end - 1].end, *full[key])
            elif key in people and length <= LONGEST and (named := _surname(tokens, number, length, key, key in sure)):
                end, found = number + length, named
        if found is not None:
            yield found
        number = number + 1 if found is None else end


def alone(tokens: Tokens, firsts: Collection[str]) -> Iterator[Named]:
    """First names that stand alone: of people who were named, and frequent ones."""
    for number, token in enumerate(tokens.all):
        if not token.capital or tokens.named_after(number) or tokens.is_brand(number):
            continue
        of_somebody = (
            token.key in firsts and token.word not in NO_NAMES and (token.key not in WORDS or tokens.amid(number))
        )
        frequent = token.key in FIRST_NAMES and token.key not in WORDS and len(token.key) > 3 and not token.capitals
        if of_somebody or frequent:
            yield Named(token.start, token.end, token.key, "")


def _surname(tokens: Tokens, number: int, length: int, key: str, sure: bool) -> Named | None:
    """A surname alone, with the word or the initial before it that is its first name."""
    parts = tokens.all[number : number + length]
    start, end = parts[0].start, parts[-1].end
    capital = any(part.capital for part in parts)
    if capital and number and _is_initial(tokens, number - 1):
        return Named(tokens.all[number - 1].start, end, "", key)
    if capital and number and _may_be_first(tokens, number - 1, name_cues.VERB):
        return Named(tokens.all[number - 1].start, end, tokens.all[number - 1].key, key)
    last = number + length - 1
    if capital and (name_cues.ABOUT.search(tokens.before(number)) or name_cues.ACTS.match(tokens.after(last))):
        hides = True
    elif all(part.is_word or part.key in CAPITALS or part.key in PARTICLES for part in parts):
        hides = capital and tokens.amid(number) and not name_cues.TITLE.match(tokens.after(last))
    elif all(part.key in FIRST_NAMES for part in parts):
        hides = capital and not tokens.named_after(number)
    else:
        hides = len(key) > 2 if capital else sure and len(key) > 3
    return Named(start, end, "", key) if hides else None


def _is_initial(tokens: Tokens, number: int) -> bool:
    """The "J." of "J. Petit"; "M." is a civility, "À" and "Y" are words."""
    token = tokens.all[number]
    return len(token.raw) == 1 and token.capital and token.raw not in "MÀAY" and tokens.gap(number) in (". ", ".", " ")


def _may_be_first(tokens: Tokens, number: int, verb: re.Pattern[str]) -> bool:
    """A capitalised word before a name, which is no other word and not the verb that opens the sentence."""
    token = tokens.all[number]
    if not token.capital or token.capitals or tokens.gap(number) != " " or len(token.raw) < 2:
        return False
    if token.is_word or token.key in NAMED_AFTER or token.key in CIVILITIES or token.key in PARTICLES:
        return False
    return not verb.search(token.raw)


def _has_form(tokens: Tokens, number: int, end: int) -> bool:
    """Reads like "Marie Dupont", "Kouadio ASSEMIEN" or "DUPONT Marie"."""
    if end - number < 2 or tokens.named_after(number) or tokens.is_brand(number):
        return False
    token, following, last = tokens.all[number], tokens.all[number + 1], tokens.all[end - 1]
    if token.is_first:
        thing = token.key in THINGS and all(each.is_word for each in tokens.all[number + 1 : end])
        words_only = token.key in WORDS and token.capitals and last.key in WORDS
        return not (thing or words_only) or (last.capitals and not token.capitals)
    if following.is_first and not following.capitals:
        if token.capitals:
            return len(token.raw) > 2 and token.key not in NAMED_AFTER
        return end <= number + 3 and _may_be_first(tokens, number, re.compile(r"(?:er|ir|ez|oir|ons)$"))
    if not following.capitals or token.capitals or not token.raw[0].isupper() or len(token.raw) < 3:
        return False
    return len(following.key) > 3 and not any(
        each.key in WORDS or each.key in NAMED_AFTER for each in (token, following)
    )


def _after_civility(tokens: Tokens, number: int) -> Iterator[Named]:
    token, start = tokens.all[number], number + 1
    between = r"\.?[ \t]{0,2}|\.?[ ]?\n" if token.key in _SHORT_CIVILITIES else r"\.?[ \t]{1,2}"
    if start == len(tokens.all) or not re.fullmatch(between, tokens.gap(number)):
        return
    following = tokens.all[start]
    pointed = tokens.gap(number).startswith(".")
    if token.key in ("m", "me", "pr", "mm") and not (token.capital and (following.capital or pointed)):
        return
    if following.word in NO_NAMES - PARTICLES or following.key in CIVILITIES or tokens.is_brand(number):
        return
    if following.raw in ("le", "la") and start + 1 < len(tokens.all) and tokens.all[start + 1].is_word:
        return  # "Monsieur le Directeur"
    if token.key in _OF_TRADES and (following.key in WORDS or not following.capital):
        return
    end = tokens.run(start, LONGEST)
    if not following.capital and following.key not in PARTICLES and len(following.key) > 2:
        # "mme dupont", and with a first name two words: "mme marie dupont".
        end = start + 1
        if following.is_first and tokens.run(start, 2, any_case=True) == start + 2:
            end = start + 2
    if end > start:
        yield _named(tokens, start, end)
    two = token.key in _SEVERAL and end + 1 < len(tokens.all) and tokens.all[end].key == "et"
    if two and (other := tokens.run(end + 1, LONGEST)) > end + 1:
        yield _named(tokens, end + 1, other)


def _after(tokens: Tokens, cue: re.Pattern[str], *, any_case: bool = False, first: bool = False) -> Iterator[Named]:
    for match in cue.finditer(tokens.text):
        number = tokens.at(match.end())
        if number is None or tokens.all[number].key in CIVILITIES:
            continue
        end = tokens.run(number, LONGEST, any_case=any_case)
        if end > number and (any_case or not all(token.is_word for token in tokens.all[number:end])):
            labelled = any_case and name_cues.FIRST_NAME_LABEL.match(match.group()) is not None
            yield _named(tokens, number, end, first=first or labelled)


def _named(tokens: Tokens, number: int, end: int, *, first: bool = False) -> Named:
    """A name from its words: which of them are the first name and which the surname."""
    parts = tokens.all[number:end]
    span = (parts[0].start, parts[-1].end)
    if len(parts) == 1:
        return Named(*span, parts[0].key, "") if first and not parts[0].capitals else Named(*span, "", parts[0].key)
    loud = [part for part in parts if part.capitals]
    if 0 < len(loud) < len(parts):
        quiet = [part for part in parts if not part.capitals and part.key not in PARTICLES]
        return Named(*span, _joined(quiet), _joined(loud))
    if not parts[0].is_first and parts[-1].is_first:
        return Named(*span, parts[-1].key, _joined(parts[:-1]))
    if parts[0].key in PARTICLES:
        return Named(*span, "", _joined(parts))
    count = 1
    while count < len(parts) - 1 and parts[count].is_first:
        count += 1
    return Named(*span, _joined(parts[:count]), _joined(parts[count:]))


def _joined(parts: list[Token]) -> str:
    return "".join(part.key for part in parts)
