"""`python -m ftcore rehearse`: the whole course of a campaign, on a database to throw away."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from ftcore.commands.house import bytes_of
from ftcore.settings import Settings


@click.command(name="rehearse", help="Joue tout le parcours sur une base jetable, avec des personnes fictives.")
@click.argument("offers", type=click.Path(path_type=Path))
@click.option("--candidates", default=2000, show_default=True, help="Nombre de personnes fictives.")
@click.option("--seed", default=2026, show_default=True, help="Graine : la même donne les mêmes personnes.")
@click.option("--json", "as_json", is_flag=True, help="Résultat en JSON.")
def rehearse_command(offers: Path, candidates: int, seed: int, as_json: bool) -> None:
    from ftcore.rehearsal import rehearse, table

    data = bytes_of(offers, "un fichier JSON d'offres au format « Offres d'emploi v2 » de France Travail")
    result = rehearse(data, candidates, seed, Settings.from_env(os.environ).database)
    click.echo(json.dumps(result, ensure_ascii=False, indent=2) if as_json else table(result))
    totals = result["totals"]
    if totals["lost"] or totals["doubled"] or totals["without_state"]:
        sys.exit(1)
