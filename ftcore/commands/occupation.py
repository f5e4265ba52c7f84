"""`python -m ftcore occupation`: the occupations nearest to a title."""

from __future__ import annotations

import json

import click

from ftcore.commands.house import database_of_settings


@click.command(name="occupation", help="Les dix métiers les plus proches d'un intitulé.")
@click.argument("title")
@click.option("--json", "as_json", is_flag=True, help="Résultat en JSON.")
def find_occupation(title: str, as_json: bool) -> None:
    from dataclasses import asdict

    from ftcore.matching import occupations, reference

    with database_of_settings() as database:
        reference.load_starter(database)
        found = occupations.build_index(database).search(title, 10)
    if as_json:
        click.echo(json.dumps([asdict(match) for match in found], ensure_ascii=False, indent=2))
        return
    if not found:
        click.echo("Aucun métier ne ressemble à cet intitulé.")
    for match in found:
        score = f"{match.score:.2f}".replace(".", ",")
        click.echo(f"{score}  {match.code}  {match.label}")
