"""A person who asks to be erased: nothing says their name any more, and nothing that is counted has changed."""

from __future__ import annotations

from uuid import uuid4

import pytest

from ftcore.errors import FtError, NotAllowed, NotFound
from ftcore.model import Person
from ftcore.rights import erasure
from ftcore.rights.erasure import Reason
from tests.outreach.conftest import Town
from tests.trust.conftest import NAME, NUMBER, TEXTS, holding, plant

EVERYTHING = (*NAME, "Zenobie", "quebrantou", NUMBER[3:], "06 39 98 17 77", "DE-PLANTE-1", *TEXTS)


def test_nothing_names_the_person_after_an_erasure(town: Town, lead: Person) -> None:
    who = plant(town)
    assert {word for _, _, word in holding(town.database, *NAME, NUMBER, "DE-PLANTE-1", *TEXTS)} == {
        *NAME, NUMBER, "DE-PLANTE-1", *TEXTS
    }  # fmt: skip
    counts = erasure.erase(town.database, lead, who, "DE-PLANTE-1", Reason.ASKED, town.now)
    assert holding(town.database, *EVERYTHING) == []
    assert counts["Fiches"] == 1
    assert counts["Textes d'autres fiches où la personne est nommée"] == 5
