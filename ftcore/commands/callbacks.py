"""`python -m ftcore callbacks`: the secret addresses that the gateway posts to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

import click

from ftcore.commands.house import database_of_settings

if TYPE_CHECKING:
    from ftcore.database import Database


@click.group(name="callbacks", help="Les adresses secrètes auxquelles la passerelle SMS envoie ses retours.")
def callbacks_group() -> None:
    """The secrets of the callbacks' door; on DuckDB the program must not be running."""


@callbacks_group.command(name="new", help="Crée une adresse et la montre, une seule fois. Deux au plus sont valables.")
@click.option("--agency", help="Nom de l'agence, s'il y en a plusieurs.")
def new_callback(agency: str | None) -> None:
    from ftcore.database import utc_now
    from ftcore.trust import callback_secrets

    with _agency(agency) as (database, agency_id):
        secret = callback_secrets.new(database, agency_id, "administrateur", utc_now())
    click.echo("Donnez ces adresses à la passerelle SMS. Elles ne seront plus jamais affichées.")
    for what, kind in (("accusés", "delivery"), ("SMS reçus", "incoming"), ("désinscriptions", "opt-out")):
        click.echo(f"  {what:<16} https://VOTRE-ADRESSE/callbacks/{secret}/{kind}")


@callbacks_group.command(name="list", help="Les adresses de l'agence, par repère.")
@click.option("--agency", help="Nom de l'agence, s'il y en a plusieurs.")
def list_callbacks(agency: str | None) -> None:
    from ftcore.trust import callback_secrets

    with _agency(agency) as (database, agency_id):
        kept = callback_secrets.listed(database, agency_id)
    if not kept:
        click.echo("Aucune adresse : créez-en une avec python -m ftcore callbacks new.")
    for one in kept:
        state = "valable" if one.retired_utc is None else f"retirée le {one.retired_utc:%d/%m/%Y %H:%M} UTC"
        click.echo(f"  {one.mark}  créée le {one.created_utc:%d/%m/%Y %H:%M} UTC, {state}")


@callbacks_group.command(name="retire", help="Retire une adresse : elle n'ouvre plus rien.")
@click.argument("mark")
@click.option("--agency", help="Nom de l'agence, s'il y en a plusieurs.")
def retire_callback(mark: str, agency: str | None) -> None:
    from ftcore.database import utc_now
    from ftcore.trust import callback_secrets

    with _agency(agency) as (database, agency_id):
        callback_secrets.retire(database, agency_id, mark, "administrateur", utc_now())
    click.echo(f"L'adresse {mark} est retirée.")


@contextmanager
def _agency(word: str | None) -> Iterator[tuple[Database, UUID]]:
    """The database and the agency of that code or name, or the only one there is."""
    from ftcore.trust import agencies

    with database_of_settings() as database:
        yield database, agencies.find(database, word).agency_id
