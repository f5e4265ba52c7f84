"""What several commands begin with: the services of the settings, the bytes of a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ftcore.errors import FtError
from ftcore.settings import Settings

if TYPE_CHECKING:
    from ftcore.database import Database
    from ftcore.model import Person
    from ftcore.services import Services


@contextmanager
def house_of_settings() -> Iterator[Services]:
    """The services over the database FT_DATABASE, stopped at the end. On DuckDB the program must not be running."""
    from ftcore import services

    house = services.build(Settings.from_env(os.environ))
    try:
        yield house
    finally:
        house.stop()


@contextmanager
def database_of_settings() -> Iterator[Database]:
    """The database FT_DATABASE alone, opened with its key and closed at the end."""
    from ftcore.database import Database

    settings = Settings.from_env(os.environ)
    database = Database.open(settings.database, key=settings.database_key)
    try:
        yield database
    finally:
        database.close()


def person_in(house: Services, agency: str | None) -> Person:
    """Who acts at the command line, in the agency of that code or name. Raises FtError where it is not clear which."""
    from ftcore.trust import agencies

    if agency is None and house.settings.sign_in is None:
        return house.person
    return replace(house.person, agency_id=agencies.find(house.database, agency).agency_id)


def bytes_of(file: Path, accepted: str) -> bytes:
    """What the file holds; `accepted` says what would be. Raises FtError."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise FtError(f"Le fichier « {file} » ne peut pas être lu. Donnez {accepted}.") from error
