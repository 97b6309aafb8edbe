"""Tasks."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from services.gateway.bodies.fields import Title, example
from shared.contracts import tasks


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


class TaskEntry(BaseModel):
    """A task that the platform asks for; the same `id` with the same content again changes nothing."""

    model_config = example(
        id="0b7c9d2e-52a7-4f2e-8b1c-8a6f5c1d4a02",
        type="AssignBankAccount",
        company_id="3d1f1a52-6f0e-4a37-9a50-2f1f5f8c0a01",
    )

    id: UUID
    type: tasks.TaskType
    company_id: Annotated[UUID, Field(description="who owes it")]
    case_id: Annotated[
        UUID | None, Field(description="its case; none for SignContract and AssignBankAccount")
    ] = None
    title: Annotated[
        Title | None,
        Field(description="in place of the type's; nothing about persons, it outlives their erasure"),
    ] = None
    due_at: Annotated[AwareDatetime | None, Field(description="in place of the type's rule")] = None


class TaskSettlement(BaseModel):
    """What has become of a task outside of Parley: what it asks for is done, or nobody wants it any more."""

    model_config = example(solved_by="done")

    solved_by: Literal["done", "withdrawn"] = "done"
