"""An offer as a Word document: a page one can send, and read back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.etree.ElementTree import ParseError

import docx
from docx.document import Document
from docx.shared import Cm, Pt

from ftcore.drafting.exports.sheet import DESCRIPTION, LABELS, LINES, LISTS, NO_SHEET, Sheet
from ftcore.errors import UnreadableFile

# Far more than an offer takes; a small file may unfold into gigabytes.
LARGEST_UNFOLDED = 20_000_000


def to_word(sheet: Sheet) -> bytes:
    """The sheet as a .docx: the title, a table of facts, lists under headings, the free text."""
    document = page(sheet.lines.get("title", ""))
    add_facts(document, [(LABELS[name], value) for name, value in sheet.lines.items() if name != "title"])
    for name, items in sheet.lists.items():
        document.add_heading(LABELS[name], 2)
        for item in items:
            document.add_paragraph(item, style="List Bullet")
    document.add_heading(DESCRIPTION, 2)
    for line in sheet.description.split("\n"):
        document.add_paragraph(line)
    return content(document)


def page(title: str) -> Document:
    """A document of ours with its title, to be filled."""
    document = docx.Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Calibri", Pt(11)
    document.core_properties.author = "Entremise"
    document.core_properties.title = title
    document.core_properties.language = "fr-FR"
    for section in document.sections:
        section.left_margin = section.right_margin = Cm(2.2)
    document.add_heading(title, 1)
    return document


def add_facts(document: Document, facts: Sequence[tuple[str, str]]) -> None:
    """A table of labels and values; none where there is nothing to say."""
    if facts:
        table = document.add_table(rows=0, cols=2, style="Light Grid Accent 1")
        for label, value in facts:
            cells = table.add_row().cells
            cells[0].text, cells[1].text = label, value
            cells[0].width, cells[1].width = Cm(4.5), Cm(12)


def content(document: Document) -> bytes:
    """The file of a document."""
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def from_word(data: bytes) -> Sheet:
    """The sheet of such a document. Raises UnreadableFile for any other file."""
    document = _opened(data)
    lists, lines = {LABELS[name]: name for name in LISTS}, {LABELS[name]: name for name in LINES}
    sheet = Sheet()
    current: list[str] | None = None
    free: list[str] | None = None
    for paragraph in document.paragraphs:
        style = paragraph.style.name if paragraph.style is not None else ""
        if free is not None:
            free.append(paragraph.text)
        elif style == "Heading 1" and "title" not in sheet.lines:
            sheet.lines["title"] = paragraph.text
        elif style == "Heading 2" and paragraph.text == DESCRIPTION:
            free = []
        elif style == "Heading 2" and paragraph.text in lists:
            current = sheet.lists.setdefault(lists[paragraph.text], [])
        elif style == "List Bullet" and current is not None:
            current.append(paragraph.text)
    for table in document.tables[:1]:
        for row in table.rows:
            if len(row.cells) == 2 and row.cells[0].text in lines:
                sheet.lines[lines[row.cells[0].text]] = row.cells[1].text
    if free is None:
        raise UnreadableFile(NO_SHEET)
    sheet.description = "\n".join(free)
    return sheet


def _opened(data: bytes) -> Document:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNFOLDED:
                raise UnreadableFile("Ce document est trop gros pour une offre.")
        return docx.Document(io.BytesIO(data))
    except UnreadableFile:
        raise
    # XML that is none comes as a SyntaxError, a compression that nobody knows as a NotImplementedError.
    except (zipfile.BadZipFile, ParseError, KeyError, ValueError, OSError, SyntaxError, NotImplementedError) as error:
        raise UnreadableFile(NO_SHEET) from error
