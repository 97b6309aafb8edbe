"""What notifier can be asked to do; one module per topic, all of them here."""

# ruff: noqa: F403 - what a topic defines is told there alone; here everything is found under one name
from services.notifier.commands.digests import *
from services.notifier.commands.mails import *
from services.notifier.commands.notices import *
from services.notifier.commands.recipients import *
