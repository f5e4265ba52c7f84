"""The daily cap of tokens, and the record of what each request took."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from ftcore.database import Database
from ftcore.drafting import budget
from ftcore.drafting.assistant import Ask, ChatModel, Schema, Stop, Turn, Usage
from ftcore.drafting.offline import OfflineWriter
from ftcore.errors import ModelError
from ftcore.model import Person

NOW = datetime(2026, 11, 23, 10, 0)
ASK = Ask("sms", "sms/1", "consigne", (Turn("user", "x" * 292),), longest_answer=900)
RESERVED = 1001


class Model:
    """A ChatModel that takes 50 tokens in and 20 out, and may fail half-way."""

    name = "essai"
    is_ai = True

    def __init__(self, error: ModelError | None = None) -> None:
        self.error = error
        self.asked = 0

    def stream(self, ask: Ask, stop: Stop | None = None, told: Callable[[Usage], None] | None = None) -> Iterator[str]:
        self.asked += 1
        try:
            yield "Bon"
            if self.error:
                raise self.error
            yield "jour"
        finally:
            assert told is not None
            told(Usage(50, 20, 5, 9))

    def parse(
        self, ask: Ask, schema: type[Schema], stop: Stop | None = None, told: Callable[[Usage], None] | None = None
    ) -> Schema:
        raise ModelError("Illisible.")


def metered(database: Database, person: Person, model: ChatModel, cap: int = 10_000) -> ChatModel:
    return budget.metered(model, database, person.agency_id, cap, lambda: NOW)


def outcomes(database: Database) -> list[str]:
    return [row["outcome"] for row in database.rows("SELECT outcome FROM model_use ORDER BY outcome")]


def test_a_request_is_recorded_with_its_tokens_and_energy_and_no_text(database: Database, person: Person) -> None:
    assert "".join(metered(database, person, Model()).stream(ASK)) == "Bonjour"
    [row] = database.rows("SELECT * FROM model_use")
    assert (row["task"], row["prompt"], row["model"], row["outcome"]) == ("sms", "sms/1", "essai", "complete")
    assert (row["tokens_in"], row["tokens_out"], row["first_ms"], row["latency_ms"]) == (50, 20, 5, 9)
    assert row["energy_wh"] == pytest.approx(budget.energy_wh(50, 20))
    assert budget.today(database, person, NOW) == 70


def test_an_answer_of_400_tokens_takes_about_two_watt_hours() -> None:
    assert budget.energy_wh(0, 400) == pytest.approx(2.0)
    assert budget.energy_wh(400, 0) == pytest.approx(0.2)


def test_the_reservation_covers_what_is_sent_and_the_longest_answer() -> None:
    assert budget.estimate(ASK) == RESERVED


@pytest.mark.parametrize(
    ("cap", "passes"),
    [
        pytest.param(RESERVED, True, id="just enough"),
        pytest.param(RESERVED - 1, False, id="one token short"),
    ],
)
def test_a_request_that_could_pass_the_cap_never_reaches_the_model(
    database: Database, person: Person, cap: int, passes: bool
) -> None:
    model = Model()
    if passes:
        assert list(metered(database, person, model, cap).stream(ASK)) == ["Bon", "jour"]
    else:
        with pytest.raises(ModelError) as raised:
            list(metered(database, person, model, cap).stream(ASK))
        assert raised.value.reason == budget.USED_UP
    assert model.asked == int(passes)


def test_the_next_day_of_paris_starts_anew(database: Database, person: Person) -> None:
    agency = person.agency_id
    late = datetime(2026, 11, 23, 22, 59)  # 23:59 in Paris
    budget.reserve(database, agency, 900, 1000, late)
    with pytest.raises(ModelError):
        budget.reserve(database, agency, 900, 1000, late)
    budget.reserve(database, agency, 900, 1000, late + timedelta(minutes=1))


def test_of_many_at_once_only_as_many_pass_as_the_cap_allows(database: Database, person: Person) -> None:
    def reserve(_: int) -> bool:
        try:
            budget.reserve(database, person.agency_id, 100, 500, NOW)
        except ModelError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(reserve, range(16))) == 5
    assert budget.today(database, person, NOW) == 500


def test_a_failure_half_way_a_reader_who_leaves_and_a_failed_reading_are_recorded(
    database: Database, person: Person
) -> None:
    with pytest.raises(ModelError):
        list(metered(database, person, Model(ModelError("Coupé."))).stream(ASK))
    left = metered(database, person, Model()).stream(ASK)
    assert next(left) == "Bon"
    left.close()  # type: ignore[attr-defined]
    with pytest.raises(ModelError):
        metered(database, person, Model()).parse(ASK, type("Any", (), {}))  # type: ignore[type-var]
    assert outcomes(database) == ["cut", "failed", "stopped"]
    assert budget.today(database, person, NOW) == 140


def test_writing_without_a_model_is_recorded_and_never_capped(database: Database, person: Person) -> None:
    ask = Ask("offer", "offer/2", "", (Turn("user", ""),), materials=(("Notes", "Cherche serveur"),))
    assert list(metered(database, person, OfflineWriter(), cap=1).stream(ask))
    assert outcomes(database) == ["complete"]
    assert budget.today(database, person, NOW) == 0


def test_what_each_task_took_is_summed_up(database: Database, person: Person) -> None:
    for error in (None, None, ModelError("Coupé.")):
        model = metered(database, person, Model(error))
        with suppress(ModelError):
            list(model.stream(ASK))
    [row] = budget.by_task(database, person, NOW - timedelta(days=1))
    assert (row["task"], row["requests"], row["tokens_in"], row["tokens_out"]) == ("sms", 3, 150, 60)
    assert (row["first_ms"], row["latency_ms"]) == (5, 9)
    assert float(row["failed"]) == pytest.approx(1 / 3)
