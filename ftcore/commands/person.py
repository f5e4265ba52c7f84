"""`python -m ftcore person`: find, export, correct or erase one person of an agency."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ftcore.commands.house import database_of_settings
from ftcore.errors import FtError, NotFound
from ftcore.settings import Settings

if TYPE_CHECKING:
    from uuid import UUID

    from ftcore.database import Database
    from ftcore.model import Person

agency_option = click.option("--agency", help="Nom de l'agence ; sans option, la seule de la base.")


@click.group(name="person", help="Les droits d'une personne : la trouver, exporter, corriger, effacer.")
def person_group() -> None:
    """One person's rights, from the command line."""


@person_group.command(name="find", help="Cherche par numéro (toute écriture), nom ou identifiant.")
@click.argument("text")
@agency_option
def find(text: str, agency: str | None) -> None:
    from ftcore.database import utc_now
    from ftcore.rights import people

    with acting(agency) as (database, who):
        found = people.find(database, who, text, utc_now())
    for one in found:
        gone = "  (sortie de la liste)" if one.has_left else ""
        click.echo(f"{one.external_id:<24}{one.name}{gone}")
    if not found:
        click.echo("Personne de cette agence ne correspond.")


@person_group.command(name="export", help="Écrit tout ce qui est gardé d'une personne : un fichier JSON et un PDF.")
@click.argument("external_id")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Dossier où écrire.")
@agency_option
def export(external_id: str, into: Path, agency: str | None) -> None:
    from ftcore.database import utc_now
    from ftcore.rights import people, person_report

    if not into.is_dir():
        raise FtError(f"Le dossier « {into} » n'existe pas. Choisissez-en un autre.")
    with acting(agency) as (database, who):
        told = people.export(database, who, candidate(database, who, external_id), utc_now())
    for ending, content in (("json", people.as_json(told)), ("pdf", person_report.pdf(told))):
        file = into / f"donnees-{told['made_utc']:%Y%m%dT%H%M%S}.{ending}"
        _write_private(file, content)
        click.echo(f"Écrit : {file}")
    click.echo("Ces fichiers sont pour la personne : remettez-les, puis supprimez-les.")


@person_group.command(name="correct", help="Corrige une fiche : --set phone=0639980001 --set last_name=Essai …")
@click.argument("external_id")
@click.option("--set", "changes", multiple=True, required=True, metavar="CHAMP=VALEUR", help="Un champ et sa valeur.")
@agency_option
def correct(external_id: str, changes: tuple[str, ...], agency: str | None) -> None:
    from ftcore.database import utc_now
    from ftcore.rights import people

    pairs = dict(change.partition("=")[::2] for change in changes)
    with acting(agency) as (database, who):
        people.correct(database, who, candidate(database, who, external_id), people.typed(pairs), utc_now())
    click.echo("La fiche est corrigée.")


@person_group.command(name="erase", help="Efface une personne pour toujours. Avec --dry-run, compte seulement.")
@click.argument("external_id")
@click.option("--dry-run", is_flag=True, help="Dit ce qui partirait ; ne change rien.")
@click.option("--confirm", help="L'identifiant, une seconde fois.")
@click.option("--reason", type=click.Choice(["asked", "withdrawn", "unlawful", "officer"]), default="asked",
              show_default=True, help="Le motif, pour le journal.")  # fmt: skip
@agency_option
def erase(external_id: str, dry_run: bool, confirm: str | None, reason: str, agency: str | None) -> None:
    from ftcore.database import utc_now
    from ftcore.rights import compaction, erasure

    with acting(agency) as (database, who):
        candidate_id = candidate(database, who, external_id)
        if dry_run:
            counts = erasure.weigh(database, who, candidate_id)
        elif confirm is None:
            raise FtError("Un effacement ne se défait pas : répétez l'identifiant avec --confirm, ou voyez --dry-run.")
        else:
            counts = erasure.erase(database, who, candidate_id, confirm, erasure.Reason[reason.upper()], utc_now())
            compaction.compact_if_wanted(database)
    click.echo("Partirait :" if dry_run else "Effacé :")
    for label, count in counts.items():
        click.echo(f"  {label:<58}{count:>9}")


@contextmanager
def acting(agency: str | None) -> Iterator[tuple[Database, Person]]:
    """The database of the settings, and who acts: whoever has this shell administers the database anyway."""
    from ftcore.model import Person, Role
    from ftcore.trust import agencies, number_keys

    with database_of_settings() as database:
        number_keys.load(database, Settings.from_env(os.environ).privacy_key)
        where = agencies.find(database, agency).agency_id
        yield database, Person("command", "Ligne de commande", Role.ADMINISTRATOR, where)


def candidate(database: Database, who: Person, external_id: str) -> UUID:
    found: UUID | None = database.value(
        "SELECT candidate_id FROM candidate WHERE agency_id = $1 AND external_id = $2", who.agency_id, external_id
    )
    if found is None:
        raise NotFound("Personne n'a cet identifiant dans cette agence. Cherchez-la avec : person find")
    return found


def _write_private(file: Path, content: bytes) -> None:
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content)
    except OSError as error:
        raise FtError(f"Le fichier « {file} » ne peut pas être écrit. Choisissez un autre dossier.") from error
