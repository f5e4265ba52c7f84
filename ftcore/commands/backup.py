"""`python -m ftcore backup` and `restore`: a whole copy of the database, and back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from tqdm import tqdm

from ftcore.settings import Settings


@click.command(name="backup", help="Sauvegarde la base dans un fichier vérifié, même pendant que le programme tourne.")
@click.option("--into", type=click.Path(path_type=Path), help="Dossier ; sans option, FT_BACKUP_FOLDER.")
def backup(into: Path | None) -> None:
    from ftcore.operations.backups import make

    settings = Settings.from_env(os.environ)
    with _bar("Sauvegarde") as progress:
        made = make(settings, into or Path(settings.backup_folder), progress)
    click.echo(f"Sauvegarde vérifiée : {sum(made.rows.values())} lignes dans « {made.file} ».")


@click.command(name="restore", help="Remet une sauvegarde dans la base FT_DATABASE, programme arrêté.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="La base contient déjà des données : elles sont mises de côté.")
@click.option("--nothing-left", is_flag=True, help="Aucun SMS n'est parti depuis la sauvegarde : la file reprend.")
def restore(file: Path, replace: bool, nothing_left: bool) -> None:
    from ftcore.operations import restoring

    settings = Settings.from_env(os.environ)
    with _bar("Restauration") as progress:
        done = restoring.restore(settings, file, progress, replace=replace, nothing_left=nothing_left)
    click.echo(f"Restauration vérifiée : {done.rows} lignes, dont {done.journal} au journal.")
    if done.held:
        click.echo(
            f"{done.held} SMS attendaient leur envoi au moment de la sauvegarde. Ils sont peut-être partis depuis : "
            "ils sont marqués « incertains » et ne partiront pas d'eux-mêmes."
        )
    if done.opt_outs:
        click.echo(f"{done.opt_outs} STOP reçus depuis la sauvegarde sont repris de l'ancienne base.")
    if done.aside is not None:
        click.echo(f"L'ancienne base est dans « {done.aside} ». Effacez-la quand vous n'en avez plus besoin.")


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    with tqdm(unit="ligne", desc=what, disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show
