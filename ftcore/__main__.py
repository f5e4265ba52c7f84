"""The command line: `python -m ftcore run`, `import`, `rehearse`…"""

from __future__ import annotations

import logging
import sys

import click

from ftcore import logs
from ftcore.commands.agencies import agency_group
from ftcore.commands.backup import backup, restore
from ftcore.commands.callbacks import callbacks_group
from ftcore.commands.database import database_group
from ftcore.commands.dispatch import dispatch
from ftcore.commands.imports import import_group
from ftcore.commands.journal import journal_group
from ftcore.commands.occupation import find_occupation
from ftcore.commands.person import person_group
from ftcore.commands.purge import purge_command
from ftcore.commands.reference import reference_group
from ftcore.commands.rehearse import rehearse_command
from ftcore.commands.replies import replies_group
from ftcore.commands.report import monthly_report
from ftcore.commands.run import run
from ftcore.errors import FtError
from ftcore.private_files import keep_files_private


@click.group(help="Entremise : rédiger des offres, présélectionner des personnes par SMS.")
def main() -> None:
    """The group of commands."""


main.add_command(agency_group)
main.add_command(backup)
main.add_command(callbacks_group)
main.add_command(database_group)
main.add_command(dispatch)
main.add_command(find_occupation)
main.add_command(import_group)
main.add_command(monthly_report)
main.add_command(reference_group)
main.add_command(rehearse_command)
main.add_command(replies_group)
main.add_command(restore)
main.add_command(run)
main.add_command(journal_group)
main.add_command(purge_command)
main.add_command(person_group)


def ended(arguments: list[str]) -> int | str | None:
    """Run a command; give what the process ends with: nothing, a code, or the sentence that says what went wrong."""
    try:
        main(arguments, standalone_mode=False)
    except FtError as error:
        return str(error)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return "Interrompu."
    return None


if __name__ == "__main__":
    keep_files_private()
    # What goes wrong without a sentence must not show a number either.
    logs.set_up("text", [], logging.WARNING)
    sys.exit(ended(sys.argv[1:]))
