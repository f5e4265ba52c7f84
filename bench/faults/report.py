"""How a fault run reports: each zero with its bound, and an exit code that says whether all were zero."""

from __future__ import annotations

from collections.abc import Mapping

import click


def zero(what: str, found: int, n: int) -> dict[str, str | int]:
    """One guarantee: `found` breaches in `n` chances. Zero in n means below 3/n, at 95 % (the rule of three)."""
    bound = f"0 in {n}: below {3 / n:.2g} at 95 %" if found == 0 and n else f"{found} in {n}"
    return {"guarantee": what, "breaches": found, "bound": bound}


def told(title: str, facts: Mapping[str, object], rows: list[dict[str, str | int]]) -> bool:
    """Print one part; gives whether every guarantee held."""
    click.echo(f"\n{title}")
    for name, value in facts.items():
        click.echo(f"  {name:<58}{value}")
    for row in rows:
        click.echo(f"  {row['guarantee']:<78}{row['breaches']:>5}   {row['bound']}")
    return not any(row["breaches"] for row in rows)
