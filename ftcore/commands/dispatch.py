"""`python -m ftcore dispatch`: sending and reading without pages."""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path

import click

from ftcore.errors import FtError
from ftcore.settings import Settings


@click.command(help="Envoie la file d'attente et lit les retours, sans servir de pages (à côté d'autres répliques).")
@click.option("--lease", default=120, show_default=True, help="Secondes après lesquelles un envoi est abandonné.")
@click.option("--health-file", type=click.Path(path_type=Path), help="Fichier touché chaque seconde, si tout va bien.")
def dispatch(lease: int, health_file: Path | None) -> None:
    import signal
    import time

    from ftcore import logs, services

    settings = Settings.from_env(os.environ)
    if settings.sms is None:
        raise FtError(
            "Il n'y a rien à envoyer sans passerelle SMS : donnez FT_SMS_USERNAME, FT_SMS_KEY et FT_CALLBACK_SECRET. "
            "Sans eux, c'est le programme des pages qui envoie, vers le banc d'essai."
        )
    logs.set_up(settings.log, settings.secrets)
    house = services.build(settings)
    logs.hide(house.secrets())
    told_to_end: list[int] = []
    for name in (signal.SIGTERM, signal.SIGINT):
        # A handler may run in the middle of anything: setting an event here can wait for itself for ever.
        signal.signal(name, lambda number, _: told_to_end.append(number))
    house.start_sending(settings.sms, timedelta(seconds=lease))
    house.listen_to_commands()
    click.echo(f"Envois en cours sur la base « {house.database.name} » (Ctrl+C pour arrêter).")
    sys.stdout.flush()
    touched_at = 0.0
    while not told_to_end:
        time.sleep(0.2)
        if health_file is not None and time.monotonic() - touched_at > 1.0 and house.health.what_is_wrong() is None:
            health_file.touch()
            touched_at = time.monotonic()
    house.stop()
