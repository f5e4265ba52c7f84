"""`python -m ftcore database`: the database as a whole."""

from __future__ import annotations

import os

import click
from tqdm import tqdm

from ftcore.settings import Settings


@click.group(name="database", help="La base de données : la copier d'un moteur à l'autre.")
def database_group() -> None:
    """What concerns the database as a whole."""


@database_group.command(name="copy", help="Copie tout d'une base vers une base vide, et vérifie la copie.")
@click.argument("source")
@click.argument("target")
@click.option("--plain", is_flag=True, help="N'utilise FT_DATABASE_KEY que pour lire : la copie n'est pas chiffrée.")
def copy_database(source: str, target: str, plain: bool) -> None:
    from ftcore.database.copy import copy

    with tqdm(unit="ligne", desc="Copie", disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        counts = copy(source, target, show, key=Settings.from_env(os.environ).database_key, plain=plain)
    for table, rows in counts.items():
        click.echo(f"  {table:<20}{rows:>12}")
    click.echo(f"Copie vérifiée : {sum(counts.values())} lignes, sommes de contrôle identiques.")
