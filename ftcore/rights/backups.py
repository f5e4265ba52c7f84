"""Backups past their time: only files that are named as the program names its backups are ever removed."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from ftcore.errors import FtError

_NAMED = re.compile(r"entremise-(\d{8}T\d{6})Z\..+")


def past(folder: str | None, before: datetime) -> list[Path]:
    """The backups in the folder that were made before an instant in UTC, by their names, the oldest first."""
    if folder is None or not Path(folder).is_dir():
        return []
    return sorted(file for file in Path(folder).iterdir() if (made := _made(file)) is not None and made < before)


def remove_past(folder: str | None, before: datetime) -> int:
    """Remove them; gives how many."""
    files = past(folder, before)
    for file in files:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise FtError(
                f"La sauvegarde « {file} » a fait son temps et ne peut pas être supprimée. "
                "Vérifiez les droits du dossier."
            ) from error
    return len(files)


def _made(file: Path) -> datetime | None:
    found = _NAMED.fullmatch(file.name)
    if found is None or not file.is_file() or file.is_symlink():
        return None
    try:
        return datetime.strptime(found[1], "%Y%m%dT%H%M%S")
    except ValueError:
        return None
