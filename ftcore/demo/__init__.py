"""A synthetic agency: people, offers and eight weeks of campaigns, all invented, seeded and marked as demo.

The same seed and the same day give the same data on every machine. Numbers lie in the range that is
reserved for works of fiction, so that no SMS can ever reach anybody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from ftcore.database import Database, Row, Transaction
from ftcore.demo import journal as demo_journal
from ftcore.demo import traits
from ftcore.demo.agencies import AGENCIES, DemoAgency, counselor, member, paris
from ftcore.demo.evaluation import evaluation
from ftcore.demo.history import History
from ftcore.demo.offers import Places
from ftcore.demo.people import neighbours, people
from ftcore.insight import outcomes
from ftcore.matching.pool import lay_out
from ftcore.outreach import worklist
from ftcore.trust import journal

__all__ = ["AGENCIES", "DemoAgency", "counselor", "ensure_demo", "member", "people"]


def ensure_demo(database: Database, now: datetime, seed: int = 2026, agencies: Sequence[DemoAgency] = AGENCIES) -> None:
    """Fill a database that has no agency yet with the demo, in one transaction; leave any other alone.

    `now` is naive UTC: the eight weeks of history end the day before, and a few offers are of today. The agencies may
    have fewer people than usual.
    """
    if database.value("SELECT count(*) FROM agency"):
        return
    tables: defaultdict[str, list[Row]] = defaultdict(list)
    first_phone = 0
    for agency in agencies:
        pool = people(agency.agency_id, agency.people, seed, database, today=paris(now).date(), first_phone=first_phone)
        first_phone += agency.people
        tables["agency"].append(
            {"agency_id": agency.agency_id, "name": agency.name, "department": agency.department, "demo": True}
        )
        tables["candidate"] += pool
        history = History(agency, pool, Places(database), neighbours(database), now, seed)
        history.write()
        for table, rows in history.tables.items():
            tables[table] += rows
        tables["candidate_trait"] += traits.declared(pool, history.tables, seed, paris(now).date())
    tables |= traits.counted(tables, seed)
    for table, rows in evaluation(tables, now, seed).items():
        tables[table] += rows

    def write(tx: Transaction) -> None:
        # Replicas that start together take turns; the later one finds the work done.
        tx.take_turn()
        if tx.value("SELECT count(*) FROM agency"):
            return
        for table, rows in tables.items():
            if table != "journal":
                tx.insert(table, rows)
        demo_journal.write(tx, tables)
        outcomes.due(tx, ((row["agency_id"], row["conversation_id"]) for row in tables["conversation"]))
        worklist.keep_all(tx)
        for agency in agencies:
            lay_out(tx, agency.agency_id)
            journal.record(tx, agency.agency_id, "automate", "demo created", agency.agency_id, now, f"seed {seed}")

    database.transact(write)
    outcomes.refresh(database)
    # A planner that knows nothing of the new rows took a hundred times as long over the figures.
    database.transact(lambda tx: tx.execute("ANALYZE"))
