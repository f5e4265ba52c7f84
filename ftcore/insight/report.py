"""Mesures as a document: the figures of a view as a PDF with its charts and tables, for who was not at the screen."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pandas as pd

from ftcore.database import Database, utc_now
from ftcore.errors import FtError
from ftcore.insight import figures, knockouts, sections, wording
from ftcore.insight.comparing import MEASURES
from ftcore.insight.figures import Choices, Figures, Filters
from ftcore.insight.metrics import FEW, WINDOW_HOURS, Rate, rate
from ftcore.insight.sections import Section
from ftcore.model import Person

if TYPE_CHECKING:
    from fpdf import FPDF

INK, QUIET, LINE, HEAD = (28, 35, 51), (91, 102, 120), (213, 219, 230), (244, 246, 250)
MOST_ROWS = 24
CHARACTER = 1.75  # mm of a table's line for one character, with its margin
MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
          "décembre")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scope:
    """What a report is about, in words: its heading, and one line for each filter."""

    title: str
    lines: tuple[str, ...]


def scope(filters: Filters, known: Choices, title: str = "Mesures") -> Scope:
    """The filters in words."""
    agencies = [known.agencies.get(str(one), "agence inconnue") for one in filters.agency_ids or ()]
    lines = [f"Période : {sections.period(filters.since, filters.until)}"]
    before = figures.compared(filters)
    lines.append(f"Comparée à : {sections.period(before.since, before.until)}")
    lines.append("Agence : " + (", ".join(agencies) or "toutes"))
    for label, key, names in (
        ("Métier", filters.occupation, known.occupations),
        ("Offre", filters.offer_id and str(filters.offer_id), known.offers),
        ("Texte du SMS", filters.template, known.templates),
    ):
        if key:
            lines.append(f"{label} : {names.get(str(key), key)}")
    return Scope(title, tuple(lines))


def month_of(text: str) -> tuple[date, date]:
    """The first and the last day of a month written "2026-10". Raises FtError."""
    match = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text)
    if match is None:
        raise FtError(f"« {text} » n'est pas un mois. Écrivez l'année et le mois, par exemple : --month 2026-10")
    year, month = int(match[1]), int(match[2])
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def monthly(database: Database, person: Person, month: str, agency: str | None = None) -> bytes:
    """The report of a month, of one agency by its name or of all, beside the month before. Raises FtError."""
    since, until = month_of(month)
    now = utc_now()
    if since > wording.paris(now).date():
        raise FtError(f"Le mois {month} n'a pas encore commencé : il n'y a rien à mesurer.")
    known = figures.choices(database, person)
    before = month_of(f"{since.year - (since.month == 1)}-{(since.month - 2) % 12 + 1:02d}")
    filters = Filters(since, until, _agency(known, agency), compared=before)
    found = figures.view(database, person, filters)
    if not found.now.contacted:
        where = f" par l'agence « {agency} »" if agency else ""
        raise FtError(f"Aucune personne n'a été contactée{where} en {MONTHS[since.month - 1]} {since.year}.")
    title = f"Mesures, {MONTHS[since.month - 1]} {since.year}"
    return pdf(found, scope(filters, known, title), now)


def _agency(known: Choices, name: str | None) -> tuple[UUID, ...] | None:
    if name is None:
        return None
    named = [UUID(key) for key, label in known.agencies.items() if label == name]
    if not named:
        names = ", ".join(known.agencies.values()) or "aucune"
        raise FtError(f"L'agence « {name} » n'a envoyé aucune campagne. Agences connues : {names}.")
    return tuple(named)


def pdf(found: Figures, about: Scope, now: datetime | None = None) -> bytes:
    """The report as a PDF of A4 pages: the row of figures, then each part with its chart and its table."""
    paper = blank_paper(about, now or utc_now())
    paper.add_page()
    write_heading(paper, about.title, 20)
    for line in about.lines:
        write_text(paper, line)
    if found.has_demo:
        write_text(paper, "Ces chiffres comprennent des données de démonstration, inventées.")
    if not found.now.contacted:
        write_text(paper, "Aucune personne contactée dans cette période.")
        return bytes(paper.output())
    paper.ln(3)
    _rows(paper, *_figures(found))
    write_text(
        paper,
        f"Une réponse compte dans les {WINDOW_HOURS} h après la remise du SMS d'ouverture. IC : intervalle de Wilson "
        f"à 95{wording.NARROW}%. Deux taux dont les intervalles se recouvrent ne sont pas tenus pour différents. "
        f"Moins de {FEW} personnes : trop peu.",
        quiet=True,
    )
    for section, chart in _parts(found):
        _part(paper, section, chart)
    return bytes(paper.output())


def _figures(found: Figures) -> tuple[list[str], list[list[str]]]:
    """The row of figures of the page as a table."""
    now, before = found.now, found.before

    def told(one: Rate) -> list[str]:
        if one.value is None:
            return ["—", "0", ""]
        words = "trop peu" if one.too_few else wording.percent(one.value)
        return [words, wording.number(one.base), "" if one.too_few else wording.interval(one)]

    rows = [["Personnes contactées", wording.number(now.contacted), "", "", wording.number(before.contacted), ""]]
    for box in sections.boxes(found):
        other = f"{told(box.other)[0]} des {wording.number(box.other.base)} {box.other_base}"
        rows.append([f"{box.label} (÷ {box.base})", *told(box.now), told(box.before)[0], other])
    median = "—" if now.median_minutes is None else wording.minutes(now.median_minutes)
    earlier = "—" if before.median_minutes is None else wording.minutes(before.median_minutes)
    rows.append(["Première réponse, médiane", median, wording.number(now.timed), "", earlier, ""])
    human = told(rate(now.needs_human, now.replies))
    rows.append(
        ["À reprendre par un conseiller (÷ réponses)", *human, told(rate(before.needs_human, before.replies))[0], ""]
    )
    return ["", "Période", "n", "IC", "Avant", "Sur l'autre base"], rows


def _parts(found: Figures) -> Iterator[tuple[Section, bytes | None]]:
    """The parts of the page in its order, each with its chart."""
    from ftcore.insight import report_charts as charts

    yield sections.funnel(found.now), charts.funnel(found)
    section, curve = sections.first_replies(found)
    yield section, None if curve.too_few else charts.first_replies(curve)
    yield sections.over_time(found), charts.over_time(found)
    for by in sections.DIMENSIONS:
        section, groups = sections.comparison(found, by)
        if len(groups) > 1:
            yield section, charts.groups(groups, MEASURES["reponse"])
    section = sections.hours(found)
    yield section, charts.hours(section)
    section, asked = sections.questions(found)
    if asked:
        advice = " ".join(filter(None, map(knockouts.advice, asked)))
        section = Section(
            section.key, section.title, f"{section.sentence} {advice}".strip(), section.table, section.note
        )
        yield section, charts.questions(asked)
    yield sections.landmarks(found), charts.landmarks(found)
    yield sections.cost(found), None
    yield sections.work(found), None


def blank_paper(about: Scope, now: datetime) -> FPDF:
    """An empty document with a font that has the narrow spaces, dashes and quotes of French."""
    import matplotlib
    from fpdf import FPDF

    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    made = f"{about.title} · Entremise · fait le {wording.paris(now):%d/%m/%Y à %H:%M}"

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
    paper.set_title(about.title)
    paper.set_creation_date(wording.paris(now))
    return paper


def write_heading(paper: FPDF, text: str, size: int) -> None:
    """A heading, in points."""
    paper.set_font("DejaVu", "B", size)
    paper.set_text_color(*INK)
    paper.multi_cell(0, size * 0.48, text, align="L", new_x="LMARGIN", new_y="NEXT")
    paper.ln(1)


def write_text(paper: FPDF, text: str, *, quiet: bool = False) -> None:
    """A paragraph; `quiet` ones are small and grey."""
    paper.set_font("DejaVu", size=7.5 if quiet else 9)
    paper.set_text_color(*(QUIET if quiet else INK))
    paper.multi_cell(0, 4.4, text, align="L", new_x="LMARGIN", new_y="NEXT")
    paper.ln(0.6)


def _part(paper: FPDF, section: Section, chart: bytes | None) -> None:
    """One part, its heading never alone at the foot of a page."""
    if paper.will_page_break(110 if chart else 45):
        paper.add_page()
    else:
        paper.ln(6)
    write_heading(paper, section.title, 13)
    write_text(paper, section.sentence)
    if section.note:
        write_text(paper, section.note, quiet=True)
    if chart is not None:
        paper.image(chart, w=paper.epw, alt_text=f"{section.title}. {section.sentence}")
        paper.ln(2)
    table = section.table if section.printed is None else section.printed
    _rows(paper, [str(name) for name in table.columns], _cells(table.head(MOST_ROWS)))
    if len(table) > MOST_ROWS:
        write_text(paper, f"Les {MOST_ROWS} premières lignes sur {wording.number(len(table))} : la suite se télécharge "
                     "depuis la page Mesures.", quiet=True)  # fmt: skip


def _cells(table: pd.DataFrame) -> list[list[str]]:
    """The cells in words: shares as percentages, counts with spaces, days as in French."""

    def cell(value: Any, share: bool) -> str:
        if value is None or value != value:
            return "—"
        if share:
            return wording.percent(value)
        if isinstance(value, date):
            return f"{value:%d/%m/%Y}"
        return value if isinstance(value, str) else wording.number(value)

    shares = [table[name].dtype == "float64" for name in table.columns]
    return [
        [cell(value, share) for value, share in zip(row, shares, strict=True)]
        for row in table.itertuples(index=False, name=None)
    ]  # fmt: skip


def _rows(paper: FPDF, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
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
