"""What the subjects see of a database, whichever engine is under it.

One SQL text runs on both engines: the subset that DuckDB and PostgreSQL share, with `$1` placeholders.
Both give snapshots: a transaction sees the database as it was when it began, and when another writer
changed the same rows in between, the whole transaction is run again.
"""

from __future__ import annotations

import random
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

import pyarrow as pa

from ftcore import meters
from ftcore.errors import DatabaseError, FtError, UnstorableText

SCHEMA = Path(__file__).parents[1] / "schema"
Row = dict[str, Any]
Result = TypeVar("Result")

# Conflicts between writers are normal with snapshots.
ATTEMPTS = 60


class Transaction(ABC):
    """The statements of one transaction, or of reads outside any."""

    # Work that waits for the end of the transaction, each with its items; None where nothing ends.
    _at_end: dict[Callable[[Transaction, list[Any]], None], list[Any]] | None = None
    # What transactions of this database told each other, committed or not: never more than a guess.
    guesses: dict[Any, Any]

    @abstractmethod
    def _run(self, sql: str, values: Sequence[Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run one statement; give its column names and all its rows (none where it gives none)."""

    @abstractmethod
    def changed(self, sql: str, *values: Any) -> int:
        """Run one INSERT, UPDATE or DELETE; give how many rows it changed."""

    @abstractmethod
    def batches(self, sql: str, size: int = 5_000) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a large result, a batch at a time. Read one to its end before the next."""

    @abstractmethod
    def insert(self, table: str, rows: Sequence[Mapping[str, Any]], *, if_absent: bool = False) -> None:
        """Insert many rows at once; every row has the keys of the first.

        `if_absent` leaves rows alone whose key is already there. It does not tell which: believe
        what you read after the commit.
        """

    @abstractmethod
    def load(self, table: str, rows: pa.Table) -> None:
        """Insert very many rows, in their order, from an Arrow table that names the columns it fills."""

    @abstractmethod
    def expect_many(self) -> None:
        """Say that the rest of this transaction joins and sorts very many rows."""

    @abstractmethod
    def hold(self, table: str, columns: Sequence[str], condition: str, *values: Any) -> None:
        """Begin again if another transaction changed one of these columns of these rows since this one began.

        For what is computed from several columns of rows that this transaction changes.
        """

    def at_end(self, work: Callable[[Transaction, list[Any]], None], item: Any) -> None:
        """Have `work` done once, right before the commit and in it, with all items that were given for it.

        For what every transaction must change in turn: the later it is changed, the fewer must run again.
        """
        if self._at_end is None:
            raise DatabaseError("Rien ne peut être écrit pendant une lecture.")
        self._at_end.setdefault(work, []).append(item)

    def begins(self, guesses: dict[Any, Any]) -> Self:
        """From here on this is a transaction, that has an end."""
        self._at_end = {}
        self.guesses = guesses
        return self

    def finish(self) -> None:
        """Do what waits for the end."""
        for work, items in (self._at_end or {}).items():
            work(self, items)
        self._at_end = None

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """All rows, each as a dict by column name."""
        names, found = self._run(sql, values)
        return [dict(zip(names, row, strict=True)) for row in found]

    def one(self, sql: str, *values: Any) -> Row | None:
        """The first row, or None."""
        found = self.rows(sql, *values)
        return found[0] if found else None

    def take_turn(self, name: str = "launch") -> None:
        """Wait for, or begin again after, every other transaction that takes its turn: what is counted then holds.

        With snapshots two "if there are fewer than n, insert" would both succeed. The row must really change: a
        value set to itself is no write to the embedded engine, and both would pass.
        """
        self.execute("UPDATE launch_turn SET turns = turns + 1 WHERE name = $1", name)

    def value(self, sql: str, *values: Any) -> Any:
        """The first column of the first row, or None."""
        _, found = self._run(sql, values)
        return found[0][0] if found else None

    def execute(self, sql: str, *values: Any) -> None:
        self._run(sql, values)


class Database(ABC):
    """A database that any thread may use at any time. `name` is fit to be shown: it holds no password."""

    name: str
    # True where no other process can have the database open: every claim left behind is then nobody's.
    exclusive: ClassVar[bool]
    # How a row of a large table is found again within one transaction, at once, and the type of that.
    row_key: ClassVar[str]
    row_key_type: ClassVar[str]
    # What the engine raises when another writer was first.
    conflicts: ClassVar[tuple[type[Exception], ...]]
    # What the engine raises for a statement that cannot be run.
    faults: ClassVar[tuple[type[Exception], ...]]
    # By what the numbers of erased people who had objected are hashed (`trust.number_keys`); none was needed yet.
    number_key: bytes | None = None

    @cached_property
    def guesses(self) -> dict[Any, Any]:
        """See `Transaction.guesses`."""
        return {}

    @staticmethod
    def open(address: str, *, key: str | None = None) -> Database:
        """Open a DuckDB file, `:memory:` or a `postgresql://` address, and bring its schema up to date.

        A DuckDB file with a `key` is encrypted; a server's disk is the server's own matter.
        Raises DatabaseError with a sentence when it cannot be opened, or was written by a newer
        version of this program.
        """
        if address.startswith(("postgresql://", "postgres://")):
            from ftcore.database.server import PostgresDatabase

            return PostgresDatabase.connect(address)
        from ftcore.database.embedded import DuckDatabase

        return DuckDatabase.connect(address, key=key)

    @abstractmethod
    def read(self) -> AbstractContextManager[Transaction]:
        """For reads; each statement sees the database as it is at that moment."""

    @abstractmethod
    def _transaction(self, *, latest: bool = False) -> AbstractContextManager[Transaction]:
        """One transaction: committed at the end of the block, rolled back on any error."""

    def _again(self, attempt: int) -> AbstractContextManager[None]:
        """Around each attempt at a transaction; the first is 0."""
        return nullcontext()

    def _is_final(self, error: Exception) -> bool:
        """True where an error only looks like a conflict: running the work again would fail alike."""
        return False

    @abstractmethod
    def skip_locked(self, table: str) -> str:
        """Ends a SELECT of rows of `table` (or its alias) that the transaction is about to claim.

        Replicas then pass each other by instead of colliding; one process alone needs nothing.
        """

    @abstractmethod
    def settle(self, patience: float = 10.0) -> bool:
        """Wait until whoever was at work when this was called has ended; says whether they have.

        What is looked up afterwards was written by nobody who had not seen what was committed before.
        """

    @abstractmethod
    def rewrite(self, tables: Sequence[str]) -> list[str]:
        """Write anew what is on the disk, at least these tables, so that nothing deleted is left; others wait.

        Gives a sentence for each place where bytes are left all the same, of a server. Raises DatabaseError where it
        cannot be done now, and then nothing has changed.
        """

    @abstractmethod
    def close(self) -> None:
        """Close every connection."""

    def rows(self, sql: str, *values: Any) -> list[Row]:
        with refused_if_unstorable(), self.read() as reader:
            return reader.rows(sql, *values)

    def one(self, sql: str, *values: Any) -> Row | None:
        with refused_if_unstorable(), self.read() as reader:
            return reader.one(sql, *values)

    def value(self, sql: str, *values: Any) -> Any:
        with refused_if_unstorable(), self.read() as reader:
            return reader.value(sql, *values)

    def snapshot(self) -> AbstractContextManager[Transaction]:
        """For reads that must all see the same moment."""
        return self._transaction()

    def transact(self, work: Callable[[Transaction], Result], *, latest: bool = False) -> Result:
        """Run `work` in one transaction and return its result, believed only after the commit.

        When another writer got in between, the whole of `work` is run again on a fresh snapshot:
        it must have no effect outside the database.

        `latest` is for claims over `skip_locked` rows: where several processes claim, each statement
        sees what is committed by then, and they pass each other by instead of running again.
        """
        for attempt in range(ATTEMPTS):
            try:
                with self._again(attempt), refused_if_unstorable(), self._transaction(latest=latest) as tx:
                    result = work(tx)
                return result
            except self.conflicts as error:
                if attempt == ATTEMPTS - 1 or self._is_final(error):
                    raise
                meters.database_retries.inc()
                time.sleep(random.uniform(0.001, 0.01) * min(attempt + 1, 10))
        raise AssertionError("unreachable")


# How the engines and Arrow say it: half a surrogate pair is no UTF-8, and PostgreSQL's texts hold no NUL.
_UNSTORABLE = ("surrogates not allowed", "surrogate '", "cannot contain NUL")


@contextmanager
def refused_if_unstorable() -> Iterator[None]:
    """A text that the database cannot hold is refused with a sentence that does not repeat it."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, FtError) and any(words in str(error) for words in _UNSTORABLE):
            raise UnstorableText(
                "Ce texte contient un signe qui ne peut pas être enregistré, souvent venu d'un copier-coller : "
                "retapez-le, puis réessayez."
            ) from None
        raise


def migration_steps(done: set[int], name: str) -> list[tuple[int, str]]:
    """The numbered migrations that are still to run, in order. Raises DatabaseError for a newer database."""
    steps = {int(file.name[:3]): file for file in sorted(SCHEMA.glob("[0-9]*.sql"))}
    if done - steps.keys():
        raise DatabaseError(
            f"La base « {name} » vient d'une version plus récente d'Entremise. "
            "Mettez le programme à jour, ou choisissez une autre base avec FT_DATABASE."
        )
    return [(number, steps[number].read_text(encoding="utf-8")) for number in sorted(steps.keys() - done)]


def utc_now() -> datetime:
    """The present instant as the database stores it: naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)
