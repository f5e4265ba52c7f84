"""`python -m bench startup|engines [--json]`."""

from __future__ import annotations

import click

from bench.engines import engines
from bench.startup import startup


@click.group()
def main() -> None:
    """The benchmarks of Entremise."""


main.add_command(startup)
main.add_command(engines)

if __name__ == "__main__":
    main()
