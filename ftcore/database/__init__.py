"""One Database over two engines: an embedded DuckDB file, or PostgreSQL for several replicas."""

from ftcore.database.base import Database, Row, Transaction, utc_now
from ftcore.database.group_commit import GroupCommit

__all__ = ["Database", "GroupCommit", "Row", "Transaction", "utc_now"]
