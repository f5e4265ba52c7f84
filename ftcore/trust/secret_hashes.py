"""Whether a secret is one of those whose hash is known; light to import, and without a database.

A slow hash with salt, as for a password, would protect nothing more than SHA-256: nobody can try all of
2^256 secrets, and each callback would pay for it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

# A secret is spoken of by so many letters of its hash.
MARK = 8


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


class SecretHashes:
    """Says whether a secret is valid, knowing only the hashes of the valid ones."""

    def __init__(self, hashes: Iterable[str]) -> None:
        self.hashes = sorted(hashes)
        self._by_mark: dict[str, list[str]] = {}
        for valid in self.hashes:
            self._by_mark.setdefault(valid[:MARK], []).append(valid)

    def opens(self, secret: str) -> bool:
        """Whether this secret is valid; how long the answer takes tells nothing of a valid one.

        It is looked up by the mark of its hash, which nobody can choose; the rest is compared in constant time.
        """
        given = digest(secret)
        return any(hmac.compare_digest(given, valid) for valid in self._by_mark.get(given[:MARK], ()))
