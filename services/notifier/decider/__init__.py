"""What notifier decides; one module per topic, all of them here. Pure."""

# ruff: noqa: F403 - what a topic defines is told there alone; here everything is found under one name
from services.notifier.decider.digests import *
from services.notifier.decider.mails import *
from services.notifier.decider.notices import *
from services.notifier.decider.recipients import *
