"""What sums over conversations count more than once for the same person, told apart beforehand.

A conversation has a row in `outcome_twice` for each day of an earlier one of the same person that had something in
common with it: the `flags` of which that day had the nearest one. Of a period, the bits of the rows whose both days
lie in it are then exactly what a sum counts too often, and nobody has to be told apart when somebody looks. `kind` is
within what the person is counted once: their agency, or in it the same occupation or template (`key`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from ftcore.database import Transaction
from ftcore.insight.flags import ALL_BITS, CONTACTED

COLUMNS = ("agency_id", "conversation_id", "kind", "key", "day", "earlier", "flags")
# What a migration leaves behind where rows are still to be found for every conversation.
_WANTED = "outcome_twice"
# How many agencies one statement looks through.
_AGENCIES = 50

# Each conversation as one row for each of its bits, so that the one before it in its row of bits is the nearest one.
# Who has no other conversation has none twice.
RAW = f"""
    WITH theirs AS MATERIALIZED (
        SELECT agency_id, conversation_id, person, occupation, template, day, flags FROM outcome
        WHERE {{condition}} AND (earlier IS NOT NULL OR later IS NOT NULL))
    SELECT agency_id, conversation_id, kind, key, day, earlier, CAST(sum(bit) AS INTEGER) AS flags
    FROM (SELECT agency_id, conversation_id, kind, key, day, bit, lag(day) OVER (
              PARTITION BY agency_id, person, kind, key, bit ORDER BY day, conversation_id) AS earlier
          FROM (SELECT agency_id, conversation_id, person, k.kind, day, b.bit, CASE k.kind
                    WHEN 'occupation' THEN occupation WHEN 'template' THEN template END AS key
                FROM theirs, (VALUES ('agency'), ('occupation'), ('template')) AS k (kind),
                     (VALUES {", ".join(f"({bit})" for bit in ALL_BITS)}) AS b (bit)
                WHERE (flags + {CONTACTED}) & b.bit <> 0) AS each_bit) AS told
    WHERE earlier IS NOT NULL
    GROUP BY agency_id, conversation_id, kind, key, day, earlier
"""
_NAMES = ", ".join(COLUMNS)
_INSERT = f"INSERT INTO outcome_twice ({_NAMES})"
_THEIRS = "agency_id = ANY($1::UUID[]) AND person = ANY($2::UUID[])"


def find(tx: Transaction, agencies: Sequence[UUID], people: Iterable[UUID]) -> None:
    """Find anew what is counted twice of these people: call it once their rows in `outcome` are as they shall be."""
    values = list(agencies), list(dict.fromkeys(people))
    if values[1]:
        found = tx.rows(f"SELECT conversation_id FROM outcome WHERE {_THEIRS}", *values)
        theirs = [row["conversation_id"] for row in found]
        tx.execute(
            "DELETE FROM outcome_twice WHERE agency_id = ANY($1::UUID[]) AND conversation_id = ANY($2::UUID[])",
            values[0],
            theirs,
        )
        tx.execute(f"{_INSERT} {RAW.format(condition=_THEIRS)}", *values)


def find_all(tx: Transaction) -> None:
    """The same for everybody, some agencies at a time: a country's year is more than memory holds."""
    tx.expect_many()
    tx.execute("DELETE FROM outcome_twice")
    tx.execute("CREATE TEMP TABLE found_twice AS SELECT * FROM outcome_twice")
    agencies = [row["agency_id"] for row in tx.rows("SELECT DISTINCT agency_id FROM outcome ORDER BY agency_id")]
    some = RAW.format(condition="agency_id = ANY($1::UUID[])")
    for place in range(0, len(agencies), _AGENCIES):
        tx.execute(f"INSERT INTO found_twice ({_NAMES}) {some}", agencies[place : place + _AGENCIES])
    # In the order of the days, the embedded engine skips what lies outside of a period.
    tx.execute(f"{_INSERT} SELECT {_NAMES} FROM found_twice ORDER BY day")
    tx.execute("DROP TABLE found_twice")
    tx.execute("DELETE FROM launch_turn WHERE name = $1", _WANTED)


# Whether `find_all` is still to be run.
WANTED = f"EXISTS (SELECT 1 FROM launch_turn WHERE name = '{_WANTED}')"
