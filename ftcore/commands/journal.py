"""`python -m ftcore journal`: prove that nothing was changed in it, and take it along."""

from __future__ import annotations

import csv
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO
from uuid import UUID

import click
from tqdm import tqdm

from ftcore.commands.house import database_of_settings
from ftcore.errors import FtError

if TYPE_CHECKING:
    from ftcore.database import Database
    from ftcore.trust.journal_proof import Proof

    _Write = Callable[[dict[str, Any]], object]

_HASH = re.compile(r"\b[0-9a-f]{64}\b")


@click.group(name="journal", help="Le journal des actes : le vérifier, l'exporter.")
def journal_group() -> None:
    """The journal of every agency; on DuckDB the program must not be running."""


@journal_group.command(name="verify", help="Prouve les chaînes du journal, et nomme le premier maillon rompu.")
@click.option("--agency", help="Nom de l'agence ; sans option, toutes.")
@click.option("--head", "heads", multiple=True, metavar="EMPREINTE", help="Une tête notée autrefois, à retrouver.")
@click.option(
    "--heads",
    "kept",
    type=click.Path(path_type=Path),
    help="Un fichier qui en contient, par exemple une sortie gardée de cette commande.",
)
def verify_journal(agency: str | None, heads: tuple[str, ...], kept: Path | None) -> None:
    from ftcore.trust import journal_proof

    sought = {head.strip().lower() for head in heads} | (_heads_of(kept) if kept else set())
    with _journal(agency) as (database, agency_id), tqdm(unit="écriture", desc="Journal", disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        proof = journal_proof.verify(database, show, agency_id=agency_id, heads=sought)
    _say(proof, len(sought))
    if not proof.holds:
        sys.exit(1)


@journal_group.command(name="export", help="Écrit les écritures dans un fichier : CSV, ou JSON par lignes (.jsonl).")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--agency", help="Nom de l'agence ; sans option, toutes.")
def export_journal(file: Path, agency: str | None) -> None:
    from ftcore.trust import journal_search

    count = 0
    with _journal(agency) as (database, agency_id):
        entries = journal_search.lines(database, agency_id)
        try:
            # Readable to whoever exports, to nobody else.
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
                write = _as_json(out) if file.suffix in (".jsonl", ".json") else _as_csv(out)
                for entry in tqdm(entries, unit="écriture", desc="Export", disable=None):
                    write(entry)
                    count += 1
        except OSError as error:
            raise FtError(f"Le fichier « {file} » ne peut pas être écrit. Choisissez un dossier qui existe.") from error
    click.echo(f"{count} écritures dans « {file} ».")


def _say(proof: Proof, sought: int) -> None:
    for head in proof.heads:
        click.echo(f"{head.agency_id}  {head.chain:<14}{head.sequence:>10}  {head.hash}")
    if proof.unchained:
        click.echo(f"{proof.unchained} écritures datent d'avant le chaînage : elles sont comptées, pas prouvées.")
    for wrong in proof.broken:
        click.echo(f"MAILLON ROMPU : {wrong}")
    for lost in proof.lost_heads:
        click.echo(f"TÊTE INTROUVABLE : {lost} ne fait plus partie d'aucune chaîne intacte.")
    if proof.holds:
        found = f", {sought} têtes retrouvées" if sought else ""
        click.echo(f"Journal intact : {proof.entries} écritures, {len(proof.heads)} chaînes{found}.")
        click.echo("Gardez cette sortie hors de la base : --heads FICHIER la retrouvera dans les chaînes.")


def _heads_of(file: Path) -> set[str]:
    try:
        found = set(_HASH.findall(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise FtError(f"Le fichier « {file} » ne peut pas être lu. Donnez une sortie gardée de la commande.") from error
    if not found:
        raise FtError(f"Le fichier « {file} » ne contient aucune empreinte.")
    return found


def _as_json(out: TextIO) -> _Write:
    return lambda entry: print(json.dumps(entry, ensure_ascii=False), file=out)


def _as_csv(out: TextIO) -> _Write:
    from ftcore.spreadsheet import harmless
    from ftcore.trust.journal_search import COLUMNS

    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    names = ("agency_id", *COLUMNS)
    writer.writerow(names)
    return lambda entry: writer.writerow([harmless(entry[name]) for name in names])


@contextmanager
def _journal(name: str | None) -> Iterator[tuple[Database, UUID | None]]:
    """The database, and the agency of that code or name, or None for all."""
    from ftcore.trust import agencies

    with database_of_settings() as database:
        yield database, None if name is None else agencies.find(database, name).agency_id
