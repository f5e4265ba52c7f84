"""The keyed hash of a phone number (HMAC-SHA-256), and where its key is.

There are only some hundred million French mobile numbers: without a key, all of them could be tried. The key stands
in FT_PRIVACY_KEY; for an embedded database without one, it is made once, at the first erasure, in a file beside it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from ftcore.database import Database, Transaction
from ftcore.errors import ConfigError, FtError

_MARK = "number key"
NO_KEY = (
    "La clé des oppositions manque : des personnes effacées avaient demandé de ne plus être contactées, et sans elle "
    "leurs numéros ne peuvent pas être reconnus. Rien n'est envoyé. Donnez FT_PRIVACY_KEY (ou le fichier « *.privacy-"
    "key » qui était à côté de la base), puis redémarrez."
)
OTHER_KEY = (
    "La clé des oppositions n'est pas celle avec laquelle cette base les a gardées : les numéros qui ne veulent plus "
    "de SMS ne seraient pas reconnus. Remettez l'ancienne valeur de FT_PRIVACY_KEY, ou l'ancien fichier "
    "« *.privacy-key »."
)
KEY_NEEDED = (
    "Pour effacer une personne dans une base PostgreSQL, il faut une clé commune à toutes les répliques : donnez à "
    "chacune la même valeur de FT_PRIVACY_KEY (32 caractères au moins), puis redémarrez. Rien n'a été effacé."
)


def keyed(key: bytes, phone: str) -> str:
    """The keyed hash of a number in E.164."""
    return hmac.new(key, phone.encode(), hashlib.sha256).hexdigest()


def mark_of(key: bytes) -> str:
    """What tells one key from another, and leads back to none."""
    return hmac.new(key, b"entremise: mark of the key", hashlib.sha256).hexdigest()[:16]


def load(database: Database, given: str | None) -> None:
    """Give an opened database its key, if there is one. Raises ConfigError where kept objections need another."""
    key = given.encode() if given else _from_file(database)
    known = database.value("SELECT value FROM privacy_mark WHERE name = $1", _MARK)
    if known is not None and key is None and database.value("SELECT EXISTS (SELECT 1 FROM opt_out_kept)"):
        raise ConfigError(NO_KEY)
    if known is not None and key is not None and known != mark_of(key):
        raise ConfigError(OTHER_KEY)
    database.number_key = key


def need(database: Database) -> bytes:
    """The key, made now if the embedded database has none yet. Raises FtError where it must come from the settings."""
    if database.number_key is None:
        if not database.exclusive:
            raise FtError(KEY_NEEDED)
        database.number_key = _make(database)
    return database.number_key


def sign(tx: Transaction, key: bytes) -> None:
    """Keep the mark of the key with the first objection that is hashed by it; raises where it was another."""
    tx.insert("privacy_mark", [{"name": _MARK, "value": mark_of(key)}], if_absent=True)
    if tx.value("SELECT value FROM privacy_mark WHERE name = $1", _MARK) != mark_of(key):
        raise FtError(OTHER_KEY)


def file_of(database: Database) -> Path | None:
    """Where an embedded database has its own key; None in memory and on a server."""
    if not database.exclusive or database.name == ":memory:":
        return None
    return Path(f"{database.name}.privacy-key")


def _from_file(database: Database) -> bytes | None:
    file = file_of(database)
    try:
        return None if file is None else file.read_bytes().strip() or None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"La clé des oppositions « {file} » ne peut pas être lue. Vérifiez ses droits.") from error


def _make(database: Database) -> bytes:
    key = secrets.token_urlsafe(48).encode()
    file = file_of(database)
    if file is None:
        return key
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(key)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise FtError(
            f"La clé des oppositions ne peut pas être écrite dans « {file} ». Vérifiez les droits du dossier, ou "
            "donnez FT_PRIVACY_KEY. Rien n'a été effacé."
        ) from error
    return key
