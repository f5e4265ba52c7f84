"""Documents that people attach, as text: PDF, DOCX and TXT. Nothing in them is run, and nothing is fetched."""

from __future__ import annotations

import codecs
import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import docx
import docx.opc.exceptions
import pypdf
import pypdf.errors
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from ftcore.drafting.untrusted import clean
from ftcore.errors import UnreadableFile

LARGEST = 10_000_000  # bytes
MOST_PAGES = 100
LONGEST = 60_000  # characters
LARGEST_UNPACKED = 60_000_000  # bytes: what all the parts of a DOCX say they hold
MOST_PARTS = 2_000
HIGHEST_RATIO = 200  # of a part's size to its packed size; text seldom passes 20
LARGEST_PAGE = 4_000_000  # bytes of drawing commands on one page of a PDF
_ADVICE = "Enregistrez-le en PDF, DOCX ou TXT, ou collez son texte."

# Its warnings quote what it reads: documents stay out of the logs.
logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class Document:
    """A document's text. `pages` is None where the format has none; `notes` are sentences on what was left out."""

    name: str
    text: str
    pages: int | None
    notes: tuple[str, ...] = ()


def read_document(name: str, data: bytes) -> Document:
    """The text of a PDF, DOCX or TXT file of at most 10 MB and 100 pages, cut after 60,000 characters.

    Raises UnreadableFile, and nothing else, with what is wrong and what to do.
    """
    shown = clean(PurePosixPath(name.replace("\\", "/")).name)[:120] or "document"
    if len(data) > LARGEST:
        raise UnreadableFile(f"« {shown} » dépasse 10 Mo : joignez un fichier plus léger, ou collez son texte.")
    if not data.strip(b"\0 \t\r\n"):
        raise UnreadableFile(f"« {shown} » est vide : choisissez un autre fichier.")
    read = _reader(shown, data)
    text, pages, notes = read(shown, data)
    text = re.sub(r"\n{3,}", "\n\n", clean(text))
    if not text:
        raise UnreadableFile(f"« {shown} » ne contient aucun texte : choisissez un autre fichier, ou collez son texte.")
    if len(text) > LONGEST:
        notes.append("Le document est long : seuls ses 60 000 premiers caractères sont gardés.")
        text = text[:LONGEST].rstrip()
    return Document(shown, text, pages, tuple(notes))


Read = tuple[str, int | None, list[str]]


def _reader(name: str, data: bytes) -> Callable[[str, bytes], Read]:
    """How the file is read, by its extension; what its first bytes say must agree."""
    extension = PurePosixPath(name).suffix.lower()
    wanted = {".pdf": "PDF", ".docx": "Word (DOCX)", ".txt": "texte"}.get(extension)
    content = _content(data)
    if wanted is None:
        what = f"est un {content}" if content in _OTHERS else "n'a pas une extension connue"
        raise UnreadableFile(f"« {name} » {what} : ce format n'est pas lu. {_ADVICE}")
    if content != wanted:
        if extension == ".txt" and content is None:
            return _read_text
        raise UnreadableFile(
            f"« {name} » n'est pas un fichier {wanted}, malgré son extension"
            f"{f' : c’est un {content}' if content else ''}. {_ADVICE}"
        )
    return {".pdf": _read_pdf, ".docx": _read_docx}.get(extension, _read_text)


_OTHERS = {
    "ancien document Word (DOC)": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "document RTF": b"{\\rtf",
    "image PNG": b"\x89PNG",
    "image JPEG": b"\xff\xd8\xff",
    "image GIF": b"GIF8",
    "fichier compressé": b"PK",
    "programme": b"MZ\x90",
}


def _content(data: bytes) -> str | None:
    """What the bytes are, by their first ones; None for text and for what is not known."""
    if b"%PDF-" in data[:1024] and not data.startswith(b"PK"):
        return "PDF"
    if data.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(data)) and b"word/" in data:
        return "Word (DOCX)"
    return next((what for what, first in _OTHERS.items() if data.startswith(first)), None)


def _read_pdf(name: str, data: bytes) -> Read:
    broken = UnreadableFile(
        f"« {name} » est abîmé et ne peut pas être lu. Demandez-en une autre copie, ou collez son texte."
    )
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableFile(
                f"« {name} » est protégé par un mot de passe : enregistrez-en une copie sans protection."
            )
        count = len(reader.pages)
        if not 0 < count <= MOST_PAGES:
            if count:
                raise UnreadableFile(f"« {name} » compte {count} pages, au plus 100 sont lues : joignez un extrait.")
            raise broken
        texts, images = _pages(reader, name)
    except UnreadableFile:
        raise
    except Exception:  # noqa: BLE001 - a damaged PDF fails in any way, and the error quotes the document
        raise broken from None
    if not any(text.strip() for text in texts):
        raise UnreadableFile(
            f"« {name} » : ce PDF est une image, sans texte à lire. Joignez le document d'origine, ou collez son texte."
        )
    notes = []
    if images:
        pages = ", ".join(map(str, images))
        notes.append(
            f"La page {pages} est une image ou vide : elle n'a pas été lue."
            if len(images) == 1
            else f"Les pages {pages} sont des images ou vides : elles n'ont pas été lues."
        )
    return "\n\n".join(texts), count, notes


def _pages(reader: pypdf.PdfReader, name: str) -> tuple[list[str], list[int]]:
    """The text of each page until there is enough, and the numbers of those without any."""
    texts: list[str] = []
    images: list[int] = []
    length = 0
    for number, page in enumerate(reader.pages, 1):
        contents = page.get_contents()
        if contents is not None and len(contents.get_data()) > LARGEST_PAGE:
            raise UnreadableFile(
                f"« {name} » : la page {number} est trop lourde pour être lue. Joignez un extrait, ou collez son texte."
            )
        text = page.extract_text()
        if not text.strip():
            images.append(number)
        texts.append(text)
        length += len(text)
        if length > LONGEST:
            break
    return texts, images


def _read_docx(name: str, data: bytes) -> Read:
    broken = f"« {name} » est abîmé et ne peut pas être lu. Demandez-en une autre copie, ou collez son texte."
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
        if any(part.flag_bits & 1 for part in parts):
            raise UnreadableFile(
                f"« {name} » est protégé par un mot de passe : enregistrez-en une copie sans protection."
            )
        if (
            len(parts) > MOST_PARTS
            or sum(part.file_size for part in parts) > LARGEST_UNPACKED
            or any(part.file_size > 1_000_000 and part.file_size > HIGHEST_RATIO * part.compress_size for part in parts)
        ):
            raise UnreadableFile(f"« {name} » est trop lourd une fois ouvert : collez plutôt son texte.")
        document = docx.Document(io.BytesIO(data))
        return "\n".join(_docx_lines(document)), None, []
    except UnreadableFile:
        raise
    except Exception:  # noqa: BLE001 - a damaged file fails in any way, and the error quotes the document
        raise UnreadableFile(broken) from None


def _docx_lines(document: Any) -> Iterator[str]:
    """Headers, body, footnotes, footers: each text once, in the order in which one reads."""
    heads: list[str] = []
    feet: list[str] = []
    for section in document.sections:
        for lines, parts in (
            (heads, (section.first_page_header, section.header, section.even_page_header)),
            (feet, (section.first_page_footer, section.footer, section.even_page_footer)),
        ):
            for part in parts:
                if not part.is_linked_to_previous:
                    lines.append("\n".join(_lines(part._element)))
    yield from dict.fromkeys(heads)
    yield from _lines(document.element.body)
    for relation in document.part.rels.values():
        if relation.reltype.endswith(("/footnotes", "/endnotes")) and not relation.is_external:
            yield from _lines(parse_xml(relation.target_part.blob))
    yield from dict.fromkeys(feet)


# Deleted text that a reviewer may still take back, and the second copy of a text box for old programs.
_SKIPPED = {qn("w:del"), qn("w:moveFrom"), "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
_PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")


def _lines(element: Any) -> Iterator[str]:
    """The paragraphs under an element, and the rows of its tables with a bar between cells."""
    for child in element:
        if child.tag == _PARAGRAPH:
            yield _paragraph(child)
            for box in _boxes(child):
                yield from _lines(box)
        elif child.tag == _TABLE:
            yield from _rows(child)
        elif child.tag not in _SKIPPED and isinstance(child.tag, str):
            yield from _lines(child)


def _rows(table: Any) -> Iterator[str]:
    for row in table.iter(_ROW):
        if next(row.iterancestors(_TABLE)) is table:
            cells = [cell for cell in row.iter(_CELL) if next(cell.iterancestors(_ROW)) is row]
            yield " | ".join(" ".join(line for line in _lines(cell) if line.strip()) for cell in cells)


def _paragraph(paragraph: Any) -> str:
    parts: list[str] = []
    for node in _inside(paragraph):
        if node.tag == qn("w:t"):
            parts.append(node.text or "")
        elif node.tag in (qn("w:tab"), qn("w:ptab")) and node.getparent().tag != qn("w:tabs"):
            parts.append("\t")
        elif node.tag in (qn("w:br"), qn("w:cr")):
            parts.append("\n")
        elif node.tag == qn("w:noBreakHyphen"):
            parts.append("-")
    return "".join(parts)


def _boxes(paragraph: Any) -> Iterator[Any]:
    return (node for node in _inside(paragraph) if node.tag == qn("w:txbxContent"))


def _inside(element: Any) -> Iterator[Any]:
    """What is in a paragraph, without entering a text box, which has its own paragraphs."""
    for child in element:
        if child.tag in _SKIPPED or not isinstance(child.tag, str):
            continue
        yield child
        if child.tag != qn("w:txbxContent"):
            yield from _inside(child)


def _read_text(name: str, data: bytes) -> Read:
    text = _decoded(data)
    strange = sum(c == "\ufffd" or (ord(c) < 32 and c not in "\n\r\t\f\x1b") for c in text)
    if strange > len(text) // 100:
        raise UnreadableFile(f"« {name} » n'est pas un fichier de texte lisible. {_ADVICE}")
    return text, None, []


def _decoded(data: bytes) -> str:
    """UTF-8 or UTF-16 by their marks or their form, else as Windows writes French."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    head = data[:4000]
    if head[1::2].count(0) > len(head) * 0.3:
        return data.decode("utf-16-le", "replace")
    if head[::2].count(0) > len(head) * 0.3:
        return data.decode("utf-16-be", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
