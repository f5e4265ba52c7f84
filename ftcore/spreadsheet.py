"""Tables as French spreadsheets read them: UTF-8 with BOM, semicolons, and no cell that runs as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

# The signs of OWASP ASVS 5.0, 1.2.10, those that some programs take for them, and an end of line, after which a
# program that reads lines begins a cell. What cannot be seen may stand before them: it is dropped on the way.
_UNSEEN = "[ \u00a0\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]*"
_FORMULA = re.compile(_UNSEEN + "[=+\\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20\u2212\ufe62-\ufe66]")


def harmless(cell: object) -> object:
    """The cell, with an apostrophe before a text that a spreadsheet would run as a formula."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def table_bytes(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The file of a table with its line of column names."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow([harmless(head) for head in heads])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")
