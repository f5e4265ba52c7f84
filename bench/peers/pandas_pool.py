"""The same ranking in pandas, over everybody in memory: what a notebook would do, written with care.

One frame holds one agency's people. Lists and texts stay Arrow's, a tenth of the memory of Python's own; only who
may be in reach is ever copied. What an offer asks and the sentences come from the product's code, which looks into
the referentials of the embedded engine's file: that time is in it, and the floor tells how much. The conditions are
the default ones, and nobody takes turns.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from datetime import date
from pathlib import Path
from uuid import UUID

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench import national
from bench.peers.measuring import SHOWN, Answer, Line, peak_gib, timed
from bench.peers.pool import Pool
from ftcore.database import Database, Row
from ftcore.matching import pool as people_pool
from ftcore.matching.criteria import Weights
from ftcore.matching.pool import NEAR_MISS_KM, UNKNOWN_MOBILITY_KM
from ftcore.matching.ranking import EXCLUSIONS, HALVED_EVERY_DAYS, HALVED_EVERY_KM, Ranking
from ftcore.matching.reasons import ROUGH_KM, explained
from ftcore.matching.wanted import Wanted, wanted
from ftcore.model import Offer, Ranked

# What is looked at of everybody in question; the rest only of those who are shown.
_NEEDED = [
    "candidate_id", "phone", "occupation_code", "skills", "experience_years", "lat", "lon", "mobility_km",
    "available_from", "licences", "contracts", "working_time",
]  # fmt: skip


def measure(pool: Pool) -> list[Line]:
    started = time.perf_counter()
    people = read(pool.parquet)
    referentials = Database.open(str(pool.database))
    ready = time.perf_counter() - started
    lines = []
    for what, finder in (("pandas, a mask over everybody", Mask), ("pandas, grouped by occupation", Groups)):
        ranker = PandasRanking(people, referentials, finder(people))
        spent, found = timed(pool.offers, ranker.rank)
        lines.append(Line(what, spent, peak_gib(), ready, [Answer.of(ranking) for ranking in found]))
    referentials.close()
    return lines


def read(parquet: Path) -> pd.DataFrame:
    """Who is in the pool now, each column in one piece: Arrow joins the pieces of a column whenever it picks rows."""
    here = pc.field("left_utc").is_null()
    columns = {}
    # One column after the other, so that only one is ever held twice.
    for name in pq.read_schema(parquet).names:
        column = pq.read_table(parquet, columns=[name], filters=here).combine_chunks().column(0)
        columns[name] = pd.Series(pd.arrays.ArrowExtensionArray(column))
    return pd.DataFrame(columns, copy=False)


class Mask:
    """Who is of these occupations, by looking at everybody."""

    def __init__(self, people: pd.DataFrame) -> None:
        self._codes = people["occupation_code"].astype("category")

    def __call__(self, codes: Collection[str]) -> np.ndarray:
        return np.flatnonzero((self._codes.isin(list(codes)) | self._codes.isna()).to_numpy())


class Groups:
    """Who is of these occupations, from a list kept by occupation."""

    def __init__(self, people: pd.DataFrame) -> None:
        codes = people["occupation_code"].astype("category")
        self._places: dict[str, np.ndarray] = dict(codes.groupby(codes, observed=True).indices)  # type: ignore[arg-type]
        self._nameless = np.flatnonzero(codes.isna().to_numpy())

    def __call__(self, codes: Collection[str]) -> np.ndarray:
        return np.concatenate([*(self._places[code] for code in codes if code in self._places), self._nameless])


class PandasRanking:
    """Ranks one agency's people for an offer with an occupation and a place, as `ftcore.matching.ranking` does."""

    def __init__(
        self,
        people: pd.DataFrame,
        referentials: Database,
        of_occupations: Callable[[Collection[str]], np.ndarray],
        opted_out: Collection[str] = (),
        unreachable: Collection[str] = (),
    ) -> None:
        self._people, self._referentials, self._of_occupations = people, referentials, of_occupations
        self._opted_out, self._unreachable = list(opted_out), list(unreachable)
        self._lat, self._lon, self._mobility = (
            people[name].to_numpy(np.float64, na_value=np.nan) for name in ("lat", "lon", "mobility_km")
        )

    def rank(self, offer: Offer, limit: int = SHOWN) -> Ranking:
        ask = wanted(self._referentials, self._referentials, offer, national.TODAY)
        shares = ask.shares(Weights())
        relevant = self._of_occupations(ask.near)
        places, km = self._in_reach(relevant, ask)
        some = self._people[_NEEDED].take(places).reset_index(drop=True)
        excluded_by = self._excluded(some, km, self._mobility[places], ask)
        counts = {name: int((excluded_by == name).sum()) for name in EXCLUSIONS}
        nearly = counts["within_mobility"]
        counts["near_occupations"] = len(self._people) - len(relevant)
        counts["within_mobility"] += len(relevant) - len(places)
        kept = np.flatnonzero(excluded_by == "")
        some, places, km = some.take(kept).reset_index(drop=True), places[kept], km[kept]
        degree = some["occupation_code"].map(ask.near).to_numpy(np.float64, na_value=np.nan)
        parts = _parts(some, ask, shares, degree, km, self._mobility[places])
        means = {name: _mean(part) for name, part in parts.items()}
        score = _to_four(sum(share * np.where(np.isnan(parts[name]), means[name], parts[name])
                             for name, share in shares.items()))  # fmt: skip
        known = _to_four(sum(np.where(np.isnan(parts[name]), 0.0, share) for name, share in shares.items()))
        first = _first(some["candidate_id"], score, known, limit)
        rows = [
            {"degree": _known(degree[n]), "km": _known(km[n]), "score": float(score[n]), "confidence": float(known[n])}
            | {f"{name}_part": _known(part[n]) for name, part in parts.items()}
            | {f"{name}_mean": mean for name, mean in means.items()}
            for n in first
        ]
        return Ranking(
            people=self._explained(places[first], rows, ask, shares),
            considered=len(self._people),
            excluded={label: counts[name] for name, label in EXCLUSIONS.items() if counts[name]},
            nearly=nearly,
        )

    def _in_reach(self, relevant: np.ndarray, ask: Wanted) -> tuple[np.ndarray, np.ndarray]:
        """Who of them lives within reach or little beyond it, and how far: latitude first."""
        place = ask.offer.place
        if place is None or place.lat is None or place.lon is None:
            return relevant, np.full(len(relevant), np.nan)
        lat, goes = self._lat[relevant], _goes(self._mobility[relevant]) + _slack(ask) + NEAR_MISS_KM
        near = np.isnan(lat) | (np.abs(lat - place.lat) * 111.0 <= goes)
        relevant, goes = relevant[near], goes[near]
        km = _distance_km(self._lat[relevant], self._lon[relevant], place.lat, place.lon)
        near = np.isnan(km) | (km <= goes)
        return relevant[near], km[near]

    def _excluded(self, some: pd.DataFrame, km: np.ndarray, mobility: np.ndarray, ask: Wanted) -> np.ndarray:
        """The first condition that excludes each person, or nothing."""
        licences = _held(some["licences"], ask.blocking_licences)
        tests = {
            "opted_out": some["phone"].isin(self._opted_out).to_numpy(bool),
            "unreachable": some["phone"].isin(self._unreachable).to_numpy(bool),
            "licences": licences.sum(axis=1) < len(ask.blocking_licences),
            "within_mobility": km > _goes(mobility) + _slack(ask),
        }
        tests["licences"] &= some["licences"].notna().to_numpy(bool)
        return np.select(list(tests.values()), list(tests), default="")

    def _explained(self, places: np.ndarray, rows: list[Row], ask: Wanted, shares: dict[str, float]) -> list[Ranked]:
        records = pa.Table.from_pandas(self._people.take(places), preserve_index=False).to_pylist()
        found = []
        for record, row in zip(records, rows, strict=True):
            ids = {name: UUID(record[name]) for name in ("agency_id", "candidate_id")}
            label = ask.labels.get(record["occupation_code"])
            found.append(explained(people_pool.from_row(record | ids), row | {"proposed": 0}, ask, shares, label))
        return found


def _parts(
    some: pd.DataFrame, ask: Wanted, shares: dict[str, float], degree: np.ndarray, km: np.ndarray, mobility: np.ndarray
) -> dict[str, np.ndarray]:
    """Each criterion's part, 0 to 1, or NaN where the person's side is unknown."""
    works: dict[str, Callable[[], np.ndarray]] = {
        "occupation": lambda: degree,
        "skills": lambda: _skills(some["skills"], ask),
        "experience": lambda: _experience(some["experience_years"], ask.experience or 0.0),
        "distance": lambda: _distance(km, mobility),
        "availability": lambda: _availability(some["available_from"], ask),
        "prerequisites": lambda: _share_of(some["licences"], ask.licences),
        "wishes": lambda: _wishes(some, ask),
    }
    return {name: works[name]() for name in shares}


def _skills(skills: pd.Series, ask: Wanted) -> np.ndarray:
    held = _held(skills, list(ask.skills))
    total, full = np.zeros(len(skills)), 0.0
    # One skill after the other, as the engine adds them: the sums are the same to the last bit.
    for place, weight in enumerate(ask.skills.values()):
        total += held[:, place] * weight
        full += weight
    return np.where(_lengths(skills) > 0, total / full, np.nan)


def _experience(years: pd.Series, asked: float) -> np.ndarray:
    share: np.ndarray = np.minimum(years.to_numpy(np.float64, na_value=np.nan) / asked, 1.0)
    return share


def _distance(km: np.ndarray, mobility: np.ndarray) -> np.ndarray:
    nearness = np.power(0.5, np.minimum(km / HALVED_EVERY_KM, 500.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        goes = np.where(km <= mobility, 1.0, mobility / km)
    return np.where(np.isnan(mobility), nearness, 0.5 * nearness + 0.5 * goes)


def _availability(free: pd.Series, ask: Wanted) -> np.ndarray:
    since = pc.cast(pa.array(free), pa.int32()).to_numpy(zero_copy_only=False).astype(np.float64)
    days = since - (ask.starts - date(1970, 1, 1)).days
    share: np.ndarray = np.power(0.5, np.clip(days / HALVED_EVERY_DAYS, 0.0, 500.0))
    return share


def _wishes(some: pd.DataFrame, ask: Wanted) -> np.ndarray:
    fits = []
    if ask.contract is not None:
        fits.append(_share_of(some["contracts"], [ask.contract]))
    if ask.working_time is not None:
        hours = some["working_time"]
        fits.append(np.where(hours.isna(), np.nan, hours.isin([ask.working_time, "any"])))
    # Where one of them is unknown, the other stands for both.
    return (np.where(np.isnan(fits[0]), fits[-1], fits[0]) + np.where(np.isnan(fits[-1]), fits[0], fits[-1])) / 2.0


def _share_of(lists: pd.Series, asked: Sequence[str]) -> np.ndarray:
    return np.where(lists.isna(), np.nan, _held(lists, asked).sum(axis=1) / len(asked))


def _held(lists: pd.Series, items: Sequence[str]) -> np.ndarray:
    """Who has what: a row a person, a column an item. Nothing for a list that is unknown."""
    held = np.zeros((len(lists), len(items)), dtype=bool)
    if items:
        flat = lists.list.flatten()
        found = pc.index_in(pa.array(flat), pa.array(items)).to_numpy(zero_copy_only=False)
        has = ~np.isnan(found)
        held[flat.index.to_numpy()[has], found[has].astype(int)] = True
    return held


def _lengths(lists: pd.Series) -> np.ndarray:
    lengths: np.ndarray = lists.list.len().to_numpy(np.float64, na_value=0.0)
    return lengths


def _goes(mobility: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(mobility), UNKNOWN_MOBILITY_KM, mobility)


def _slack(ask: Wanted) -> float:
    return ROUGH_KM if ask.rough else 0.0


def _distance_km(lat: np.ndarray, lon: np.ndarray, to_lat: float, to_lon: float) -> np.ndarray:
    """The haversine of the schema."""
    half = np.sin(np.radians(to_lat - lat) / 2) ** 2
    half += np.cos(np.radians(lat)) * np.cos(np.radians(to_lat)) * np.sin(np.radians(to_lon - lon) / 2) ** 2
    km: np.ndarray = 2 * 6371 * np.arcsin(np.sqrt(half))
    return km


def _mean(part: np.ndarray) -> float:
    known = part[~np.isnan(part)]
    return float(np.floor(1_000_000 * known.mean() + 0.5) / 1_000_000) if len(known) else 0.5


def _to_four(values: np.ndarray | float) -> np.ndarray:
    return np.minimum(np.floor(10_000 * np.asarray(values) + 0.5) / 10_000, 1.0)


def _first(ids: pd.Series, score: np.ndarray, known: np.ndarray, limit: int) -> np.ndarray:
    """The best by score, confidence and id. Only who may be among them is sorted."""
    if len(score) > limit:
        least = np.partition(score, -limit)[-limit]
        among = np.flatnonzero(score >= least)
    else:
        among = np.arange(len(score))
    order = np.lexsort((ids.take(among).to_numpy(str), -known[among], -score[among]))
    return among[order[:limit]]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
