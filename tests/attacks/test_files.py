"""What comes in as a file and goes out as one: bombs, paths, types, sizes, and exports that could be mistaken.

OWASP ASVS 5.0: V5.2.1, V5.2.2, V5.2.3 (size, type, bombs), V5.3.2 and V5.3.3 (paths), V5.4.1 (names), V8.2.2 (whose).
"""

from __future__ import annotations

import ast
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

import docx
import pyarrow as pa
import pytest
from pyarrow import parquet
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from ftcore.database import utc_now
from ftcore.drafting import documents, exports, formats, prompts
from ftcore.errors import FtError, UnreadableFile
from ftcore.insight import pilot_file
from ftcore.matching import people_file, rome_files

PROJECT = Path(__file__).parents[2]
AGENCY = UUID(int=7)


def calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call of `something.name` in the pages, with where it stands."""
    for file in sorted(PROJECT.glob("pages/*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
                yield f"{file.name}:{node.lineno}", node


# A file of these names is small, and the same for whoever gets it: a prompt has 20,000 characters at most.
NAMED_OTHERWISE = {
    "prompt_desk.py": "f'{prompt.name}-{prompt.version}.md'",
    "evaluation_export.py": "str(made['name'])",
}


def test_every_download_has_a_name_that_is_nobody_elses() -> None:
    found = 0
    for where, call in calls("download_button"):
        found += 1
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        name = ast.unparse(given["file_name"] if "file_name" in given else call.args[2])
        page = where.partition(":")[0]
        unique = re.search(r"uuid4\(\)|offer\.offer_id|\{content\}", name)
        assert unique or NAMED_OTHERWISE.get(page) == name, f"{where}: {name}"
    assert found >= 10


def test_two_hundred_pairs_of_exports_of_one_length_never_cross() -> None:
    """As pages name them, over 1 MiB, in Streamlit's own store, where an address is a partial hash of both."""
    storage = MemoryMediaFileStorage("/media")
    manager = MediaFileManager(storage)
    size = 1024 * 1024 + 1
    head = b"Rang;Nom\r\n" * 2_000
    addresses: dict[str, bytes] = {}
    for number in range(200):
        for letter in (b"A", b"B"):
            # Alike at both ends, apart in the middle, where a partial hash does not look.
            mark = letter + b"%05d" % number
            middle = (size - len(mark)) // 2
            data = head + b"x" * (middle - len(head)) + mark + b"x" * (size - middle - len(mark))
            url = manager.add(
                data, "text/csv", f"page.{number}", f"selection-{uuid4()}.csv", is_for_static_download=True
            )
            assert url not in addresses
            addresses[url] = mark
            kept = storage.get_file(url.rpartition("/")[2])
            assert mark in kept.content
            assert len(kept.content) == size
            storage.delete_file(kept_id(storage))
    assert len(addresses) == 400


def kept_id(storage: MemoryMediaFileStorage) -> str:
    (file_id,) = storage._files_by_id
    return file_id


def test_every_upload_says_which_kinds_it_takes_and_how_large() -> None:
    largest = {
        "administration.py": 400,
        "chat.py": 10,
        "evaluation_pilot.py": 2,
        "offer_ways.py": 50,
        "prompt_desk.py": 1,
    }
    found = [*calls("file_uploader"), *(one for one in calls("chat_input") if "accept_file" in ast.unparse(one[1]))]
    assert len(found) >= 6
    for where, call in found:
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        assert int(given["max_upload_size"]) <= largest[where.partition(":")[0]], where
        assert "type" in given or "file_type" in given or len(call.args) > 1, where


def word(parts: dict[str, bytes]) -> bytes:
    """A document of Word; what is given for one of its parts stands behind it, or is a part more."""
    out = io.BytesIO()
    docx.Document().save(out)
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as whole, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        for name in {**dict.fromkeys(whole.namelist()), **dict.fromkeys(parts)}:
            bomb.writestr(name, (whole.read(name) if name in whole.namelist() else b"") + parts.get(name, b""))
    return out.getvalue()


def folded_word() -> bytes:
    return word({"word/document.xml": b" " * 5_000_000})


def many_folded_words() -> bytes:
    """Of its parts none is folded more tightly than texts may be; together they are 70 MB."""
    return word({f"word/media/{number}.txt": b" " * 990_000 for number in range(70)})


def word_of_crumbs() -> bytes:
    return word({f"word/media/{number}.txt": b"x" for number in range(2_100)})


def parquet_file(**columns: pa.Array) -> bytes:
    out = io.BytesIO()
    parquet.write_table(pa.table(columns), out, compression="zstd", store_schema=False)
    return out.getvalue()


def parquet_bomb() -> bytes:
    """Some kilobytes in which each of 250 rows means the same text of a megabyte."""
    zeros = pa.array([0] * 250, pa.int32())
    return parquet_file(Nom=pa.DictionaryArray.from_arrays(zeros, pa.array(["x" * 1_000_000])))


def endless_parquet() -> bytes:
    return parquet_file(Nom=pa.nulls(people_file.MOST_ROWS + 1, pa.string()))


def read_parquet(data: bytes) -> object:
    return [chunk.cells for chunk in people_file.open_table("gens.parquet", data).chunks()]


READERS: dict[str, Callable[[bytes], object]] = {
    "a document": lambda data: documents.read_document("cv.docx", data),
    "an offer as Word": lambda data: exports.read(data, exports.Format.WORD, AGENCY, utc_now()),
    "people as Parquet": read_parquet,
    "people as CSV": lambda data: [chunk.cells for chunk in people_file.open_table("gens.csv", data).chunks()],
    "outcomes of agencies": pilot_file.read,
    "a prompt": lambda data: prompts.read(data.decode("utf-8", "replace")),
}


@pytest.mark.parametrize(
    ("reader", "bomb"),
    [
        pytest.param("a document", folded_word, id="a part folded as no text is"),
        pytest.param("a document", many_folded_words, id="parts that are too much together"),
        pytest.param("a document", word_of_crumbs, id="parts without number"),
        pytest.param("an offer as Word", many_folded_words, id="an offer that is too much"),
        pytest.param("people as Parquet", parquet_bomb, id="one text for every row"),
        pytest.param("people as Parquet", endless_parquet, id="rows without number"),
    ],
)
def test_a_file_that_unpacks_without_end_is_refused_with_a_sentence(reader: str, bomb: Callable[[], bytes]) -> None:
    data = bomb()
    assert len(data) < 1_000_000
    with pytest.raises(UnreadableFile, match=r"trop lourd|trop gros"):
        READERS[reader](data)


def test_a_parquet_file_is_weighed_by_what_it_says_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    data = parquet_file(Nom=pa.array(["x" * 5_000] * 300))
    read_parquet(data)
    monkeypatch.setattr(people_file, "LARGEST_UNPACKED", 5_000)
    with pytest.raises(UnreadableFile, match="trop lourd"):
        read_parquet(data)


def test_an_archive_of_the_rome_is_weighed_before_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rome_files, "_LARGEST", 1_000_000)
    with zipfile.ZipFile(tmp_path / "rome.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for table in rome_files.NEEDED:
            archive.writestr(f"unix_{table}_v460_utf8.csv", b"x" * 2_000_000)
        archive.writestr("../../../etc/cron.d/unix_evil_v460_utf8.csv", b"x")
    with pytest.raises(UnreadableFile):
        rome_files.read_rome(tmp_path / "rome.zip")
    assert [file.name for file in tmp_path.iterdir()] == ["rome.zip"]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x7fELF\x02\x01" + bytes(500), id="a program"),
        pytest.param(b"PK\x05\x06" + bytes(18), id="an empty archive"),
        pytest.param(b"%PDF-1.7\n%%EOF", id="a PDF"),
        pytest.param(b"PAR1" + bytes(100) + b"PAR1", id="nearly Parquet"),
        pytest.param(
            b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", id="XML"
        ),
        pytest.param(b"\xff\xfe" + b"\0\xd8" * 200, id="lone surrogates"),
        pytest.param(b'{"a":' * 5_000, id="deep JSON"),
        pytest.param(b"\0" * 10_000, id="zeros"),
    ],
)
def test_what_is_of_another_kind_is_refused_or_read_as_text_and_nothing_else(reader: str, data: bytes) -> None:
    try:
        told = str(READERS[reader](data))
    except FtError as refusal:
        told = f"refused: {refusal}"
    assert "root:" not in told
    assert "Traceback" not in told


NAMES = ("../../etc/passwd.txt", "..\\..\\windows\\win.ini.txt", "/etc/passwd.txt", "a\0.txt", "file:///etc/passwd.txt",
         "C:\\x.txt", "....//....//x.txt", "%2e%2e%2fx.txt", "x" * 5_000 + ".txt", "\u202etxt.exe.txt", "<b>x</b>.txt",
         "con.txt", ".txt", "~/.ssh/id_rsa.txt", "|ls.txt", "$(id).txt", "'; DROP TABLE offer; --.txt")  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_and_never_opened(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_: object, **__: object) -> None:
        raise AssertionError("a file was opened by a name that somebody gave")

    monkeypatch.setattr("builtins.open", opened)
    monkeypatch.setattr(Path, "open", opened)
    with suppress(UnreadableFile):
        document = documents.read_document(name, b"Bonjour")
        assert document.text == "Bonjour"
        assert not set("/\\\0") & set(document.name)
        assert len(document.name) <= 120
    table = people_file.open_table(name, b"Identifiant;Nom\n1;Essai\n")
    assert table.rows == 1


def test_a_file_of_offers_that_is_deep_wide_or_no_json_is_refused_with_a_sentence(database: object) -> None:
    for data in (b"[" * 100_000, b'{"resultats":' * 2_000 + b"1" + b"}" * 2_000, b"[1e999]", b'["\\ud800"]', b"nul"):
        with suppress(FtError):  # anything else is an error of ours
            formats.read_france_travail(data, database, AGENCY, utc_now())  # type: ignore[arg-type]
