"""k-anonymity by stages: each row is published as finely as its class allows, and not at all where none does.

A class is everybody who looks alike by what others may know of them (the quasi-identifiers). Rows are tried from
the finest stage to the coarsest; at each, the classes with at least k distinct people are published and leave, and
the others go on to the next. So every class in the result has at least k people, and what is left is suppressed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

K = 5
Stage = Callable[[pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Anonymous:
    """The rows that may be published, by which stage (`by_stage`), and how many were suppressed."""

    rows: pd.DataFrame
    by_stage: tuple[int, ...]
    suppressed: int


def anonymise(rows: pd.DataFrame, quasi: Sequence[str], person: str, stages: Sequence[Stage], k: int = K) -> Anonymous:
    """Publish the rows by the first stage at which their class has at least `k` distinct values of `person`.

    `quasi` are the columns that make a class; a stage gives them as they would be published. Raises ValueError
    for a k under 2, which would protect nobody.
    """
    if k < 2:
        raise ValueError("k is at least 2")
    columns = list(quasi)
    left, published, counts = rows, [], []
    for stage in stages:
        told = stage(left)[columns].astype("string").fillna("—")
        sizes = left.assign(**told).groupby(columns, sort=False)[person].transform("nunique")
        enough = sizes >= k if len(left) else pd.Series(dtype=bool)
        published.append(left.assign(**told)[enough])
        counts.append(int(enough.sum()))
        left = left[~enough]
    kept = pd.concat(published) if published else rows.iloc[:0]
    return Anonymous(kept, tuple(counts), len(left))


def smallest_class(rows: pd.DataFrame, quasi: Sequence[str], person: str) -> int | None:
    """The number of distinct people in the smallest class of a table; None for an empty one."""
    if rows.empty:
        return None
    return int(rows.groupby(list(quasi))[person].nunique().min())
