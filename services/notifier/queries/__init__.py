"""Reads over notifier's tables; one module per topic, all of them here."""

# ruff: noqa: F403 - what a topic defines is told there alone; here everything is found under one name
from services.notifier.queries.digests import *
from services.notifier.queries.mails import *
from services.notifier.queries.notices import *
from services.notifier.queries.recipients import *
