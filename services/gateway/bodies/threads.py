"""Messages, and how far one has read."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from services.gateway.bodies.fields import example, storable
from shared.contracts import messaging


class NewMessage(BaseModel):
    """A message to post. The same `client_message_id` with the same content again is harmless."""

    model_config = example(
        client_message_id="5f0c7a1e-1",
        body="The debtor offers to pay half now. Do you accept?",
        attachment_ids=[],
    )

    client_message_id: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(storable)]
    body: Annotated[
        str,
        Field(min_length=1, max_length=messaging.MESSAGE_MAX_CHARACTERS),
        AfterValidator(storable),
    ]
    attachment_ids: Annotated[tuple[UUID, ...], Field(max_length=50)] = ()


class PlatformMessage(BaseModel):
    """A message in the platform's name. The same `client_message_id` with the same content is harmless."""

    model_config = example(client_message_id="notice-2026-11", body="The debtor's bank has answered.")

    client_message_id: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(storable)]
    body: Annotated[
        str,
        Field(min_length=1, max_length=messaging.MESSAGE_MAX_CHARACTERS),
        AfterValidator(storable),
    ]


class ReadUpTo(BaseModel):
    """Everything in the thread up to this message was read."""

    model_config = example(up_to_message_id="0b5f2a0e-7d0f-5c2e-9a53-0d7c6f0b1c11")

    up_to_message_id: UUID
