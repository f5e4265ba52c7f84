"""An explanation on paper: a PDF to print, a Word document to complete by hand."""

from __future__ import annotations

from ftcore.drafting.exports import word
from ftcore.insight.explanation import Explanation
from ftcore.insight.paper import heading, new_paper, paragraph, table_rows


def pdf(explanation: Explanation) -> bytes:
    """The explanation as a PDF of A4 pages."""
    paper = new_paper(explanation.title, explanation.made_utc)
    paper.add_page()
    heading(paper, explanation.title, 16)
    paragraph(paper, explanation.lead, quiet=True)
    paragraph(paper, explanation.summary)
    for part in explanation.parts:
        if paper.will_page_break(30):
            paper.add_page()
        else:
            paper.ln(4)
        heading(paper, part.title, 11)
        paragraph(paper, part.result)
        table_rows(paper, ("Quoi", "Valeur"), part.facts)
        for line in part.lines:
            paragraph(paper, f"– {line}")
    return bytes(paper.output())


def docx(explanation: Explanation) -> bytes:
    """The explanation as a Word document."""
    document = word.page(explanation.title)
    document.add_paragraph(explanation.lead)
    document.add_paragraph(explanation.summary)
    for part in explanation.parts:
        document.add_heading(part.title, 2)
        document.add_paragraph(part.result)
        word.add_facts(document, part.facts)
        for line in part.lines:
            document.add_paragraph(line, style="List Bullet")
    return word.content(document)
