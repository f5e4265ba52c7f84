"""`python -m ftcore occupation`: the occupations nearest to a title."""

from __future__ import annotations

import json
import os

import click

from ftcore.settings import Settings


@click.command(name="occupation", help="Les dix métiers les plus proches d'un intitulé.")
@click.argument("title")
@click.option("--json", "as_json", is_flag=True, help="Résultat en JSON.")
def find_occupation(title: str, as_json: bool) -> None:
    from dataclasses import asdict

    from ftcore.database import Database
    from ftcore.matching import occupations, reference

    settings = Settings.from_env(os.environ)
    database = Database.open(settings.database, key=settings.database_key)
    try:
        reference.load_starter(database)
        found = occupations.build_index(database).search(title, 10)
    finally:
        database.close()
    if as_json:
        click.echo(json.dumps([asdict(match) for match in found], ensure_ascii=False, indent=2))
        return
    if not found:
        click.echo("Aucun métier ne ressemble à cet intitulé.")
    for match in found:
        score = f"{match.score:.2f}".replace(".", ",")
        click.echo(f"{score}  {match.code}  {match.label}")
