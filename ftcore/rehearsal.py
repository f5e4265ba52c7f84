"""A rehearsal of the whole main job: real offers, invented people, real HTTP on loopback, nothing kept.

Offers are imported, people ranked, campaigns launched; personas answer through the sandbox until every
conversation has ended. Then the books of both sides are compared: ours, and what the phones received.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

import uvicorn
from starlette.applications import Starlette
from tqdm import tqdm

from ftcore import demo, services
from ftcore.adapters.sandbox import Conduct
from ftcore.database import Transaction, utc_now
from ftcore.database.server import throw_away_database
from ftcore.drafting import offers as offer_book
from ftcore.drafting.formats import read_france_travail
from ftcore.errors import FtError
from ftcore.matching import pool, ranking
from ftcore.model import Offer, Person, Role
from ftcore.outreach import campaigns, inbox
from ftcore.settings import Settings

AGENCY = UUID("9d3c0c5e-2f57-4a1b-8c67-9f8f1d2a7e11")
REHEARSER = Person("repetition", "Répétition", Role.COUNSELOR, AGENCY)

# How many people a counselor would write to for one offer, out of the first on the list.
SELECTED = 15
LOOKED_AT = 200
# Without a single answer.
PATIENCE_SECONDS = 120.0

Result = dict[str, Any]


def rehearse(
    data: bytes, candidates: int, seed: int, database: str = ":memory:", conduct: Conduct | None = None
) -> Result:
    """Play the main job for the offers of a France Travail "Offres v2" file, on a throw-away database.

    `database` says on which engine: a `postgresql://` address lends its server, anything else means
    DuckDB in memory. `conduct` is how the gateway and the network behave, fair weather by default.

    Gives `{"offers": [one funnel each], "totals": {...}}`. `lost` counts SMS that we believe sent and
    no phone received, and answers typed that we do not hold; `doubled`, SMS received more than once;
    `without_state`, SMS still queued or claimed at the end. Raises FtError when the file is unreadable
    or the conversations do not end in time. `handed_over` are to be called; `dated` of them named a day.
    """
    if database.startswith(("postgresql://", "postgres://")):
        with throw_away_database(database) as fresh:
            return _rehearse(data, candidates, seed, fresh, conduct or Conduct())
    return _rehearse(data, candidates, seed, ":memory:", conduct or Conduct())


def _rehearse(data: bytes, candidates: int, seed: int, database: str, conduct: Conduct) -> Result:
    house = services.build(replace(Settings(), database=database, demo=False), people_speed=20_000.0)
    sandbox = house.sandbox
    assert sandbox is not None
    sandbox.personas = True
    sandbox.speed_up_network(20.0)
    sandbox.seed = seed
    sandbox.conduct = conduct
    try:
        offers, _ = read_france_travail(data, house.database, AGENCY, utc_now())
        _prepare(house, offers, candidates, seed)
        with _served(house):
            funnels = [_run_offer(house, offer) for offer in tqdm(offers, desc="Offres", unit="offre", disable=None)]
            _wait_for_the_end(house)
            return _compare(house, offers, funnels)
    finally:
        house.stop()


def _prepare(house: services.Services, offers: list[Offer], candidates: int, seed: int) -> None:
    agency = {"agency_id": AGENCY, "name": "Agence de répétition", "department": "07", "demo": True}
    people = demo.people(AGENCY, candidates, seed, house.database)

    def write(tx: Transaction) -> None:
        tx.insert("agency", [agency])
        # A file of many offers is played in a minute: no day of an agency is like that.
        tx.insert("sending_rule", [{"agency_id": AGENCY, "daily_messages": 1_000_000, "daily_cost": 1e6}])
        tx.insert("candidate", people)
        pool.lay_out(tx, AGENCY)

    house.database.transact(write)
    offer_book.save_all(house.database, REHEARSER, offers, utc_now())


@contextmanager
def _served(house: services.Services) -> Iterator[None]:
    """The callbacks and the sandbox on a free port of loopback, and the dispatcher beside them."""
    listening = socket.socket()
    # Inherited by what it accepts: without it every callback waits 44 ms for a delayed acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=house.routes), log_level="warning", lifespan="off", ws="none")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="rehearsal-server")
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        house.start(listening.getsockname()[1])
        yield
    finally:
        house.rest()
        server.should_exit = True
        thread.join()
        listening.close()


def _run_offer(house: services.Services, offer: Offer) -> Result:
    """One counselor's work for one offer: rank, keep the first who may be written to, launch."""
    now = utc_now()
    found = ranking.rank(
        house.database, REHEARSER, offer, ranking.Weights(), ranking.Conditions(), now.date(), limit=LOOKED_AT
    )
    ids = [ranked.candidate.candidate_id for ranked in found.people]
    plan = campaigns.preflight(house.database, REHEARSER, offer, ids, house.settings.sending_hours, now)
    selected = [planned.candidate_id for planned in plan.kept[:SELECTED]]
    if selected:
        campaigns.launch(
            house.database,
            REHEARSER,
            offer,
            uuid5(offer.offer_id, "rehearsal"),
            selected,
            found.considered,
            house.settings.sending_hours,
            now,
        )
        house.wake()
    return {"considered": found.considered, "selected": len(selected)}


def _wait_for_the_end(house: services.Services) -> None:
    moved = time.monotonic()
    quiet = 0
    with tqdm(desc="Réponses", unit="réponse", disable=None) as bar:
        while quiet < 3:
            if time.monotonic() > moved + PATIENCE_SECONDS:
                raise FtError("La répétition n'a pas pris fin à temps : des messages ou des réponses restent en route.")
            time.sleep(0.1)
            if more := int(house.database.value("SELECT count(*) FROM reply") or 0) - bar.n:
                bar.update(more)
                moved = time.monotonic()
            quiet = quiet + 1 if _is_quiet(house) else 0


def _is_quiet(house: services.Services) -> bool:
    """Nothing on its way: no report or answer to come, none to read, and no follow-up to send.

    In that order: an SMS makes an answer, an answer is read, and what was read queues the next SMS.
    """
    assert house.sandbox is not None
    if not house.sandbox.idle() or inbox.pending(house.database):
        return False
    moving = house.database.value(
        "SELECT count(*) FROM message WHERE state NOT IN ('delivered', 'failed', 'cancelled', 'unknown')"
    )
    return not moving and house.sandbox.idle()


def _compare(house: services.Services, offers: list[Offer], funnels: list[Result]) -> Result:
    rows = {row["offer_id"]: row for row in house.database.rows(_FUNNEL)}
    by_offer = []
    for offer, funnel in zip(offers, funnels, strict=True):
        row = rows.get(offer.offer_id, {})
        by_offer.append(
            {"id": offer.external_id, "title": offer.title}
            | funnel
            | {name: int(row.get(name) or 0) for name in _COUNTED}
        )
    totals: Result = {"offers": len(by_offer)}
    for name in ("considered", "selected", *_COUNTED):
        totals[name] = sum(funnel[name] for funnel in by_offer)
    for name, query in _BOOKS.items():
        totals[name] = int(house.database.value(query) or 0)
    return {"offers": by_offer, "totals": totals}


# Where those who answered stand at the end; each of them stands in one place.
STANDS = ("interested", "declined", "undecided", "wrong_person", "opted_out")
_COUNTED = ("sent", "delivered", "replied", *STANDS, "handed_over", "dated")

# Conversations, one a person and offer. A no to a prerequisite is no refusal: what counts is where the conversation
# stands, and what was said of the offer itself.
_FUNNEL = """
    WITH talk AS (
        SELECT v.*, m.gateway_id, m.state AS opening_state,
               EXISTS (SELECT 1 FROM reply r WHERE r.agency_id = v.agency_id
                       AND r.conversation_id = v.conversation_id) AS replied,
               v.state NOT IN ('declined', 'stopped', 'wrong_person') AND coalesce(v.interest, '') = 'yes'
                   AS interested
        FROM conversation v
        JOIN message m ON m.agency_id = v.agency_id AND m.conversation_id = v.conversation_id AND m.opening
    )
    SELECT offer_id,
           count(*) FILTER (WHERE gateway_id IS NOT NULL) AS sent,
           count(*) FILTER (WHERE opening_state = 'delivered') AS delivered,
           count(*) FILTER (WHERE replied) AS replied,
           count(*) FILTER (WHERE replied AND interested) AS interested,
           count(*) FILTER (WHERE replied AND state = 'declined') AS declined,
           count(*) FILTER (WHERE replied AND NOT interested
                            AND state NOT IN ('declined', 'stopped', 'wrong_person')) AS undecided,
           count(*) FILTER (WHERE replied AND state = 'wrong_person') AS wrong_person,
           count(*) FILTER (WHERE replied AND state = 'stopped') AS opted_out,
           count(*) FILTER (WHERE state = 'interested') AS handed_over,
           count(*) FILTER (WHERE state = 'interested' AND available_from IS NOT NULL) AS dated
    FROM talk GROUP BY offer_id
"""

_BOOKS = {
    "lost": """
        SELECT (SELECT count(*) FROM message m WHERE m.state NOT IN ('failed', 'cancelled')
                AND NOT EXISTS (SELECT 1 FROM sandbox_sms s
                                WHERE NOT s.outgoing AND s.phone = m.phone AND s.body = m.body))
             + (SELECT count(*) FROM sandbox_sms s WHERE s.outgoing
                AND (SELECT count(*) FROM reply r JOIN conversation v
                     ON v.agency_id = r.agency_id AND v.conversation_id = r.conversation_id
                     WHERE v.phone = s.phone AND r.body = s.body) = 0)
    """,
    "doubled": """
        SELECT count(*) FROM (
            SELECT s.phone, s.body, count(*) AS received,
                   (SELECT count(*) FROM message m WHERE m.phone = s.phone AND m.body = s.body) AS meant
            FROM sandbox_sms s WHERE NOT s.outgoing GROUP BY s.phone, s.body
        ) AS book WHERE received > meant
    """,
    "without_state": "SELECT count(*) FROM message WHERE state IN ('queued', 'claimed')",
}


def table(result: Result) -> str:
    """The funnel as a table for a terminal, one line an offer and a line of totals."""
    heads = ("Offre", "vues", "choisies", "envoyés", "remis", "réponses", "intérêt", "rappel", "avec date",
             "non", "à voir", "erreur", "STOP")  # fmt: skip
    names = ("considered", "selected", "sent", "delivered", "replied", "interested", "handed_over", "dated",
             "declined", "undecided", "wrong_person", "opted_out")  # fmt: skip
    lines = [f"{heads[0]:<44}" + "".join(f"{head:>11}" for head in heads[1:])]
    lines += [
        f"{funnel['title'][:42]:<44}" + "".join(f"{funnel[name]:>11}" for name in names)
        for funnel in [*result["offers"], {"title": "Total"} | result["totals"]]
    ]
    totals = result["totals"]
    lines.append(
        f"Perdus : {totals['lost']} · envoyés deux fois : {totals['doubled']} · sans état : {totals['without_state']}"
    )
    return "\n".join(lines)
