"""Files for spreadsheets: no cell that runs, and what was a number is the same number when it comes back.

OWASP ASVS 5.0: V1.2.10 (formula injection).
"""

from __future__ import annotations

import ast
import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pandas as pd
import pytest

from ftcore import phones
from ftcore.database import Database, utc_now
from ftcore.drafting import records
from ftcore.drafting.records import FieldNote
from ftcore.insight import metrics
from ftcore.matching import choices, people_cells, people_import
from ftcore.model import BadRow, ImportReport
from ftcore.outreach import corrections
from ftcore.spreadsheet import harmless, table_bytes

PROJECT = Path(__file__).parents[2]
BEGIN = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠", "−", "﹢", "﹣", "﹦", "\ufeff=",
         "\u200b+", " =", "\u00a0@", "\u2060=", "\u202e=")  # fmt: skip
REST = ("1+1", 'HYPERLINK("http://attaque.example","x")', "cmd|'/C calc'!A0", "SUM(1;2)", '"quoted";more', "a,b")
CELLS = [begin + rest for begin in BEGIN for rest in REST]


def may_run(cell: str) -> bool:
    """As a spreadsheet that drops what cannot be seen decides it."""
    return cell.lstrip(" \u00a0\u200b\u200c\u200d\u200e\u200f\u2060\u202e\ufeff").startswith(BEGIN)


def read(data: bytes, delimiter: str = ";") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def _shortlist(cells: list[str]) -> bytes:
    return choices.shortlist_csv(pd.DataFrame(dict.fromkeys(("Nom", *cells[:30]), cells)))


def _rejected(cells: list[str]) -> bytes:
    bad = [BadRow(number, cell, cell, cell) for number, cell in enumerate(cells)]
    return people_import.rejected_csv(ImportReport(0, 0, 0, tuple(bad)))


WRITERS: dict[str, Callable[[list[str]], bytes]] = {
    "spreadsheet.table_bytes": lambda cells: table_bytes(cells, [cells, cells]),
    "choices.shortlist_csv": _shortlist,
    "people_import.rejected_csv": _rejected,
    "records.notes_csv": lambda cells: records.notes_csv([FieldNote(cell, cell, cell, cell) for cell in cells]),
    "metrics.spreadsheet": lambda cells: metrics.spreadsheet(pd.DataFrame(dict.fromkeys(cells, cells))),
}


@pytest.mark.parametrize("name", WRITERS)
def test_no_cell_of_a_file_for_spreadsheets_runs_and_each_is_kept(name: str) -> None:
    rows = read(WRITERS[name](CELLS))
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if may_run(cell)] == []
    kept = {cell.removeprefix("'").replace("\r\n", "\n").replace("\r", "\n") for cell in cells}
    assert {cell.replace("\r", "\n") for cell in CELLS} <= kept


def test_the_examples_and_the_research_tables_hold_no_formula_either(database: Database, tmp_path: Path) -> None:
    rows = [
        {"agency_id": uuid4(), "reply_id": uuid4(), "body": cell, "reading": "yes", "answer": "no",
         "corrected_utc": utc_now()}
        for cell in CELLS if "\0" not in cell
    ]  # fmt: skip
    database.transact(lambda tx: tx.insert("reply_example", rows))
    corrections.export(database, tmp_path / "examples.csv")
    assert [cell for row in read((tmp_path / "examples.csv").read_bytes(), ",") for cell in row if may_run(cell)] == []


def test_every_place_that_writes_a_csv_is_known() -> None:
    """A new one must come through `harmless`, and into the table above."""
    writing = set()
    for file in sorted([*PROJECT.glob("ftcore/**/*.py"), *PROJECT.glob("pages/*.py")]):
        if not re.search(r"csv|to_excel|xlsx", file.read_text()):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in ("to_csv", "to_excel", "writerow", "writerows"):
                writing.add(str(file.relative_to(PROJECT)))
                assert "harmless" in file.read_text(), file
            if isinstance(node, ast.Attribute) and node.attr == "writer" and getattr(node.value, "id", "") == "csv":
                writing.add(str(file.relative_to(PROJECT)))
    assert writing == {
        "ftcore/commands/journal.py",
        "ftcore/insight/metrics.py",
        "ftcore/insight/research_export.py",
        "ftcore/outreach/corrections.py",
        "ftcore/spreadsheet.py",
        "ftcore/trust/journal_search.py",
    }


def test_ordinary_cells_stay_as_they_are() -> None:
    for cell in ("Léa", "12 rue du Pont", "a=b", "1-2", 3, -3, 2.5, None, "", "'=", "« oui »", "à demander"):
        assert harmless(cell) == cell


def test_ten_thousand_numbers_are_the_same_after_an_export_and_an_import() -> None:
    numbers = [f"+3363998{number:04d}" for number in range(10_000)]
    written = [[number, phones.display(number), f"'{number}"] for number in numbers]
    rows = read(table_bytes(["+", "0", "'"], written))[1:]
    assert len(rows) == 10_000
    for number, row in zip(numbers, rows, strict=True):
        assert [people_cells.phone(people_cells.text_of(cell)) for cell in row] == [number] * 3
