"""What a document of ours is printed with: a page, headings, running text, tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ftcore.insight import wording

if TYPE_CHECKING:
    from fpdf import FPDF

INK, QUIET, LINE, HEAD = (28, 35, 51), (91, 102, 120), (213, 219, 230), (244, 246, 250)
CHARACTER = 1.75  # mm of a table's line for one character, with its margin


def new_paper(title: str, now: datetime) -> FPDF:
    """An empty document with a font that has the narrow spaces, dashes and quotes of French."""
    import matplotlib
    from fpdf import FPDF

    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    made = f"{title} · Entremise · fait le {wording.paris(now):%d/%m/%Y à %H:%M}"

    class Paper(FPDF):
        def footer(self) -> None:
            self.set_y(-12)
            self.set_font("DejaVu", size=7)
            self.set_text_color(*QUIET)
            self.cell(0, 5, made)
            self.set_x(self.l_margin)
            self.cell(0, 5, f"page {self.page_no()}", align="R")

    paper = Paper(format="A4")
    paper.add_font("DejaVu", "", fonts / "DejaVuSans.ttf")
    paper.add_font("DejaVu", "B", fonts / "DejaVuSans-Bold.ttf")
    paper.set_margins(16, 14)
    paper.set_auto_page_break(True, 16)
    paper.set_lang("fr")
    paper.set_title(title)
    paper.set_creation_date(wording.paris(now))
    return paper


def heading(paper: FPDF, text: str, size: int) -> None:
    """A heading of so many points."""
    paper.set_font("DejaVu", "B", size)
    paper.set_text_color(*INK)
    paper.multi_cell(0, size * 0.48, text, align="L", new_x="LMARGIN", new_y="NEXT")
    paper.ln(1)


def paragraph(paper: FPDF, text: str, *, quiet: bool = False) -> None:
    """Running text; `quiet` for what is said beside."""
    paper.set_font("DejaVu", size=7.5 if quiet else 9)
    paper.set_text_color(*(QUIET if quiet else INK))
    paper.multi_cell(0, 4.4, text, align="L", new_x="LMARGIN", new_y="NEXT")
    paper.ln(0.6)


def table_rows(paper: FPDF, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with its line of names, repeated on each page; words to the left, figures to the right."""
    from fpdf.fonts import FontFace

    if not rows:
        return
    columns = [list(column) for column in zip(heads, *rows, strict=True)]
    # In characters: no word is broken, and no sentence takes the whole line.
    needed = [max(len(word) for cell in column for word in (cell.split() or [""])) + 2 for column in columns]
    wished = [max(least, min(max(map(len, column)) + 1, 40)) for least, column in zip(needed, columns, strict=True)]
    figures_in = [all(not cell or cell[0] in "0123456789—+−" or cell == "trop peu" for cell in column)
                  for _, *column in columns]  # fmt: skip
    paper.set_font("DejaVu", size=7)
    paper.set_text_color(*INK)
    paper.set_draw_color(*LINE)
    with paper.table(
        headings_style=FontFace(emphasis="BOLD", fill_color=HEAD),
        width=min(paper.epw, max(sum(wished) * CHARACTER, paper.epw / 2)),
        align="LEFT",
        col_widths=tuple(wished),
        text_align=tuple("RIGHT" if figure else "LEFT" for figure in figures_in),
        borders_layout="HORIZONTAL_LINES",
        line_height=4.6,
        padding=0.6,
        gutter_width=1.5,
    ) as table:
        for line in [heads, *rows]:
            row = table.row()
            for cell in line:
                row.cell(cell)
    paper.ln(2)
