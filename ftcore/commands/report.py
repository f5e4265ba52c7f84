"""`python -m ftcore report`: the figures of a month, as a PDF."""

from __future__ import annotations

from pathlib import Path

import click

from ftcore.commands.house import house_of_settings
from ftcore.errors import FtError


@click.command(name="report", help="Écrit le rapport PDF d'un mois : réponses, délais, comparaisons, questions, coût.")
@click.option("--month", required=True, help="Le mois, année puis mois : 2026-10.")
@click.option("--agency", help="Nom de l'agence ; sans option, toutes ensemble.")
@click.option("--output", type=click.Path(path_type=Path), help="Fichier à écrire ; sans option, mesures-MOIS.pdf.")
def monthly_report(month: str, agency: str | None, output: Path | None) -> None:
    from dataclasses import replace

    from ftcore.insight import report
    from ftcore.model import Role

    report.month_of(month)  # before a database is opened for nothing
    file = output or Path(f"mesures-{month}.pdf")
    if not file.absolute().parent.is_dir():
        raise FtError(f"Le fichier « {file} » ne peut pas être écrit. Choisissez un dossier qui existe.")
    with house_of_settings() as house:
        try:
            # Of any agency: whoever runs commands holds the whole database.
            who = replace(house.person, role=Role.EVALUATOR)
            file.write_bytes(report.monthly(house.database, who, month, agency))
        except OSError as error:
            raise FtError(f"Le fichier « {file} » ne peut pas être écrit. Choisissez un autre endroit.") from error
    click.echo(f"Rapport écrit dans « {file} ».")
