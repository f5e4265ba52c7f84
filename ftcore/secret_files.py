"""Secrets from the environment or from files: each FT_X that is a secret may be given as FT_X_FILE instead."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from ftcore.errors import ConfigError

log = logging.getLogger(__name__)

# Whatever is named here may come from a file, and stands in no log.
SECRET_NAMES = frozenset(
    {
        "FT_MISTRAL_KEY",
        "FT_SMS_KEY",
        "FT_CALLBACK_SECRET",
        "FT_DATABASE_KEY",
        "FT_METRICS_TOKEN",
        "FT_OIDC_CLIENT_SECRET",
        "FT_COOKIE_SECRET",
        "FT_PRIVACY_KEY",
    }
)
_LARGEST = 64 * 1024


def file_names(known: frozenset[str] | set[str]) -> set[str]:
    """The FT_…_FILE that belong to the settings `known`."""
    return {f"{name}_FILE" for name in SECRET_NAMES & known}


def with_files(given: Mapping[str, str]) -> dict[str, str]:
    """The settings with each FT_X_FILE replaced by FT_X, as its file says. Raises ConfigError."""
    found = {name: value for name, value in given.items() if name.removesuffix("_FILE") not in SECRET_NAMES}
    for name in SECRET_NAMES:
        path = given.get(f"{name}_FILE")
        if path is not None and name in given:
            raise ConfigError(f"{name} et {name}_FILE sont donnés tous les deux : gardez l'un des deux.")
        if path is not None:
            found[name] = _read(name, Path(path))
        elif name in given:
            found[name] = given[name]
    return found


def _read(name: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(_LARGEST)
        text = data.decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{name}_FILE : le fichier « {path} » ne peut pas être lu. "
            "Donnez un fichier qui ne contient que le secret, lisible par le programme."
        ) from error
    if not text:
        raise ConfigError(f"{name}_FILE : le fichier « {path} » est vide.")
    if mode & stat.S_IWOTH:
        raise ConfigError(
            f"{name}_FILE : tout le monde peut changer le fichier « {path} ». Protégez-le : chmod 600 {path}"
        )
    if mode & stat.S_IROTH:
        # Not refused: what containers mount as a secret is often readable by all who are inside.
        log.warning("%s_FILE can be read by every account of this machine; protect it: chmod 600 %s", name, path)
    return text
