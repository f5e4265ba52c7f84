"""Pages as a browser would run them, over a real database, with nothing in the background."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from streamlit.testing.v1 import AppTest

from ftcore import services
from ftcore.database import utc_now
from ftcore.drafting import offers
from ftcore.model import Occupation, Offer, OfferSource, Place

MAIN = Path(__file__).parents[2] / "pages" / "main.py"


@pytest.fixture(params=["duckdb"])
def engine(request: pytest.FixtureRequest) -> str:
    """Pages know no SQL: the subjects are tried on both engines, and of each page the tests that ask for it."""
    return str(request.param)


@pytest.fixture
def open_page(house: services.Services) -> Callable[[str], AppTest]:
    """Open a page of the frame by its file name."""

    def opened(file: str) -> AppTest:
        app = AppTest.from_file(MAIN, default_timeout=120).run()
        return app.switch_page(file).run()

    return opened


@pytest.fixture
def offer(house: services.Services) -> Offer:
    """An offer for waiters in Annonay, saved, with eight waiters of the same town in the pool."""
    made = Offer(
        agency_id=house.person.agency_id,
        offer_id=uuid4(),
        title="Serveur / Serveuse (H/F)",
        description="Servir en salle.",
        occupation=Occupation("G1803", "Serveur / Serveuse en restauration"),
        place=Place("Annonay", "07", "07010", 45.24, 4.67),
        source=OfferSource.FORM,
        created_utc=utc_now(),
        contract="CDI",
    )
    offers.save(house.database, house.person, made, utc_now())
    people = [
        {
            "agency_id": house.person.agency_id,
            "candidate_id": uuid4(),
            "external_id": f"P{number}",
            "first_name": f"Prénom{number}",
            "last_name": "Essai",
            "phone": f"+3363998000{number}",
            "occupation_code": "G1803",
            "skills": ["Servir en salle"],
            "commune": "Annonay",
            "department": "07",
            "lat": 45.24,
            "lon": 4.67,
            "mobility_km": 20.0,
            "demo": True,
        }
        for number in range(8)
    ]
    house.database.transact(lambda tx: tx.insert("candidate", people))
    return made
