"""Events that tasks publishes, and the shapes of its RPC: all of them here."""

# ruff: noqa: F403 - what a topic defines is told there alone; here everything is found under one name
from shared.contracts.tasks.events import *
from shared.contracts.tasks.rpc import *
from shared.contracts.tasks.values import *
