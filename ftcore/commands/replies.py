"""`python -m ftcore replies`: how replies are read."""

from __future__ import annotations

from pathlib import Path

import click

from ftcore.commands.house import house_of_settings
from ftcore.errors import FtError


@click.group(name="replies", help="La lecture des réponses par SMS : l'apprendre, relever les corrections.")
def replies_group() -> None:
    """How replies are read."""


@replies_group.command(name="train", help="Refait le modèle de lecture à partir des messages étiquetés du projet.")
@click.option("--into", type=click.Path(path_type=Path), help="Où écrire les poids ; sans option, ceux du projet.")
def train_replies(into: Path | None) -> None:
    from ftcore.outreach.replies import model, training

    file = into or model.WEIGHTS
    labelled = training.examples()
    learnt = sum(not example.unseen for example in labelled)
    click.echo(f"Apprentissage sur {learnt} messages, quelques dizaines de secondes…")
    training.save(training.train(labelled), file)
    click.echo(f"Poids écrits dans « {file} ». Mesurez la lecture avec : python -m bench replies")


@replies_group.command(name="corrections", help="Écrit les lectures corrigées par les conseillers, sans nom ni numéro.")
@click.argument("file", type=click.Path(path_type=Path))
def export_corrections(file: Path) -> None:
    from ftcore.outreach import corrections

    with house_of_settings() as house:
        try:
            count = corrections.export(house.database, file)
        except OSError as error:
            raise FtError(f"Le fichier « {file} » ne peut pas être écrit. Choisissez un dossier qui existe.") from error
    click.echo(f"{count} lecture{'s' if count > 1 else ''} corrigée{'s' if count > 1 else ''} dans « {file} ».")
