"""`python -m ftcore import`: people and offers from files."""

from __future__ import annotations

from pathlib import Path

import click
from tqdm import tqdm

from ftcore.commands.house import bytes_of, house_of_settings, person_in
from ftcore.model import ImportReport


@click.group(name="import", help="Importe des personnes ou des offres dans la base FT_DATABASE.")
def import_group() -> None:
    """The imports; the program must not be running on the same DuckDB file."""


@import_group.command(name="people", help="Un fichier CSV ou Parquet, une ligne par personne.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--rejected", type=click.Path(path_type=Path), help="Où écrire les lignes rejetées (CSV).")
@click.option("--whole", is_flag=True, help="Le fichier est complet : qui n'y est plus n'est plus proposé.")
@click.option("--agency", help="Code ou nom de l'agence, s'il y en a plusieurs.")
def import_people(file: Path, rejected: Path | None, whole: bool, agency: str | None) -> None:
    from ftcore.database import utc_now
    from ftcore.matching import people_file, people_import

    table = people_file.open_table(file.name, file)
    with house_of_settings() as house, tqdm(total=table.rows, unit="ligne", desc="Import", disable=None) as bar:

        def show(part: float) -> None:
            bar.update(round(part * table.rows) - bar.n)

        report = people_import.import_candidates(
            house.database,
            person_in(house, agency),
            table,
            people_file.guess_mapping(table.columns),
            utc_now(),
            progress=show,
            whole=whole,
        )
    _say(report)
    if rejected is not None:
        rejected.write_bytes(people_import.rejected_csv(report))
    for bad in report.rejected[:20]:
        click.echo(f"  ligne {bad.line}, {bad.column} : {bad.reason}")


@import_group.command(name="offers", help="Un fichier JSON au format « Offres d'emploi v2 » de France Travail.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--agency", help="Code ou nom de l'agence, s'il y en a plusieurs.")
def import_offers(file: Path, agency: str | None) -> None:
    from ftcore.database import utc_now
    from ftcore.drafting import offers as offer_book
    from ftcore.drafting.formats import read_france_travail

    data = bytes_of(file, "un fichier JSON d'offres")
    with house_of_settings() as house:
        person = person_in(house, agency)
        offers, notes = read_france_travail(data, house.database, person.agency_id, utc_now())
        report = offer_book.save_all(house.database, person, offers, utc_now())
    _say(report)
    for note in notes:
        click.echo(f"  offre {note.record}, {note.field} : {note.reason}")


def _say(report: ImportReport) -> None:
    click.echo(
        f"Ajoutées : {report.added} · mises à jour : {report.updated} · inchangées : {report.unchanged} · "
        f"rejetées : {report.rejected_lines}" + (f" · sorties de la liste : {report.left}" if report.left else "")
    )
