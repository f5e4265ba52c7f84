"""A backup of the database of the settings, whether the program runs or not."""

from __future__ import annotations

from pathlib import Path

from ftcore.database import Database, utc_now
from ftcore.database.backup import Backup, Progress, back_up
from ftcore.errors import DatabaseError
from ftcore.operations.control import backup_by_running_program
from ftcore.settings import Settings


def make(settings: Settings, folder: Path, progress: Progress) -> Backup:
    """Make it: by the running program where one has the DuckDB file, else here. Raises DatabaseError."""
    if "://" not in settings.database:
        made = backup_by_running_program(settings.database, folder, progress)
        if made is not None:
            return made
        if not Path(settings.database).is_file():
            raise DatabaseError(
                f"La base « {settings.database} » n'existe pas : il n'y a rien à sauvegarder. Vérifiez FT_DATABASE."
            )
    database = Database.open(settings.database, key=settings.database_key)
    try:
        return back_up(database, folder, utc_now(), progress, key=settings.database_key)
    finally:
        database.close()
