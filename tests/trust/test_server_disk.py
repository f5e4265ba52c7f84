"""PostgreSQL, down to the disk: after an erasure and `purge --compact` no file of the server holds the person."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ftcore.database import Database, server_disk
from ftcore.model import Role, Verdict
from ftcore.outreach import takeover, threads
from ftcore.rights import erasure
from ftcore.rights.compaction import TOUCHED, compact
from ftcore.rights.erasure import PLACES, Reason
from ftcore.trust.retention import RULES
from tests.outreach.conftest import Town
from tests.trust.conftest import of

pytestmark = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)

# In no other test, nor in the demo: what others left in their databases is on the same disk.
NAME, NUMBER = "Disquedur", "+33639987003"
TEXTS = ("planté-disque-reponse", "planté-disque-note", "planté-disque-motif")
WORDS = [word.encode() for word in (NAME, NUMBER[3:], *TEXTS)]


@pytest.fixture
def server(postgres: Any) -> Iterator[Any]:
    """The server, set as docs/retention.md asks for, and with a log as in production."""
    settings = ("wal_recycle = off", "full_page_writes = on")
    with psycopg.connect(postgres._uri, autocommit=True) as connection:
        for setting in settings:
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")
        while connection.execute("SHOW wal_recycle").fetchone() != ("off",):
            time.sleep(0.01)
        # A log file begun anew has room for a test: with one that ends meanwhile, part of what is looked for goes.
        connection.execute("SELECT pg_switch_wal()")
        connection.execute("CHECKPOINT")
        yield postgres
        connection.execute("ALTER SYSTEM RESET wal_recycle")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("SELECT pg_reload_conf()")


def on_disk(server: Any) -> dict[str, set[str]]:
    """The files of the server that hold one of the words, by the first part of their path."""
    found: dict[str, set[str]] = {}
    folder = Path(server._server.pgdata)
    for root, _, files in os.walk(folder):
        for name in files:
            path = Path(root) / name
            if not path.is_file():  # a socket
                continue
            try:
                content = path.read_bytes()
            except FileNotFoundError:  # the server is at work
                continue
            words = {word.decode() for word in WORDS if word in content}
            if words:
                found.setdefault(path.relative_to(folder).parts[0], set()).update(words)
    return found


def test_no_file_of_the_server_holds_the_person(server: Any, town: Town) -> None:
    (who,) = town.people(last_name=NAME, phone=NUMBER)
    town.launch([who, *town.people(2)])
    town.accepted()
    town.writes(NUMBER, f"Oui, {TEXTS[0]}")
    takeover.note(town.database, town.counselor, of(town, who), TEXTS[1], town.now)
    threads.decide(town.database, town.counselor, of(town, who), Verdict.NOT_RETAINED, TEXTS[2], town.now)
    everything = {word.decode() for word in WORDS}
    with psycopg.connect(server.address(town.database.name), autocommit=True) as connection:
        connection.execute("ANALYZE")
        connection.execute("CHECKPOINT")
    assert on_disk(server) == {"base": everything, "pg_wal": everything}
    lead = replace(town.counselor, role=Role.TEAM_LEAD)
    external = town.database.value("SELECT external_id FROM candidate WHERE candidate_id = $1", who)
    erasure.erase(town.database, lead, who, external, Reason.ASKED, town.now)
    assert compact(town.database) == []
    assert on_disk(server) == {}


def test_what_the_server_keeps_all_the_same_is_said(postgres: Any, fresh_database: Any) -> None:
    base: Database = fresh_database()
    assert compact(base) == [server_disk.RECYCLED]  # as a server is unless told otherwise


def test_an_account_that_may_not_end_the_log_is_told_who_may(postgres: Any, fresh_database: Any) -> None:
    base: Database = fresh_database()
    with psycopg.connect(postgres.address(base.name), autocommit=True) as connection:
        connection.execute("CREATE ROLE tables_only")
        connection.execute("GRANT CREATE ON SCHEMA public TO tables_only")
        connection.execute("SET ROLE tables_only")
        connection.execute("CREATE TABLE theirs (a INTEGER)")
        said = server_disk.rewrite(connection, ["theirs"])
        connection.execute("RESET ROLE")
        connection.execute("DROP TABLE theirs")
        connection.execute("REVOKE CREATE ON SCHEMA public FROM tables_only")
        connection.execute("DROP ROLE tables_only")
    assert said == [server_disk.SAMPLES, server_disk.NOT_ENDED, server_disk.RECYCLED]


def test_every_table_that_holds_people_is_written_anew(engine: str) -> None:
    named = {place.table for place in PLACES} | {table for rule in RULES for table in rule.tables}
    # Nothing of a person: the journal's pseudonyms, hashes of numbers, figures.
    nobodys = {"journal", "journal_head", "journal_checkpoint", "opt_out_kept", "model_day", "purge_run"}
    assert named - nobodys - set(TOUCHED) == set()
