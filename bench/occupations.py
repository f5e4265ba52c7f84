"""From a title or a whole offer to its occupation: how often the right code comes first, or within five.

On the full ROME beside the project: the 20 real offers with the code that France Travail chose, titles written for
this project (half of them never looked at while tuning), and titles of the ROME that were left out of the index
and written as people write them. Beside them plain TF-IDF over character trigrams.
"""

from __future__ import annotations

import csv
import json
import pickle
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from uuid import uuid4

import click
import numpy as np
from scipy.sparse import csr_array

from bench import report
from ftcore.database import utc_now
from ftcore.matching.occupations import OccupationIndex
from ftcore.matching.rome_files import read_rome
from ftcore.model import Offer, OfferSource
from ftcore.text import fold

SHARED = Path(__file__).parents[2] / "shared"
TITLES = Path(__file__).parent / "titles.csv"

Find = Callable[[str], list[str]]


@click.command(name="occupations")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def occupations(as_json: bool) -> None:
    """Accuracy, speed and size of the search for an occupation."""
    rome = read_rome(SHARED / "reference" / "rome")
    entries = [(row["code"], row["label"]) for row in rome.occupations]
    titles = [(row["code"], row["title"]) for row in rome.titles]
    skills = [(row["code"], row["skill"]) for row in rome.skills if row["kind"] != "contexte"]
    started = time.perf_counter()
    index = OccupationIndex(entries + titles, skills)
    seconds = time.perf_counter() - started
    plain = _Trigrams(entries + titles)
    real = [(offer.title, code, offer) for code, offer in _real_offers()]
    with TITLES.open(encoding="utf-8", newline="") as lines:
        own = list(csv.DictReader(lines))
    rows = [
        _row("real offers, title", "this search", [(t, c) for t, c, _ in real], _by(index)),
        _row("real offers, title", "trigram TF-IDF", [(t, c) for t, c, _ in real], plain.search),
        _whole(real, index),
    ]
    for part in ("tune", "unseen"):
        pairs = [(row["text"], row["code"]) for row in own if row["part"] == part]
        rows.append(_row(f"own titles, {part}", "this search", pairs, _by(index)))
        rows.append(_row(f"own titles, {part}", "trigram TF-IDF", pairs, plain.search))
    rows += _held_out(entries, titles)
    size = len(pickle.dumps(index)) / 2**20
    rows.append({"set": "building the index, s", "by": "this search", "n": len(entries + titles), "first": seconds,
                 "within five": 0.0, "ms": 0.0})  # fmt: skip
    rows.append({"set": "the index, MiB", "by": "this search", "n": len(entries + titles), "first": size,
                 "within five": 0.0, "ms": 0.0})  # fmt: skip
    report.show("occupations", rows, as_json=as_json)


def _by(index: OccupationIndex) -> Find:
    return lambda text: [match.code for match in index.search(text, 5)]


def _row(name: str, by: str, pairs: Sequence[tuple[str, str]], find: Find) -> dict[str, str | float | int]:
    spent = []
    first = five = 0
    for text, code in pairs:
        started = time.perf_counter()
        found = find(text)
        spent.append((time.perf_counter() - started) * 1000)
        first += found[:1] == [code]
        five += code in found[:5]
    count = max(len(pairs), 1)
    return {"set": name, "by": by, "n": len(pairs), "first": first / count, "within five": five / count,
            "ms": median(spent)}  # fmt: skip


def _whole(real: Sequence[tuple[str, str, Offer]], index: OccupationIndex) -> dict[str, str | float | int]:
    offers = {str(number): offer for number, (_, _, offer) in enumerate(real)}
    pairs = [(str(number), code) for number, (_, code, _) in enumerate(real)]
    return _row("real offers, whole", "this search", pairs,
                lambda number: [match.code for match in index.suggest(offers[number], 5)])  # fmt: skip


def _real_offers() -> list[tuple[str, Offer]]:
    records = json.loads((SHARED / "offers" / "offers_sample.json").read_text(encoding="utf-8"))["resultats"]
    return [
        (
            record["romeCode"],
            Offer(uuid4(), uuid4(), record["intitule"], record["description"], None, None, OfferSource.FILE, utc_now(),
                  skills_required=tuple(skill["libelle"] for skill in record.get("competences", []))),
        )
        for record in records
    ]  # fmt: skip


def _held_out(entries: list[tuple[str, str]], titles: list[tuple[str, str]]) -> list[dict[str, str | float | int]]:
    """Titles that the index has not seen, one gender of each, some with a typo, capitals or a town."""
    rng = random.Random(5)
    shuffled = list(titles)
    rng.shuffle(shuffled)
    kept, left = shuffled[400:], shuffled[:400]
    pairs = [(_as_written(rng, title), code) for code, title in left]
    index, plain = OccupationIndex(entries + kept), _Trigrams(entries + kept)
    return [
        _row("ROME titles left out", "this search", pairs, _by(index)),
        _row("ROME titles left out", "trigram TF-IDF", pairs, plain.search),
    ]


def _as_written(rng: random.Random, title: str) -> str:
    text = rng.choice(title.split(" / ")) if " / " in title else title
    if rng.random() < 0.3 and len(text) > 6:
        place = rng.randrange(1, len(text) - 2)
        text = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    text = text.upper() if rng.random() < 0.3 else text
    return text + rng.choice(["", " (H/F)", " H/F", " - Valence", " CDI 35h"])


class _Trigrams:
    """What one gets without any thought: cosine of TF-IDF over character trigrams."""

    def __init__(self, entries: list[tuple[str, str]]) -> None:
        self._codes = [code for code, _ in entries]
        bags = [_trigrams(title) for _, title in entries]
        self._column = {gram: number for number, gram in enumerate(sorted({gram for bag in bags for gram in bag}))}
        rows = [number for number, bag in enumerate(bags) for _ in bag]
        columns = [self._column[gram] for bag in bags for gram in bag]
        counts = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(bags), len(self._column)))
        self._rarity = np.log(len(bags) / np.maximum((counts > 0).sum(axis=0), 1)) + 1
        weighed = counts.multiply(self._rarity).tocsr()
        length = np.sqrt(weighed.multiply(weighed).sum(axis=1))
        self._matrix = weighed.multiply(1 / np.maximum(length, 1e-9)[:, None]).tocsr()

    def search(self, text: str) -> list[str]:
        vector = np.zeros(len(self._column))
        for gram in _trigrams(text):
            if gram in self._column:
                vector[self._column[gram]] += self._rarity[self._column[gram]]
        close = self._matrix @ vector
        found = [self._codes[number] for number in np.argsort(-close, kind="stable")[:60]]
        return list(dict.fromkeys(found))[:5]


def _trigrams(text: str) -> list[str]:
    padded = f" {fold(text)} "
    return [padded[start : start + 3] for start in range(len(padded) - 2)]
