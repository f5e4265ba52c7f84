"""`python -m ftcore run`: the pages, the callbacks and the sending, in one process."""

from __future__ import annotations

import os
import socket
import sys

import click

from ftcore.errors import FtError
from ftcore.settings import Settings


@click.command(help="Sert le tableau de bord sur http://localhost:8501.")
@click.option("--port", default=8501, show_default=True, help="Port d'écoute.")
def run(port: int) -> None:
    Settings.from_env(os.environ)
    _port_is_free(port)
    click.echo(f"Entremise s'ouvre sur http://localhost:{port} (Ctrl+C pour arrêter).")
    sys.stdout.flush()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    os.execv(sys.executable, command)


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
