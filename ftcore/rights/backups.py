"""Backups past their time, and databases that a restore put aside: only what the program named is ever removed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from ftcore.database import Database
from ftcore.database.backup import made_at, put_aside_at
from ftcore.errors import FtError


def past(database: Database, folder: str | None, before: datetime) -> list[Path]:
    """What was made before an instant in UTC: backups in the folder, and replaced databases beside the embedded one."""
    found = [] if folder is None else _older(Path(folder), made_at, before)
    if database.exclusive and database.name != ":memory:":
        file = Path(database.name).absolute()
        found += _older(file.parent, lambda name: put_aside_at(name, file), before)
    return found


def remove_past(database: Database, folder: str | None, before: datetime) -> int:
    """Remove them; gives how many files."""
    files = past(database, folder, before)
    for file in files:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise FtError(
                f"La sauvegarde « {file} » a fait son temps et ne peut pas être supprimée. "
                "Vérifiez les droits du dossier."
            ) from error
    return len(files)


def _older(folder: Path, made: Callable[[str], datetime | None], before: datetime) -> list[Path]:
    """The plain files of a folder whose name says that they are older."""
    if not folder.is_dir():
        return []
    return sorted(
        file
        for file in folder.iterdir()
        if (since := made(file.name)) is not None and since < before and file.is_file() and not file.is_symlink()
    )
