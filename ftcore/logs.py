"""Logs that may be read by anyone: no phone number, no key and nobody's words in them, tracebacks included."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any
from urllib.parse import quote

from ftcore.phones import mask

log = logging.getLogger(__name__)

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

# PostgreSQL quotes the row that it refuses: names, and what a person wrote.
_QUOTED_ROW = re.compile(
    r"(DETAIL:|CONTEXT:|input_value=).*?(?=\n(?:DETAIL|HINT|CONTEXT|Traceback|The above|During)|, input_type=|\Z)",
    re.DOTALL,
)
# So do others: several words between quotes, in what an exception says, are data.
_QUOTED_WORDS = re.compile(r"""(['"])(?:(?!\1).)*?\s(?:(?!\1).)*\1""", re.DOTALL)

_ADDRESSES = (
    # The address that the gateway posts to holds a secret, of which this process may know no more than a hash.
    (re.compile(r"(/callbacks/)[^/\s\"']+"), r"\1[secret]"),
    (re.compile(r"(://[^/\s:@]*:)[^@\s/]+(@)"), r"\1[secret]\2"),
    (re.compile(r"(?i)((?:bearer|basic)\s+)[\w.~+/=-]{6,}"), r"\1[secret]"),
    # What a provider of identities sends back to us, and what libraries write of tokens.
    (re.compile(r"(?i)([?&](?:code|state|nonce)=)[^&\s\"']+"), r"\1[secret]"),
    (
        re.compile(
            r"(?i)((?:token|code_verifier|client_secret|password|api_?key)['\"]?\s?[=:]\s?['\"]?)[\w.~%+/-]{6,}"
        ),
        r"\1[secret]",
    ),
)

_hidden: set[str] = set()
# The errors that were logged, by subject.
_errors: Counter[str] = Counter()


def errors() -> dict[str, int]:
    """How many errors this process has logged, by the part of the program, or the library, that did."""
    return dict(_errors)


def hide(secrets: Iterable[str]) -> None:
    """From now on these are blotted out too, as they are and as an address writes them."""
    for secret in secrets:
        if len(secret) >= 6:
            _hidden.update((secret, quote(secret, safe="")))


def redacted(text: str) -> str:
    """The text without secrets and phone numbers."""
    for secret in sorted(_hidden, key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    text = _QUOTED_ROW.sub(r"\1 [row]", text)
    for address, kept in _ADDRESSES:
        text = address.sub(kept, text)
    return mask(text)


def set_up(kind: str, secrets: Iterable[str], level: int = logging.INFO) -> None:
    """Log to the standard error as "text" or as "json", a line each; what nobody caught goes there too."""
    logging.basicConfig(format=TEXT)
    logging.getLogger().setLevel(level)
    keep_private(secrets)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    if kind == "json":
        # Not a formatter: libraries bring handlers with formatters of their own, some after this.
        logging.Handler.format = lambda self, record: json_line(record)  # type: ignore[method-assign]


def json_line(record: logging.LogRecord) -> str:
    """A record as one line of JSON: time (UTC), level, logger, message and, where there is one, the traceback."""
    line = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": record.getMessage(),
    }
    if record.exc_text:
        line["error"] = record.exc_text
    return json.dumps(line, ensure_ascii=False)


def _uncaught(kind: type[BaseException], error: BaseException | None, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    log.critical("nobody caught this", exc_info=(kind, error or kind(), where))


def keep_private(secrets: Iterable[str]) -> None:
    """From now on, every log record of this process has numbers and these secrets blotted out.

    Done where records are made, not in a handler: libraries bring handlers of their own.
    """
    hide(secrets)
    usual = logging.LogRecord

    def record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        made = usual(*args, **kwargs)
        if made.levelno >= logging.ERROR:
            _errors[_subject(made.name)] += 1
        try:
            said = made.getMessage()
        except (TypeError, ValueError):
            said = f"{made.msg} {made.args}"
        private = redacted(said)
        if private != said:
            _rewrite(made, private, redacted)
        if made.exc_info and made.exc_info[0] is not None:
            # Formatters take this text instead of formatting the exception themselves.
            made.exc_text = redacted(_without_words(traceback.format_exception(*made.exc_info))).rstrip()
        return made

    logging.setLogRecordFactory(record)


def _without_words(pieces: list[str]) -> str:
    """A traceback whose exceptions keep what they say but for what they quote; places and source lines stay."""
    return "".join(piece if piece[:1] in " \n" else _QUOTED_WORDS.sub(r"\1[texte]\1", piece) for piece in pieces)


def _subject(name: str) -> str:
    parts = name.split(".")
    return ".".join(parts[:2]) if parts[0] == "ftcore" else parts[0]


def _rewrite(made: logging.LogRecord, private: str, redact: Callable[[str], str]) -> None:
    """Make the record say `private`; its arguments stay apart, as uvicorn's formatter counts them."""
    template, given = made.msg, made.args
    if isinstance(given, tuple) and given:
        made.msg, made.args = redact(str(template)), tuple(redact(a) if isinstance(a, str) else a for a in given)
        with suppress(TypeError, ValueError):
            if made.getMessage() == private:
                return
    made.msg, made.args = private, ()
