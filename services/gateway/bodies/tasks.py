"""Tasks."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from services.gateway.bodies.fields import example


class TaskChange(BaseModel):
    """What to change about a task; what is left out stays as it is."""

    model_config = example(assignee="6b1c2f0e-5a0f-4b7e-9d2c-0f3a1b4c5d01")

    assignee: Annotated[UUID | None, Field(description="a user of your company; null: nobody")] = None
    postponed_to: Annotated[
        AwareDatetime | None, Field(description="hide it until then; null: show it again")
    ] = None

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("name `assignee` or `postponed_to`")
        return self
