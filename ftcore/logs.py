"""Logs that may be read by anyone: no phone number and no key in them, tracebacks included."""

from __future__ import annotations

import logging
import re
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from ftcore.phones import mask

# PostgreSQL quotes the row that it refuses: names, and what a person wrote.
_QUOTED_ROW = re.compile(r"(DETAIL:).*?(?=\n(?:HINT|CONTEXT|Traceback|The above|During)|\Z)", re.DOTALL)

# The address that the gateway posts to holds a secret, of which this process may know no more than a hash.
_CALLBACK_ADDRESS = re.compile(r"(/callbacks/)[^/\s\"']+")


# The errors that were logged, by subject.
_errors: Counter[str] = Counter()


def errors() -> dict[str, int]:
    """How many errors this process has logged, by the part of the program, or the library, that did."""
    return dict(_errors)


def _subject(name: str) -> str:
    parts = name.split(".")
    return ".".join(parts[:2]) if parts[0] == "ftcore" else parts[0]


def keep_private(secrets: Iterable[str]) -> None:
    """From now on, every log record of this process has numbers and these secrets blotted out.

    Done where records are made, not in a handler: libraries bring handlers of their own.
    """
    hidden = [secret for secret in secrets if len(secret) >= 6]
    usual = logging.LogRecord

    def redact(text: str) -> str:
        for secret in hidden:
            text = text.replace(secret, "[secret]")
        return mask(_CALLBACK_ADDRESS.sub(r"\1[secret]", _QUOTED_ROW.sub(r"\1 [row]", text)))

    def record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        made = usual(*args, **kwargs)
        if made.levelno >= logging.ERROR:
            _errors[_subject(made.name)] += 1
        try:
            said = made.getMessage()
        except (TypeError, ValueError):
            said = f"{made.msg} {made.args}"
        private = redact(said)
        if private != said:
            _rewrite(made, private, redact)
        if made.exc_info and made.exc_info[0] is not None:
            # Formatters take this text instead of formatting the exception themselves.
            made.exc_text = redact("".join(traceback.format_exception(*made.exc_info))).rstrip()
        return made

    logging.setLogRecordFactory(record)


def _rewrite(made: logging.LogRecord, private: str, redact: Callable[[str], str]) -> None:
    """Make the record say `private`; its arguments stay apart, as uvicorn's formatter counts them."""
    template, given = made.msg, made.args
    if isinstance(given, tuple) and given:
        made.msg, made.args = redact(str(template)), tuple(redact(a) if isinstance(a, str) else a for a in given)
        with suppress(TypeError, ValueError):
            if made.getMessage() == private:
                return
    made.msg, made.args = private, ()
