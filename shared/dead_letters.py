"""Parked events: operators list them and have them tried again."""

from collections.abc import Callable

import click

from shared.eventlog.protocol import EventLog
from shared.settings import Settings
from shared.subscription import SubscriptionDefinition

DefinitionFactory = Callable[[Settings, EventLog], SubscriptionDefinition]


def dead_letters_group(service: str, definition_factory: DefinitionFactory) -> click.Group:
    """Return the verb group `dead-letters` (`list`, `retry`) of a service."""
    raise NotImplementedError
