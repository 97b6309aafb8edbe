"""Reads over the tables of tasks; one module per topic, all of them here."""

# ruff: noqa: F403 - what a topic defines is told there alone; here everything is found under one name
from services.tasks.queries.boards import *
from services.tasks.queries.lists import *
from services.tasks.queries.timeliness import *
