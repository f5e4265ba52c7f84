"""The command line: `python -m ftcore run`, `import`, `rehearse`."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from uuid import UUID

import click
from tqdm import tqdm

from ftcore.commands.person import person_group
from ftcore.commands.purge import purge_command
from ftcore.errors import FtError
from ftcore.model import ImportReport
from ftcore.settings import Settings

if TYPE_CHECKING:
    from ftcore.database import Database
    from ftcore.services import Services

    Bar = tqdm[NoReturn]


@click.group(help="Entremise : rédiger des offres, présélectionner des personnes par SMS.")
def main() -> None:
    """The group of commands."""


@main.command(help="Sert le tableau de bord sur http://localhost:8501.")
@click.option("--port", default=8501, show_default=True, help="Port d'écoute.")
def run(port: int) -> None:
    Settings.from_env(os.environ)
    _port_is_free(port)
    click.echo(f"Entremise s'ouvre sur http://localhost:{port} (Ctrl+C pour arrêter).")
    sys.stdout.flush()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    os.execv(sys.executable, command)


@main.command(help="Envoie la file d'attente et lit les retours, sans servir de pages (à côté d'autres répliques).")
@click.option("--lease", default=120, show_default=True, help="Secondes après lesquelles un envoi est abandonné.")
def dispatch(lease: int) -> None:
    import signal
    import time

    from ftcore import logs, services

    settings = Settings.from_env(os.environ)
    if settings.sms is None:
        raise FtError(
            "Il n'y a rien à envoyer sans passerelle SMS : donnez FT_SMS_USERNAME, FT_SMS_KEY et FT_CALLBACK_SECRET. "
            "Sans eux, c'est le programme des pages qui envoie, vers le banc d'essai."
        )
    house = services.build(settings)
    logs.keep_private(house.secrets())
    told_to_end: list[int] = []
    for name in (signal.SIGTERM, signal.SIGINT):
        # A handler may run in the middle of anything: setting an event here can wait for itself for ever.
        signal.signal(name, lambda number, _: told_to_end.append(number))
    house.start_sending(settings.sms, timedelta(seconds=lease))
    click.echo(f"Envois en cours sur la base « {house.database.name} » (Ctrl+C pour arrêter).")
    sys.stdout.flush()
    while not told_to_end:
        time.sleep(0.2)
    house.stop()


@main.group(name="callbacks", help="Les adresses secrètes auxquelles la passerelle SMS envoie ses retours.")
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
def _agency(name: str | None) -> Iterator[tuple[Database, UUID]]:
    """The database and the agency of that name, or the only one there is."""
    from ftcore.database import Database

    database = Database.open(Settings.from_env(os.environ).database)
    try:
        found = database.rows(
            "SELECT agency_id, name FROM agency WHERE $1::TEXT IS NULL OR name = $1 ORDER BY name", name
        )
        if len(found) != 1:
            names = ", ".join(row["name"] for row in database.rows("SELECT name FROM agency ORDER BY name"))
            raise FtError(f"Dites de quelle agence il s'agit, avec --agency. Agences connues : {names or 'aucune'}.")
        yield database, found[0]["agency_id"]
    finally:
        database.close()


@main.group(name="database", help="La base de données : la copier d'un moteur à l'autre.")
def database_group() -> None:
    """What concerns the database as a whole."""


@database_group.command(name="copy", help="Copie tout d'une base vers une base vide, et vérifie la copie.")
@click.argument("source")
@click.argument("target")
def copy_database(source: str, target: str) -> None:
    from ftcore.database.copy import copy

    with tqdm(unit="ligne", desc="Copie", disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        counts = copy(source, target, show)
    for table, rows in counts.items():
        click.echo(f"  {table:<20}{rows:>12}")
    click.echo(f"Copie vérifiée : {sum(counts.values())} lignes, sommes de contrôle identiques.")


def _port_is_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise FtError(
                f"Le port {port} est déjà utilisé par un autre programme (peut-être une autre fenêtre "
                f"d'Entremise). Fermez-le, ou choisissez un autre port : python -m ftcore run --port {port + 1}"
            ) from error


@main.group(name="import", help="Importe des personnes ou des offres dans la base FT_DATABASE.")
def import_group() -> None:
    """The imports; the program must not be running on the same DuckDB file."""


@import_group.command(name="people", help="Un fichier CSV ou Parquet, une ligne par personne.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--rejected", type=click.Path(path_type=Path), help="Où écrire les lignes rejetées (CSV).")
@click.option("--whole", is_flag=True, help="Le fichier est complet : qui n'y est plus n'est plus proposé.")
def import_people(file: Path, rejected: Path | None, whole: bool) -> None:
    from ftcore import services
    from ftcore.database import utc_now
    from ftcore.matching import people_file, people_import

    table = people_file.open_table(file.name, file)
    house = services.build(Settings.from_env(os.environ))
    try:
        with tqdm(total=table.rows, unit="ligne", desc="Import", disable=None) as bar:

            def show(part: float) -> None:
                bar.update(round(part * table.rows) - bar.n)

            report = people_import.import_candidates(
                house.database,
                house.person,
                table,
                people_file.guess_mapping(table.columns),
                utc_now(),
                progress=show,
                whole=whole,
            )
    finally:
        house.stop()
    _say(report)
    if rejected is not None:
        rejected.write_bytes(people_import.rejected_csv(report))
    for bad in report.rejected[:20]:
        click.echo(f"  ligne {bad.line}, {bad.column} : {bad.reason}")


@main.command(name="occupation", help="Les dix métiers les plus proches d'un intitulé.")
@click.argument("title")
@click.option("--json", "as_json", is_flag=True, help="Résultat en JSON.")
def find_occupation(title: str, as_json: bool) -> None:
    from dataclasses import asdict

    from ftcore.database import Database
    from ftcore.matching import occupations, reference

    database = Database.open(Settings.from_env(os.environ).database)
    try:
        reference.load_starter(database)
        found = occupations.build_index(database).search(title, 10)
    finally:
        database.close()
    if as_json:
        click.echo(json.dumps([asdict(match) for match in found], ensure_ascii=False, indent=2))
        return
    if not found:
        click.echo("Aucun métier ne ressemble à cet intitulé.")
    for match in found:
        score = f"{match.score:.2f}".replace(".", ",")
        click.echo(f"{score}  {match.code}  {match.label}")


@main.group(name="reference", help="Les référentiels officiels : métiers (ROME 4.0) et communes.")
def reference_group() -> None:
    """The official referentials, in place of the starter."""


@reference_group.command(name="import", help="Charge le ROME 4.0 (dossier ou ZIP) ou les communes (CSV ou JSON).")
@click.argument("what", type=click.Choice(["rome", "communes"]), metavar="rome|communes")
@click.argument("path", type=click.Path(path_type=Path))
def import_reference(what: str, path: Path) -> None:
    from ftcore import services

    house = services.build(Settings.from_env(os.environ))
    try:
        _load_reference(house, what, path)
    finally:
        house.stop()


@reference_group.command(name="fetch", help="Télécharge les deux référentiels, les vérifie et les charge.")
@click.option("--into", type=click.Path(path_type=Path), default=Path("data/fetched"), help="Où garder les fichiers.")
def fetch_reference(into: Path) -> None:
    from ftcore import services
    from ftcore.matching.reference_fetch import COMMUNES, ROME, fetch

    files = {}
    for what, source in (("rome", ROME), ("communes", COMMUNES)):
        with tqdm(unit="o", unit_scale=True, desc=f"Téléchargement {source.name}", disable=None) as bar:

            def show(done: int, total: int, bar: Bar = bar) -> None:
                bar.total = total or None
                bar.update(done - bar.n)

            files[what] = fetch(source, into, show)
    house = services.build(Settings.from_env(os.environ))
    try:
        for what, file in files.items():
            _load_reference(house, what, file)
    finally:
        house.stop()


def _load_reference(house: Services, what: str, path: Path) -> None:
    from ftcore.database import utc_now
    from ftcore.matching import reference

    load = reference.import_rome if what == "rome" else reference.import_communes
    with tqdm(
        total=100, unit="%", desc=f"Chargement {what}", disable=None, bar_format="{desc} {percentage:3.0f} %"
    ) as bar:

        def show(part: float) -> None:
            bar.update(round(part * 100) - bar.n)

        loaded = load(house.database, house.person, path, utc_now(), show)
    click.echo(f"{loaded.name}, {loaded.version} :")
    for label, count in loaded.counts.items():
        click.echo(f"  {label:<46}{count:>9}")
    click.echo(f"  {'lignes rejetées':<46}{len(loaded.rejected):>9}")
    for bad in loaded.rejected[:20]:
        click.echo(f"    {bad.file}, ligne {bad.line} : {bad.reason}")
    if len(loaded.rejected) > 20:
        click.echo(f"    … et {len(loaded.rejected) - 20} autres")
    for remark in loaded.remarks:
        click.echo(f"  {remark}")


@import_group.command(name="offers", help="Un fichier JSON au format « Offres d'emploi v2 » de France Travail.")
@click.argument("file", type=click.Path(path_type=Path))
def import_offers(file: Path) -> None:
    from ftcore import services
    from ftcore.database import utc_now
    from ftcore.drafting import offers as offer_book
    from ftcore.drafting.formats import read_france_travail

    data = _bytes_of(file, "un fichier JSON d'offres")
    house = services.build(Settings.from_env(os.environ))
    try:
        offers, notes = read_france_travail(data, house.database, house.person.agency_id, utc_now())
        report = offer_book.save_all(house.database, house.person, offers, utc_now())
    finally:
        house.stop()
    _say(report)
    for note in notes:
        click.echo(f"  offre {note.record}, {note.field} : {note.reason}")


def _say(report: ImportReport) -> None:
    click.echo(
        f"Ajoutées : {report.added} · mises à jour : {report.updated} · inchangées : {report.unchanged} · "
        f"rejetées : {report.rejected_lines}" + (f" · sorties de la liste : {report.left}" if report.left else "")
    )


def _bytes_of(file: Path, accepted: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise FtError(f"Le fichier « {file} » ne peut pas être lu. Donnez {accepted}.") from error


@main.group(name="replies", help="La lecture des réponses par SMS : l'apprendre, relever les corrections.")
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
    from ftcore import services
    from ftcore.outreach import corrections

    house = services.build(Settings.from_env(os.environ))
    try:
        count = corrections.export(house.database, file)
    except OSError as error:
        raise FtError(f"Le fichier « {file} » ne peut pas être écrit. Choisissez un dossier qui existe.") from error
    finally:
        house.stop()
    click.echo(f"{count} lecture{'s' if count > 1 else ''} corrigée{'s' if count > 1 else ''} dans « {file} ».")


@main.command(name="report", help="Écrit le rapport PDF d'un mois : réponses, délais, comparaisons, questions, coût.")
@click.option("--month", required=True, help="Le mois, année puis mois : 2026-10.")
@click.option("--agency", help="Nom de l'agence ; sans option, toutes ensemble.")
@click.option("--output", type=click.Path(path_type=Path), help="Fichier à écrire ; sans option, mesures-MOIS.pdf.")
def monthly_report(month: str, agency: str | None, output: Path | None) -> None:
    from ftcore import services
    from ftcore.insight import report

    report.month_of(month)  # before a database is opened for nothing
    file = output or Path(f"mesures-{month}.pdf")
    if not file.absolute().parent.is_dir():
        raise FtError(f"Le fichier « {file} » ne peut pas être écrit. Choisissez un dossier qui existe.")
    house = services.build(Settings.from_env(os.environ))
    try:
        file.write_bytes(report.monthly(house.database, house.person, month, agency))
    except OSError as error:
        raise FtError(f"Le fichier « {file} » ne peut pas être écrit. Choisissez un autre endroit.") from error
    finally:
        house.stop()
    click.echo(f"Rapport écrit dans « {file} ».")


@main.command(name="rehearse", help="Joue tout le parcours sur une base jetable, avec des personnes fictives.")
@click.argument("offers", type=click.Path(path_type=Path))
@click.option("--candidates", default=2000, show_default=True, help="Nombre de personnes fictives.")
@click.option("--seed", default=2026, show_default=True, help="Graine : la même donne les mêmes personnes.")
@click.option("--json", "as_json", is_flag=True, help="Résultat en JSON.")
def rehearse_command(offers: Path, candidates: int, seed: int, as_json: bool) -> None:
    from ftcore.rehearsal import rehearse, table

    data = _bytes_of(offers, "un fichier JSON d'offres au format « Offres d'emploi v2 » de France Travail")
    result = rehearse(data, candidates, seed, Settings.from_env(os.environ).database)
    click.echo(json.dumps(result, ensure_ascii=False, indent=2) if as_json else table(result))
    totals = result["totals"]
    if totals["lost"] or totals["doubled"] or totals["without_state"]:
        sys.exit(1)


main.add_command(purge_command)
main.add_command(person_group)


if __name__ == "__main__":
    try:
        main(standalone_mode=False)
    except FtError as error:
        sys.exit(str(error))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit("Interrompu.")
