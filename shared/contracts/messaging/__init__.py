"""Events that messaging publishes, and the shapes of its RPC: one module per topic, all of them here."""

# ruff: noqa: F403 - what a topic defines is told there alone; here everything is found under one name
from shared.contracts.messaging.case_life import *
from shared.contracts.messaging.cases import *
from shared.contracts.messaging.directory import *
from shared.contracts.messaging.files import *
from shared.contracts.messaging.journal import *
from shared.contracts.messaging.leads import *
from shared.contracts.messaging.platform import *
from shared.contracts.messaging.search import *
from shared.contracts.messaging.threads import *
from shared.contracts.messaging.timeline import *
from shared.contracts.messaging.values import *
