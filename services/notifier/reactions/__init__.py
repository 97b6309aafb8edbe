"""Events turned into what notifier decides on and does next; one module per topic, all of them here. Pure."""

# ruff: noqa: F403 - what a topic defines is told there alone; here everything is found under one name
from services.notifier.reactions.digests import *
from services.notifier.reactions.mails import *
from services.notifier.reactions.notices import *
from services.notifier.reactions.recipients import *
