"""Use cases of surveys: load, decide, append."""

from services.surveys.handlers.answering import Asked, save_draft, submit, who_answers
from services.surveys.handlers.requesting import Progress, remind, request_month
from services.surveys.handlers.streams import NAME, Archive, open_archive, set_cadence
from services.surveys.handlers.subscribing import subscription

__all__ = [
    "NAME",
    "Archive",
    "Asked",
    "Progress",
    "open_archive",
    "remind",
    "request_month",
    "save_draft",
    "set_cadence",
    "submit",
    "subscription",
    "who_answers",
]
