"""`python -m bench NAME [--json]`: each benchmark, one command; `python -m bench --help` lists them."""

from __future__ import annotations

import click

from bench.callbacks import callbacks
from bench.drafting import drafting
from bench.engines import engines
from bench.faults.command import faults
from bench.first_token import first_token
from bench.imports import imports
from bench.journal import prove_journal
from bench.metrics import mesures
from bench.occupations import occupations
from bench.quality import quality
from bench.ranking import ranking
from bench.replies import read_replies
from bench.startup import startup
from bench.stops import stops
from bench.structure import structure_offers


@click.group()
def main() -> None:
    """The benchmarks of Entremise."""


main.add_command(startup)
main.add_command(engines)
main.add_command(drafting)
main.add_command(first_token)
main.add_command(structure_offers)
main.add_command(occupations)
main.add_command(imports)
main.add_command(ranking)
main.add_command(quality)
main.add_command(faults)
main.add_command(callbacks)
main.add_command(read_replies)
main.add_command(stops)
main.add_command(mesures, "metrics")
main.add_command(prove_journal, "journal")

if __name__ == "__main__":
    main()
