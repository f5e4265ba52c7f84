"""An embedded database whose file is encrypted: attached with its key, as only then the engine takes one.

The engine encrypts with the crypto of its extension httpfs. Where that does not load, the program refuses to start:
what the engine offers instead (`force_mbedtls_unsafe`) is declared not secure by its makers.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from ftcore.errors import DatabaseError

# The attached database goes by this name; each new cursor must be told to use it.
HOUSE = "house"

Options = Mapping[str, str | bool | int | float | list[str]]


def open_encrypted(address: str, key: str, options: Options) -> duckdb.DuckDBPyConnection:
    """A connection over the encrypted file, which is made where there is none. Raises DatabaseError, duckdb.Error."""
    # Sorts and joins that do not fit into memory go to the disk too.
    owner = duckdb.connect(":memory:", config={**options, "temp_directory": f"{address}.tmp"})
    try:
        load_crypto(owner)
        owner.execute("SET temp_file_encryption = true")
        attach(owner, address, HOUSE, key)
        owner.execute(f"USE {HOUSE}")
    except BaseException:
        owner.close()
        raise
    return owner


def load_crypto(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the engine able to encrypt. Raises DatabaseError where it cannot."""
    try:
        connection.execute("LOAD httpfs")
    except duckdb.Error as error:
        raise DatabaseError(
            "FT_DATABASE_KEY est donnée, mais DuckDB ne sait pas chiffrer ici : son extension « httpfs » manque. "
            f"Installez celle de la version {duckdb.__version__} (docs/operations.md), ou retirez FT_DATABASE_KEY et "
            "chiffrez le disque."
        ) from error


def attach(connection: duckdb.DuckDBPyConnection, address: str, name: str, key: str | None) -> None:
    """Attach a file under a name, with its key if it has one."""
    options = f" (ENCRYPTION_KEY {_quoted(key)})" if key else ""
    connection.execute(f"ATTACH {_quoted(address)} AS {name}{options}")


class NotEncrypted(DatabaseError):
    """A key was given for a file that has none."""


def why_not_opened(address: str, error: duckdb.Error) -> DatabaseError | None:
    """What a person can do about a key that is missing, wrong or too much; None for another trouble."""
    text = str(error)
    if "Wrong encryption key" in text:
        return DatabaseError(f"La base « {address} » est chiffrée avec une autre clé. Vérifiez FT_DATABASE_KEY.")
    if "without a key" in text:
        return DatabaseError(f"La base « {address} » est chiffrée. Donnez sa clé avec FT_DATABASE_KEY.")
    if "is not encrypted" in text:
        return NotEncrypted(
            f"La base « {address} » n'est pas chiffrée, alors que FT_DATABASE_KEY est donnée. Pour en faire une copie "
            f"chiffrée, programme arrêté : python -m ftcore database copy {address} AUTRE.duckdb, puis mettez "
            "AUTRE.duckdb dans FT_DATABASE et effacez l'ancien fichier."
        )
    return None


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
