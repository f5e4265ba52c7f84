"""One tree of errors. Every message is a French sentence fit to show to a counselor.

No message may hold a phone number, a key or the text of an SMS: messages reach screens and logs.
"""


class FtError(Exception):
    """Something a person can understand and act upon; `str()` is what they read."""


class ConfigError(FtError):
    """A setting is missing or wrong; the sentence names the variable."""


class DatabaseError(FtError):
    """The database cannot be opened, is held by another process, or is newer than this program."""


class UnstorableText(FtError):
    """A text holds what no database keeps: half a character, or a NUL. Nothing was stored."""


class UnreadableFile(FtError):
    """A file that cannot be read; the sentence says why and what would be accepted."""


class NotAllowed(FtError):
    """The acting person may not do this, or not in this agency."""


class NotSignedIn(NotAllowed):
    """Nobody is signed in, or the session has ended."""


class NotFound(FtError):
    """What was asked for does not exist (any more)."""


class LaunchRefused(FtError):
    """A campaign cannot start; nothing was queued."""


class ModelError(FtError):
    """The language model did not answer, or not fully. `retryable`: the same request may succeed later."""

    def __init__(self, reason: str, *, retryable: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retryable = retryable


class SmsError(FtError):
    """One SMS could not be handed over.

    `retryable` is True only when it is certain that nothing left (no route, refused connection).
    `pauses` is True when every further message of the campaign would fail alike (no credit, bad
    sender): the campaign stops until a person has looked. `opted_out` is True when the gateway
    holds a STOP of this number that we did not know. `retry_after` is how many seconds the gateway
    asks to be left alone.
    """

    def __init__(
        self,
        reason: str,
        *,
        retryable: bool = False,
        pauses: bool = False,
        opted_out: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retryable = retryable
        self.pauses = pauses
        self.opted_out = opted_out
        self.retry_after = retry_after


class SmsUnknown(FtError):
    """The gateway's answer never came or cannot be read: the SMS may have left. Never resend."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
