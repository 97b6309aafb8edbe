"""`parley messaging` and `parley token`: what operators do with companies, users, cases and threads."""

import click

from services.messaging import handlers
from services.messaging.cli import cases, directory, files, importing, leads, mending, rebuilding, threads
from services.messaging.cli.tokens import token
from shared.cli_support import VerbGroup
from shared.dead_letters import dead_letters_group
from shared.scheduler import ScheduledVerb

__all__ = ["SCHEDULE", "group", "token"]

SCHEDULE = (
    ScheduledVerb(("messaging", "leads", "sweep"), every_seconds=300),
    ScheduledVerb(("messaging", "files", "sweep"), every_seconds=3600),
)
"""When these have nothing to do they do nothing; what crashes left of files goes within hours."""


@click.group(cls=VerbGroup)
def group() -> None:
    """Companies, users, partnerships, cases, and what was said."""


for _verb in (
    importing.import_,
    cases.cases,
    cases.case,
    cases.timeline,
    cases.note,
    threads.threads,
    threads.thread,
    directory.companies,
    directory.users,
    leads.group,
    files.group,
    *mending.VERBS,
    rebuilding.rebuild_,
    dead_letters_group(handlers.NAME, rebuilding.definition),
):
    group.add_command(_verb)
