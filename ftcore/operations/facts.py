"""What an administrator is shown of the service: the last backup, how data is kept, which versions run."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path

from ftcore.database import Database, utc_now
from ftcore.database.backup import newest
from ftcore.insight.wording import paris
from ftcore.model import Person
from ftcore.settings import Settings
from ftcore.trust import access


def facts_of(settings: Settings, database: Database, person: Person) -> dict[str, str]:
    """Each fact by its French name. Reads a folder and one row; holds no path below the folder of backups."""
    access.require(person, "see service state")
    return {
        "Dernière sauvegarde": _last_backup(settings),
        "Fichiers de données": _at_rest(settings),
        "Version des tables": str(database.value("SELECT max(number) FROM schema_migration")),
        "Versions": f"Python {platform.python_version()}, Streamlit {version('streamlit')}, {_engine(settings)}",
    }


def _last_backup(settings: Settings) -> str:
    found = newest(Path(settings.backup_folder))
    if found is None:
        return "Aucune dans le dossier des sauvegardes : python -m ftcore backup"
    _, made = found
    days = (utc_now() - made).days
    ago = "il y a moins d'un jour" if days < 1 else f"il y a {days} jour{'s' if days > 1 else ''}"
    return f"{paris(made):%d/%m/%Y %H:%M}, {ago}"


def _at_rest(settings: Settings) -> str:
    if "://" in settings.database:
        return "Gardés par le serveur PostgreSQL"
    return "Chiffrés avec FT_DATABASE_KEY" if settings.database_key else "Non chiffrés, réservés au compte du programme"


def _engine(settings: Settings) -> str:
    return f"psycopg {version('psycopg')}" if "://" in settings.database else f"DuckDB {version('duckdb')}"
