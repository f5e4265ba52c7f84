"""`python -m ftcore agency`: the agencies, and what the identity provider calls them."""

from __future__ import annotations

import click

from ftcore.commands.house import database_of_settings


@click.group(name="agency", help="Les agences, et leur code chez le fournisseur d'identité.")
def agency_group() -> None:
    """The agencies; on DuckDB the program must not be running."""


@agency_group.command(name="add", help="Ajoute une agence, ou renomme celle qui a ce code.")
@click.option("--code", required=True, help="Ce que le fournisseur d'identité dit pour cette agence.")
@click.option("--name", required=True, help="Le nom que les personnes lisent dans leurs SMS.")
@click.option("--department", default="", help="Numéro du département.")
def add_agency(code: str, name: str, department: str) -> None:
    from ftcore.database import utc_now
    from ftcore.trust import agencies

    with database_of_settings() as database:
        made = agencies.add(database, code, name, department, "administrateur", utc_now())
    click.echo(f"{made.code}  {made.name}")


@agency_group.command(name="list", help="Les agences connues.")
def list_agencies() -> None:
    from ftcore.trust import agencies

    with database_of_settings() as database:
        known = agencies.listed(database)
    if not known:
        click.echo('Aucune agence : python -m ftcore agency add --code 07001 --name "Agence de Privas".')
    for one in known:
        click.echo(f"{one.code or '—':<12}  {one.name}")
