"""Files that hold people's data are for the account of the program alone: 0600, and 0700 for their folders."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def keep_files_private() -> None:
    """From now on, what this process and its children create is theirs alone, whoever writes it: also libraries."""
    os.umask(0o077)


def make_folder(folder: Path) -> None:
    """The folder, made where it is not there yet; one that was there keeps the rights that somebody gave it."""
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)


def make_private(*files: Path) -> None:
    """Take away what an older version, or another umask, has let others do with these files."""
    for file in files:
        with suppress(OSError):  # not there, or another account's: then it is for that one to say
            if file.stat().st_mode & 0o077:
                file.chmod(0o600)
