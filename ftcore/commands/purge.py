"""`python -m ftcore purge`: what has had its time goes now, or is only counted."""

from __future__ import annotations

import os

import click

from ftcore.commands.house import database_of_settings
from ftcore.errors import FtError
from ftcore.settings import Settings

REWRITTEN = "La base est réécrite : rien de ce qui est effacé ne reste dans son fichier."
REWRITTEN_ON_SERVER = "Les tables sont réécrites. Ce qui reste est dit ici ; les sauvegardes ont leur propre durée."


@click.command(name="purge", help="Retire ce qui a dépassé sa durée de conservation, sans attendre la nuit.")
@click.option("--dry-run", is_flag=True, help="Compte ce qui partirait ; ne change rien.")
@click.option("--compact", is_flag=True, help="Réécrit ensuite la base, pour que rien d'effacé ne reste sur le disque.")
def purge_command(dry_run: bool, compact: bool) -> None:
    from ftcore.database import utc_now
    from ftcore.rights import compaction, purge
    from ftcore.trust import number_keys

    settings = Settings.from_env(os.environ)
    with database_of_settings() as database:
        number_keys.load(database, settings.privacy_key)
        if dry_run:
            if compact:
                raise FtError("--dry-run ne change rien, --compact réécrit la base : choisissez l'un des deux.")
            say("Partirait maintenant :", purge.counted(database, utc_now(), settings.backup_folder))
            return
        say("Parti :", purge.purge(database, "command", utc_now(), backup_folder=settings.backup_folder))
        if compact:
            left = compaction.compact(database)
            click.echo(REWRITTEN if database.exclusive else REWRITTEN_ON_SERVER)
            for sentence in left:
                click.echo(f"  {sentence}")
        elif database.exclusive and compaction.wanted_since(database) is not None:
            click.echo(
                "Le fichier sera réécrit au prochain démarrage ou la nuit prochaine ; tout de suite : --compact."
            )


def say(heading: str, counts: dict[str, int]) -> None:
    from ftcore.trust.retention import BY_KIND

    click.echo(heading)
    for kind, count in counts.items():
        rule = BY_KIND[kind]
        click.echo(f"  {rule.label:<58}{count:>9}  {rule.fate.value}")
    if not any(counts.values()):
        click.echo("  Rien : tout est dans sa durée.")
