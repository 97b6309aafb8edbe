"""Answers that no service gives alone, or as they are."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts import messaging, tasks


class Reached(BaseModel):
    """A command was carried out; `position` is where the log stood then, for `Parley-Min-Position`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"position": 4711}]})

    position: int


class PartnershipDetails(messaging.PartnershipView):
    """A partnership, and how timely its partner was lately in what it owed its creditor."""

    sla: Annotated[
        tasks.RecentSla | None,
        Field(description="null while that cannot be told: ask again, or ask `/sla`"),
    ]
