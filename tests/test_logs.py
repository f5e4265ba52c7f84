"""Logs that anyone may read: no number and no key, however they get into a record."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator

import pytest
import uvicorn.logging

from ftcore.logs import keep_private

KEY = "atsk_very-secret-key"
NUMBER = "+33639980001"


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger with a handler of its own, as a library would bring; the usual records come back after."""
    usual = logging.getLogRecordFactory()
    keep_private([KEY, "short"])
    logger = logging.getLogger("test.private")
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger.addHandler(handler)
    yield logger, written
    logger.removeHandler(handler)
    logging.setLogRecordFactory(usual)


def _traceback(logger: logging.Logger) -> None:
    try:
        try:
            raise ValueError(f"Invalid phone number: {NUMBER}")
        except ValueError as first:
            raise RuntimeError(f"key {KEY}") from first
    except RuntimeError:
        logger.exception("sending to %s failed", NUMBER)


def _during(logger: logging.Logger) -> None:
    try:
        try:
            raise ValueError(NUMBER)
        except ValueError:
            raise KeyError(KEY)  # noqa: B904
    except KeyError:
        logger.warning("no", exc_info=True)


@pytest.mark.parametrize(
    ("act", "left"),
    [
        pytest.param(lambda log: log.info(f"to {NUMBER} with {KEY}"), "to [numéro] with [secret]", id="in the text"),
        pytest.param(lambda log: log.info("to %s with %s", NUMBER, KEY), "to [numéro] with [secret]", id="arguments"),
        pytest.param(lambda log: log.info("%(a)s", {"a": KEY}), "[secret]", id="named arguments"),
        pytest.param(lambda log: log.info("%s", [NUMBER]), "['[numéro]']", id="inside a list"),
        pytest.param(lambda log: log.info("%r", {"to": NUMBER}), "{'to': '[numéro]'}", id="inside a form"),
        pytest.param(lambda log: log.info("+336%d", 39980001), "[numéro]", id="a number in two pieces"),
        pytest.param(lambda log: log.info("%s %s", NUMBER), "[numéro]", id="too few arguments"),
        pytest.param(lambda log: log.info("%d", NUMBER), "[numéro]", id="an argument of another kind"),
        pytest.param(lambda log: log.info({"key": KEY}), "{'key': '[secret]'}", id="no text at all"),
        pytest.param(_traceback, "RuntimeError: key [secret]", id="a chain of exceptions"),
        pytest.param(_during, "KeyError: '[secret]'", id="an exception during another"),
    ],
)
def test_numbers_and_keys_never_reach_a_log(
    log: tuple[logging.Logger, io.StringIO], act: Callable[[logging.Logger], None], left: str
) -> None:
    logger, written = log
    act(logger)
    text = written.getvalue()
    assert left in text
    assert KEY not in text
    assert "39980001" not in text


def test_a_traceback_keeps_its_lines_and_both_exceptions(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    _traceback(logger)
    text = written.getvalue()
    assert "ValueError: Invalid phone number: [numéro]" in text
    assert "The above exception was the direct cause" in text
    assert "in _traceback" in text


def test_an_ordinary_record_is_left_as_it_is(log: tuple[logging.Logger, io.StringIO]) -> None:
    record = logging.getLogRecordFactory()("n", logging.INFO, "f", 1, "%d rows in %s", (3, "x"), None)
    assert (record.msg, record.args) == ("%d rows in %s", (3, "x"))


def test_the_access_log_of_the_server_still_formats_and_hides_the_secret_of_the_address(
    log: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, written = log
    logger.handlers[0].setFormatter(uvicorn.logging.AccessFormatter("%(request_line)s %(status_code)s"))
    arguments = ("127.0.0.1:9", "POST", f"/callbacks/{KEY}/delivery", "1.1", 200)
    logger.info('%s - "%s %s HTTP/%s" %d', *arguments)
    assert written.getvalue() == "POST /callbacks/[secret]/delivery HTTP/1.1 200 OK\n"


def test_a_callbacks_secret_that_this_process_knows_only_as_a_hash_is_hidden_in_its_address(
    log: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, written = log
    logger.info('%s - "POST %s HTTP/1.1" %d', "127.0.0.1", "/callbacks/made-by-the-administrator/incoming", 200)
    logger.info("url=http://h/callbacks/made-by-the-administrator?x")
    assert "made-by" not in written.getvalue()
    assert "/callbacks/[secret]/incoming" in written.getvalue()


def test_words_too_short_to_be_keys_are_not_blotted_out(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    logger.info("a short text")
    assert "a short text" in written.getvalue()


def test_a_row_that_the_database_refuses_is_not_quoted(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    try:
        raise RuntimeError("null value in column\nDETAIL:  Failing row contains (Zoé,\nje suis malade, null).")
    except RuntimeError:
        logger.exception("not stored")
    assert "null value in column" in written.getvalue()
    assert "malade" not in written.getvalue()
    assert "Zoé" not in written.getvalue()
