"""What messaging can be asked to do. Commands carry the ids they need, and come with an origin."""

# ruff: noqa: F403 - what a topic defines is told there alone; here everything is found under one name
from services.messaging.commands.cases import *
from services.messaging.commands.directory import *
from services.messaging.commands.files import *
from services.messaging.commands.ids import *
from services.messaging.commands.journal import *
from services.messaging.commands.leads import *
from services.messaging.commands.origin import *
from services.messaging.commands.threads import *
