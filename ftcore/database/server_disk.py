"""Deleted bytes on the disk of a PostgreSQL server: tables written anew, its log ended and thrown away where it may be.

What must be so for no byte to be left is the operator's to set (`docs/retention.md`); what is not is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

_Connection = psycopg.Connection[tuple[Any, ...]]

NOT_ENDED = (
    "Le compte de la base ne peut pas clore le journal du serveur (WAL) : ses octets restent jusqu'à ce que ses "
    "fichiers servent à nouveau. Un administrateur : SELECT pg_switch_wal(); CHECKPOINT;"
)
RECYCLED = (
    "Le serveur garde les fichiers de son journal (WAL) pour les réutiliser, avec leurs octets : réglez wal_recycle = "
    "off, puis recommencez."
)
KEPT_BACK = (
    "Le serveur garde son journal (WAL) pour des répliques ou une archive (wal_keep_size, emplacements de réplication, "
    "archive_mode) : ses octets y restent le temps de leur propre durée."
)
SAMPLES = (
    "Le compte de la base ne peut pas réécrire les échantillons de l'optimiseur. Un administrateur : "
    "VACUUM FULL pg_statistic;"
)


_OWNS = """
    SELECT pg_has_role(datdba, 'USAGE') OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
    FROM pg_database WHERE datname = current_database()
"""


def rewrite(connection: _Connection, tables: Sequence[str]) -> list[str]:
    """Write the tables anew, and what else of the server repeats them; gives a sentence for each thing that is left.

    Each table is locked meanwhile. Raises psycopg's InsufficientPrivilege where the tables are somebody else's.
    """
    for table in tables:
        # The planner's samples hold texts and numbers of people: they are drawn anew too.
        connection.execute(f"VACUUM (FULL, ANALYZE) {table}".encode())
    left = []
    # Who may not vacuum it is only warned.
    if _is(connection, _OWNS):
        connection.execute(b"VACUUM (FULL) pg_statistic")
    else:
        left.append(SAMPLES)
    # The log is a row of files: the one in use is ended, so that the checkpoint can let go of it.
    ended = [_may(connection, "SELECT pg_switch_wal()"), _may(connection, "CHECKPOINT")]
    if not all(ended):
        left.append(NOT_ENDED)
    if _is(connection, "SELECT current_setting('wal_recycle')::BOOLEAN"):
        left.append(RECYCLED)
    if _is(
        connection,
        "SELECT current_setting('wal_keep_size') <> '0' OR current_setting('archive_mode') <> 'off' "
        "OR EXISTS (SELECT 1 FROM pg_replication_slots)",
    ):
        left.append(KEPT_BACK)
    return left


def _may(connection: _Connection, statement: str) -> bool:
    """Do it, where the account may; says whether it was done."""
    try:
        connection.execute(statement.encode())
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def _is(connection: _Connection, query: str) -> bool:
    found = connection.execute(query.encode()).fetchone()
    return found is not None and bool(found[0])
