"""`python -m ftcore reference`: the official referentials."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
from tqdm import tqdm

from ftcore.commands.house import house_of_settings

if TYPE_CHECKING:
    from ftcore.services import Services

    Bar = tqdm[NoReturn]


@click.group(name="reference", help="Les référentiels officiels : métiers (ROME 4.0) et communes.")
def reference_group() -> None:
    """The official referentials, in place of the starter."""


@reference_group.command(name="import", help="Charge le ROME 4.0 (dossier ou ZIP) ou les communes (CSV ou JSON).")
@click.argument("what", type=click.Choice(["rome", "communes"]), metavar="rome|communes")
@click.argument("path", type=click.Path(path_type=Path))
def import_reference(what: str, path: Path) -> None:
    with house_of_settings() as house:
        _load_reference(house, what, path)


@reference_group.command(name="fetch", help="Télécharge les deux référentiels, les vérifie et les charge.")
@click.option("--into", type=click.Path(path_type=Path), default=Path("data/fetched"), help="Où garder les fichiers.")
def fetch_reference(into: Path) -> None:
    from ftcore.matching.reference_fetch import COMMUNES, ROME, fetch

    files = {}
    for what, source in (("rome", ROME), ("communes", COMMUNES)):
        with tqdm(unit="o", unit_scale=True, desc=f"Téléchargement {source.name}", disable=None) as bar:

            def show(done: int, total: int, bar: Bar = bar) -> None:
                bar.total = total or None
                bar.update(done - bar.n)

            files[what] = fetch(source, into, show)
    with house_of_settings() as house:
        for what, file in files.items():
            _load_reference(house, what, file)


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
