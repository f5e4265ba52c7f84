"""The report: one PDF with what the page shows, in French type, or a sentence that says why there is none."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

import pandas as pd
import pypdf
import pytest
from click.testing import CliRunner

from ftcore.__main__ import main
from ftcore.database import utc_now
from ftcore.errors import FtError, NotAllowed
from ftcore.insight import counts, figures, report, report_charts, sections, wording
from ftcore.insight.figures import Choices, Figures
from ftcore.model import Role
from ftcore.services import Services

Make = Callable[..., Figures]
NOW = datetime(2026, 11, 2, 8, 0)


def words(data: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages).split())


def pictures(data: bytes) -> int:
    return sum(len(page.images) for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def test_the_report_says_what_the_page_says(make: Make) -> None:
    found = make()
    data = report.pdf(found, report.Scope("Mesures, octobre 2026", ("Agence : toutes",)), NOW)
    said = words(data)
    for section in (
        sections.funnel(found.now),
        sections.first_replies(found)[0],
        sections.over_time(found),
        sections.comparison(found, "metiers")[0],
        sections.hours(found),
        sections.questions(found)[0],
        sections.landmarks(found),
        sections.cost(found),
        sections.work(found),
    ):
        # Narrow spaces come back from a PDF as plain ones.
        assert section.title.replace(wording.NARROW, " ") in said.replace(wording.NARROW, " "), section.key
    assert "fait le 02/11/2026 à 09:00" in said
    assert "Mises en relation" in said
    assert pictures(data) == 8  # what is one group only is not compared
    assert "démonstration" not in said


def test_invented_figures_are_marked(make: Make) -> None:
    assert "données de démonstration, inventées" in words(report.pdf(make(has_demo=True), report.Scope("Mesures", ())))


@pytest.mark.parametrize("of", [0, 12], ids=["none", "all"])
@pytest.mark.parametrize("base", [11, 12, 20, 49], ids=lambda n: f"n={n}")
def test_rates_of_none_and_of_all_are_drawn(make: Make, base: int, of: int) -> None:
    """The last digit of Wilson's bound may fall beyond 100 %, and an interval of negative length cannot be drawn."""
    found = make(now={"introduced": base, "introduced_in_24h": base if of else 0, "finished": base,
                      "finished_in_5h": base if of else 0})  # fmt: skip
    assert report_charts.landmarks(found).startswith(b"\x89PNG")


def empty(columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="str" if name in ("text", "demand") else "int64") for name in columns})


@pytest.mark.parametrize(
    "tables",
    [
        pytest.param({"hours": empty(["weekday", "hour", "delivered", "replied"])}, id="hours"),
        pytest.param({"waits": empty(["minutes", "answered", "silent"])}, id="replies"),
        pytest.param({"checks": empty(list(counts.CHECK_COLUMNS))}, id="questions"),
    ],
)
def test_a_part_without_data_takes_nothing_away_from_the_others(make: Make, tables: dict[str, pd.DataFrame]) -> None:
    assert "Mises en relation" in words(report.pdf(make(**tables), report.Scope("Mesures", ())))


def test_a_period_without_anybody_says_so(make: Make) -> None:
    nobody = make(now=dict.fromkeys(("contacted", "sent", "delivered", "replied", "interested", "opted_out"), 0))
    assert "Aucune personne contactée" in words(report.pdf(nobody, report.Scope("Mesures", ())))


def test_the_filters_stand_at_the_head(make: Make) -> None:
    agency, offer = uuid4(), uuid4()
    known = Choices({str(agency): "Agence d'Annonay"}, {"G1803": "Serveur"}, {str(offer): "Serveur (H/F)"},
                    {"opening 2": "Version 2"})  # fmt: skip
    filters = replace(make().filters, agency_ids=(agency,), occupation="G1803", offer_id=offer, template="opening 2")
    assert report.scope(filters, known).lines == (
        "Période : du 05/10/2026 au 01/11/2026",
        "Comparée à : du 07/09/2026 au 04/10/2026",
        "Agence : Agence d'Annonay",
        "Métier : Serveur",
        "Offre : Serveur (H/F)",
        "Texte du SMS : Version 2",
    )
    assert report.scope(make().filters, known).lines[2] == "Agence : toutes"


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "octobre", "26-10", "2026-1", "2026-10 ", "٢٠٢٦-10", ""])
def test_what_is_no_month_is_said(text: str) -> None:
    with pytest.raises(FtError, match="n'est pas un mois"):
        report.month_of(text)


def test_a_month_has_its_last_day() -> None:
    assert report.month_of("2028-02") == (date(2028, 2, 1), date(2028, 2, 29))


def test_the_monthly_report_is_that_month_beside_the_one_before(demo_house: Services) -> None:
    database, person = demo_house.database, demo_house.person
    today = wording.paris(utc_now()).date()
    month = f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"
    since, until = report.month_of(month)
    agency = "Agence démo d'Annonay"
    said = words(report.monthly(database, person, month, agency))
    assert f"Période : {sections.period(since, until)}" in said
    assert f"Agence : {agency}" in said
    view = figures.view(database, person, figures.Filters(since, until, (person.agency_id,)))
    assert sections.funnel(view.now).title.replace(wording.NARROW, " ") in said.replace(wording.NARROW, " ")
    with pytest.raises(FtError, match="Agences connues : Agence démo d'Annonay"):
        report.monthly(database, person, month, "Agence de Nulle-Part")
    with pytest.raises(FtError, match="n'a pas encore commencé"):
        report.monthly(database, person, f"{today.year + 1}-01")
    with pytest.raises(FtError, match="Aucune personne n'a été contactée en janvier 2020"):
        report.monthly(database, person, "2020-01")
    with pytest.raises(NotAllowed):
        report.monthly(database, replace(person, role=Role.ADMINISTRATOR), month)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--month", "octobre"], "n'est pas un mois", id="no month"),
        pytest.param(
            ["--month", "2026-10", "--output", "/nowhere/x.pdf"], "Choisissez un dossier qui existe", id="place"
        ),
    ],
)
def test_the_command_says_what_is_wrong_before_it_opens_a_database(arguments: list[str], said: str) -> None:
    with pytest.raises(FtError, match=said):
        CliRunner().invoke(main, ["report", *arguments], catch_exceptions=False)
