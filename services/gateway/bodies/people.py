"""What users want to be told, and what they have read of it."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.gateway.bodies.fields import TimeOfDay, example
from shared.contracts import notifier


class NotificationsToRead(BaseModel):
    """These notices were read, or this one and all that are older."""

    model_config = example(ids=["0b5f2a0e-7d0f-5c2e-9a53-0d7c6f0b1c11"])

    ids: Annotated[tuple[UUID, ...], Field(max_length=200)] = ()
    up_to_id: UUID | None = None


class QuietHours(BaseModel):
    """When no e-mail is sent, on the clocks of one's company; `until` may be on the next day."""

    model_config = example(begin="22:00", until="07:00")

    begin: TimeOfDay
    until: TimeOfDay


class PreferenceChanges(BaseModel):
    """
    Preferences to change; what is left out stays. `null` means no quiet hours, or the company's language.
    """

    model_config = example(todo_digest=False, quiet_hours={"begin": "22:00", "until": "07:00"}, locale="da")

    case_notifications: bool = True
    todo_digest: bool = True
    message_mail: bool = False
    quiet_hours: QuietHours | None = None
    locale: notifier.Language | None = None
