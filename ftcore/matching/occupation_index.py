"""The search from a job title, or a whole offer, to occupations: built from the referential, offline.

A title is compared with every title of the referential by its words (rare ones and the first ones count more) and
by the pieces of its words, which forgive typos. A word that no title knows, a town or a firm, counts for little.
The evidence of a code is its best title, helped by its next best ones and by its own label.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from rapidfuzz import fuzz, process
from scipy.sparse import csc_array

from ftcore.matching.titles import neuter, read_pairs, title_stems
from ftcore.model import Offer
from ftcore.text import fold, words

# How much words say beside their pieces, and how much later words of a title say beside the first.
WORDS, PIECES = 0.45, 0.55
FADING = (1.0, 0.85, 0.72, 0.6, 0.5, 0.4)
# A word that no title holds still makes a text a little less like all of them.
UNKNOWN = 0.25
# What the best title of a code is worth beside its next best ones, its label, and how often it is recruited.
SUPPORT, LABEL, FREQUENT = 0.25, 0.04, 0.08
# What the description and the listed skills add to the title of an offer.
DESCRIPTION, SKILLS = 0.35, 0.45
_TELLING = 160


@dataclass(frozen=True, slots=True)
class Match:
    """An occupation that a text may mean. `score` is 0..1; 1 is a title of the referential as it stands."""

    code: str
    label: str
    score: float


class OccupationIndex:
    """A search over `(code, title)` entries; the first entry of a code is its label.

    `skills` are `(code, skill)` pairs, by which `suggest` reads the description and skills of an offer.
    """

    def __init__(self, entries: Iterable[tuple[str, str]], skills: Iterable[tuple[str, str]] = ()) -> None:
        listed = list(entries)
        self._labels: dict[str, str] = {}
        for code, title in listed:
            self._labels.setdefault(code, title)
        # Titles of every day that the referential does not hold, where it holds their code.
        listed += [(code, title) for code, title in read_pairs("everyday_titles.csv") if code in self._labels]
        self._codes = list(self._labels)
        place = {code: number for number, code in enumerate(self._codes)}
        self._owner = np.array([place[code] for code, _ in listed], dtype=np.int32)
        stems = [title_stems(title) for _, title in listed]
        self._exact: defaultdict[frozenset[str], set[str]] = defaultdict(set)
        for (code, _), found in zip(listed, stems, strict=True):
            if found:
                self._exact[frozenset(found)].add(code)
        self._words = _Vectors([_faded(found) for found in stems])
        self._pieces = _Vectors([_pieces(found) for found in stems])
        self._vocabulary = sorted(word for word in self._words.column if len(word) > 3)
        first = {int(owner): number for number, owner in reversed(list(enumerate(self._owner)))}
        self._is_label = np.zeros(len(listed))
        self._is_label[list(first.values())] = LABEL
        frequent = {code: float(share) for code, share in read_pairs("frequent.csv")}
        self._prior = np.array([FREQUENT * frequent.get(code, 0.0) for code in self._codes])
        self._stems, self._skills = stems, list(skills)

    @cached_property
    def _profiles(self) -> _Profiles:
        """Made when the first whole offer is asked about: an import or a search by title needs none."""
        return _Profiles(self._codes, list(zip(self._owner, self._stems, strict=True)), self._skills)

    def search(self, text: str, limit: int = 10) -> list[Match]:
        """The occupations whose titles are most like the text, best first; equals by code."""
        return self._first(self._scores(text), self.find(text), limit)

    def search_many(self, texts: Iterable[str], limit: int = 10) -> list[list[Match]]:
        """`search` for each text, in their order."""
        return [self.search(text, limit) for text in texts]

    def suggest(self, offer: Offer, limit: int = 10) -> list[Match]:
        """The occupations that a whole offer means: its title first, then its description and its skills."""
        scores = self._scores(offer.title)
        skills = (*offer.skills_required, *offer.skills_desired)
        scores = scores + self._profiles.likeness(offer.title, offer.description, skills)
        exact = self.find(offer.title)
        for match in exact:
            scores[self._codes.index(match.code)] += 0.15
        top = float(scores.max()) if len(scores) else 0.0
        return self._first(scores / max(top, 1.0), [], limit)

    def find(self, text: str) -> list[Match]:
        """The occupations that have this very title, up to case, accents, gender and filler words."""
        code = text.strip().upper()
        codes = {code} if code in self._labels else self._exact.get(frozenset(title_stems(text)), set())
        return [Match(code, self._labels[code], 1.0) for code in sorted(codes)]

    def _scores(self, text: str) -> np.ndarray:
        """The evidence for each code, about 0..1."""
        if not self._codes:
            return np.zeros(0)
        found = [self._mended(stem) for stem in title_stems(text)]
        close = WORDS * self._words.cosines(_faded(found)) + PIECES * self._pieces.cosines(_pieces(found))
        close = close + self._is_label * (close > 0)
        best = np.zeros(len(self._codes))
        np.maximum.at(best, self._owner, close)
        total = np.bincount(self._owner, weights=close**4, minlength=len(self._codes))
        support = np.minimum((total - best**4).clip(0) ** 0.25, 1.0)
        scores: np.ndarray = best + SUPPORT * support + self._prior * (best > 0)
        return scores / (1 + SUPPORT + LABEL + FREQUENT)

    def _mended(self, stem: str) -> str:
        """A word of the referential that this one misspells, or the word itself."""
        if stem in self._words.column or len(stem) < 5:
            return stem
        near = process.extractOne(stem, self._vocabulary, scorer=fuzz.ratio, score_cutoff=86)
        return str(near[0]) if near else stem

    def _first(self, scores: np.ndarray, exact: Sequence[Match], limit: int) -> list[Match]:
        certain = {match.code: match for match in exact}
        rounded = np.round(scores, 6)
        order = sorted(
            (number for number in np.nonzero(rounded > 0)[0] if self._codes[number] not in certain),
            key=lambda number: (-rounded[number], self._codes[number]),
        )[:limit]
        # Only a title as it stands is certain.
        rest = [Match(self._codes[n], self._labels[self._codes[n]], min(float(rounded[n]), 0.999999)) for n in order]
        return [*certain.values(), *rest][:limit]


class _Vectors:
    """Weighted bags, each of length 1, and the cosine of a bag with all of them."""

    def __init__(self, bags: Sequence[dict[str, float]]) -> None:
        holders = Counter(item for bag in bags for item in bag)
        self.column = {item: number for number, item in enumerate(sorted(holders))}
        self._rows = len(bags)
        self._rarity = {item: math.log(1 + len(bags) / count) for item, count in holders.items()}
        self._unknown = UNKNOWN * math.log(1 + len(bags)) if bags else 1.0
        values: list[float] = []
        columns: list[int] = []
        rows: list[int] = []
        for number, bag in enumerate(bags):
            for item, weight in self._unit(bag).items():
                values.append(weight)
                columns.append(self.column[item])
                rows.append(number)
        shape = (self._rows, len(self.column))
        self._matrix = csc_array((np.array(values, dtype=np.float32), (rows, columns)), shape=shape)

    def cosines(self, bag: dict[str, float]) -> np.ndarray:
        found = np.zeros(self._rows)
        start, index, data = self._matrix.indptr, self._matrix.indices, self._matrix.data
        for item, weight in self._unit(bag).items():
            column = self.column.get(item)
            if column is not None:
                span = slice(start[column], start[column + 1])
                found[index[span]] += weight * data[span]
        return found

    def _unit(self, bag: dict[str, float]) -> dict[str, float]:
        weights = {item: weight * self._rarity.get(item, self._unknown) for item, weight in bag.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        return {item: weight / length for item, weight in weights.items()} if length else {}


class _Profiles:
    """What each occupation speaks of: the words of its titles and skills, and the skills themselves."""

    def __init__(
        self,
        codes: Sequence[str],
        titles: Sequence[tuple[int, list[str]]],
        skills: Iterable[tuple[str, str]],
    ) -> None:
        place = {code: number for number, code in enumerate(codes)}
        bags: list[Counter[str]] = [Counter() for _ in codes]
        self._holders: defaultdict[str, list[int]] = defaultdict(list)
        for code, skill in skills:
            if code in place:
                bags[place[code]].update(_stems(skill))
                self._holders[fold(skill)].append(place[code])
        self._known = bool(self._holders)
        if self._known:
            for owner, stems in titles:
                bags[int(owner)].update(stems)
        self._size = len(codes)
        self._vectors = _Vectors([{w: 1 + math.log(n) for w, n in bag.items()} for bag in bags])

    def likeness(self, title: str, description: str, skills: Sequence[str]) -> np.ndarray:
        """What the rest of an offer adds to each code: the words of its description, and its listed skills."""
        added = np.zeros(self._size)
        if not self._known or not self._size:
            return added
        said = Counter(_stems(f"{title} {description}")[:_TELLING])
        close = self._vectors.cosines({word: 1 + math.log(count) for word, count in said.items()})
        added += DESCRIPTION * close / max(float(close.max()), 0.15)
        told = np.zeros(self._size)
        for skill in skills:
            holders = self._holders.get(fold(skill), [])
            told[holders] += math.log(1 + self._size / max(len(holders), 1))
        if told.max() > 0:
            added += SKILLS * told / float(told.max())
        return added


def _stems(text: str) -> list[str]:
    return [neuter(word) for word in words(text) if len(word) > 3]


def _faded(stems: Sequence[str]) -> dict[str, float]:
    """Each word with the weight of its place: the first words of a title say what one does."""
    return {stem: FADING[min(place, len(FADING) - 1)] for place, stem in enumerate(stems)}


def _pieces(stems: Sequence[str]) -> dict[str, float]:
    """The trigrams of the words."""
    found: defaultdict[str, float] = defaultdict(float)
    for place, stem in enumerate(stems):
        padded = f" {stem} "
        for start in range(max(1, len(stem))):
            found[padded[start : start + 3]] += FADING[min(place, len(FADING) - 1)]
    return found
