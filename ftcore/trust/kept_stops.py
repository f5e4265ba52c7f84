"""Objections that outlive the person who made them: no number is stored, and it is recognised when it comes back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ftcore.database import Transaction
from ftcore.errors import FtError
from ftcore.trust import number_keys


def barred(tx: Transaction, key: bytes | None, phones: Iterable[str]) -> set[str]:
    """Of these numbers, those whose owner had objected before being erased: one hash each, one question for all.

    Raises FtError where objections are kept and their key is not there: better nothing is sent.
    """
    if key is None:
        if tx.value("SELECT EXISTS (SELECT 1 FROM opt_out_kept)"):
            raise FtError(number_keys.NO_KEY)
        return set()
    by_key = {number_keys.keyed(key, phone): phone for phone in phones}
    rows = tx.rows("SELECT number_key FROM opt_out_kept WHERE number_key = ANY($1::TEXT[])", list(by_key))
    return {by_key[row["number_key"]] for row in rows}


def keep(tx: Transaction, key: bytes, phone: str, since: datetime, source: str) -> None:
    """Keep a number's objection as its keyed hash, in place of the number. The earliest of two stays."""
    number_keys.sign(tx, key)
    row = {"number_key": number_keys.keyed(key, phone), "since_utc": since, "source": source}
    tx.insert("opt_out_kept", [row], if_absent=True)
    tx.execute("DELETE FROM opt_out WHERE phone = $1", phone)
