"""Forms that bring a file."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from services.gateway.bodies.fields import storable
from shared.contracts import messaging


class UploadFields(BaseModel):
    """What a form may say of its file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document_type: messaging.DocumentType | None = None
    description: Annotated[
        str | None,
        Field(max_length=messaging.FILE_DESCRIPTION_MAX_CHARACTERS),
        AfterValidator(lambda text: text and storable(text)),
    ] = None


class AttachmentFields(UploadFields):
    """What a form may say of its file, and where that belongs: exactly one of the three."""

    thread_id: UUID | None = None
    case_id: UUID | None = None
    partnership_id: UUID | None = None

    @model_validator(mode="after")
    def _one_place(self) -> "AttachmentFields":
        if len({self.thread_id, self.case_id, self.partnership_id} - {None}) != 1:
            raise ValueError("give exactly one of thread_id, case_id and partnership_id")
        return self
