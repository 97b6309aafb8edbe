"""Events that notifier publishes, and the shapes of its RPC: one module per topic, all of them here."""

# ruff: noqa: F403 - what a topic defines is told there alone; here everything is found under one name
from shared.contracts.notifier.digests import *
from shared.contracts.notifier.mails import *
from shared.contracts.notifier.notices import *
from shared.contracts.notifier.recipients import *
