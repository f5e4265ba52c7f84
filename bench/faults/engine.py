"""An empty database of either engine, with its durability as in production, thrown away at the end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.engines import served


@contextmanager
def empty_address(engine: str) -> Iterator[str]:
    """The address of an empty database of this engine, thrown away at the end."""
    if engine == "duckdb":
        with tempfile.TemporaryDirectory() as folder:
            yield str(Path(folder) / "faults.duckdb")
    else:
        with tempfile.TemporaryDirectory(prefix="pg") as folder, served(Path(folder)) as address:
            yield address
