"""`parley ai-resolver`: the nightly clean-up, what it did, and how good it is."""

import click

from services.ai_resolver.cli import auditing, evaluating, running
from services.ai_resolver.handlers import subscribing
from shared.cli_support import VerbGroup
from shared.dead_letters import dead_letters_group
from shared.eventlog.protocol import EventLog
from shared.scheduler import ScheduledVerb
from shared.settings import Settings
from shared.subscription import SubscriptionDefinition

SCHEDULE = (ScheduledVerb(("ai-resolver", "run"), every_seconds=3600),)
"""Every hour is 02:00 somewhere; where it is not, the run finds nothing to do."""


@click.group(name="ai-resolver", cls=VerbGroup)
def group() -> None:
    """Close the chat tasks to which nobody expects a reply any more, and only those."""


def _definition(settings: Settings, log: EventLog) -> SubscriptionDefinition:
    del settings
    return subscribing.subscription(log)


group.add_command(dead_letters_group(subscribing.NAME, _definition))
for _verb in (
    running.run,
    running.undo,
    running.configure,
    running.rebuild_,
    evaluating.evaluate,
    auditing.sample,
    auditing.rates,
    auditing.objections,
):
    group.add_command(_verb)
