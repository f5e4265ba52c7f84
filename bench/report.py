"""How every benchmark reports: a table for people, or one object for machines, with the machine's size."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence

import click


def machine() -> dict[str, float | int]:
    """The cores that this process may use, and the machine's memory in GiB."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"cores": len(os.sched_getaffinity(0)), "memory_gib": round(memory, 1)}


def show(name: str, rows: Sequence[Mapping[str, str | float | int]], *, as_json: bool) -> None:
    """Print the rows; all have the keys of the first."""
    if as_json:
        click.echo(json.dumps({"benchmark": name, "machine": machine(), "rows": list(rows)}, indent=2))
        return
    heads = list(rows[0])
    cells = [[f"{value:.3f}" if isinstance(value, float) else str(value) for value in row.values()] for row in rows]
    widths = [max(len(head), *(len(line[place]) for line in cells)) for place, head in enumerate(heads)]
    for line in [heads, *cells]:
        click.echo("  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip())
    size = machine()
    click.echo(f"{name}: {size['cores']} cores, {size['memory_gib']} GiB")


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The nearest rank of sorted values; 0 of none."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0
