"""A view of Mesures made by hand, for what is said and drawn from it."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from ftcore.insight.figures import Figures, Filters, Summary
from ftcore.insight.knockouts import COUNTED
from ftcore.insight.metrics import Texts, rate

Make = Callable[..., Figures]


def summary(**counts: Any) -> Summary:
    """100 people contacted, 90 reached, 45 replied, 20 interested; rates follow the counts given."""
    base = {"considered": 4000, "contacted": 100, "sent": 98, "delivered": 90, "failed": 5, "unknown": 3, "waiting": 2,
            "replied": 45, "interested": 20, "opted_out": 4, "started": 22, "finished": 15, "finished_in_5h": 12,
            "qualified": 14, "introduced": 12, "introduced_in_24h": 6}  # fmt: skip
    people = base | {name: counts.pop(name) for name in base if name in counts}
    rest: dict[str, Any] = {
        "texts": Texts(99, 91, 46), "automatic_messages": 150, "human_messages": 10, "parts": 320,
        "cost": Decimal("16.00"), "priced": 160, "replies": 70, "needs_human": 7, "median_minutes": 14.0, "timed": 46,
        "has_demo": False,
    }  # fmt: skip
    return Summary(
        **people,
        **(rest | counts),
        delivery=rate(people["delivered"], people["sent"]),
        reply=rate(people["replied"], people["delivered"]),
        reply_of_sent=rate(people["replied"], people["sent"]),
        interest=rate(people["interested"], people["replied"]),
        opt_out=rate(people["opted_out"], people["delivered"]),
    )


def groups(*rows: tuple[str, int, int]) -> pd.DataFrame:
    """Groups by (label, delivered, replied); half of who replied is interested."""
    return pd.DataFrame(
        [
            {"key": label, "label": label, "sent": delivered, "delivered": delivered, "replied": replied,
             "interested": replied // 2, "opted_out": 0, "introduced": replied // 4}
            for label, delivered, replied in rows
        ],
        columns=["key", "label", "sent", "delivered", "replied", "interested", "opted_out", "introduced"],
    )  # fmt: skip


@pytest.fixture
def make() -> Make:
    """Makes a view of four weeks; any of its tables, or `now` and `before` as counts, may be given."""

    def made(now: dict[str, Any] | None = None, before: dict[str, Any] | None = None, **tables: Any) -> Figures:
        since = date(2026, 10, 5)
        days = pd.DataFrame(
            {
                "day": [since + timedelta(days=n) for n in range(28)],
                **{name: [count] * 28 for name, count in
                   (("sent", 10), ("delivered", 9), ("replied", 4), ("interested", 2), ("opted_out", 0))},
            }
        )  # fmt: skip
        base: dict[str, Any] = {
            "days": days,
            "hours": pd.DataFrame({"weekday": [0, 0, 3], "hour": [10, 15, 10], "delivered": [40, 40, 5],
                                   "replied": [20, 18, 1]}),
            "agencies": groups(("Agence d'Annonay", 60, 30), ("Agence de Valence", 30, 15)),
            "occupations": groups(("Serveur", 80, 60), ("Maçon", 60, 12), ("Soudeur", 4, 4)),
            "offers": groups(("Serveur à Annonay", 60, 30)),
            "templates": groups(("Texte d'origine", 90, 45)),
            "waits": pd.DataFrame({"minutes": [5, 30, 400, 4320], "answered": [20, 15, 10, 0],
                                   "silent": [0, 0, 0, 45]}),
            "checks": pd.DataFrame([("Permis B", "blocking", 50, 25, 20, 5, 3, 0, 0, 0, 0)], columns=COUNTED),
            "work": {"call": 3, "human": 2, "read": 1, "unread": 4, "late": 2, "ongoing": 5},
            "has_demo": False,
        }  # fmt: skip
        return Figures(
            Filters(since, since + timedelta(days=27)), summary(**(now or {})), summary(**(before or {})),
            **(base | tables),
        )  # fmt: skip

    return made
