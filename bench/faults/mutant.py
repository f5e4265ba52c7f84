"""A guard, and what stands in its place when it is taken away."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """`guard` stands once in `file`; with `instead` in its place, `test` must fail."""

    name: str
    file: str
    guard: str
    instead: str
    test: str
