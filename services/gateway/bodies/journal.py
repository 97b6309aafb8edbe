"""Notes, calls and complaints."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from services.gateway.bodies.fields import ClientId, EventDate, LongText, Title, example, storable
from shared.contracts import messaging


class NewNote(BaseModel):
    """A note to log. The same `client_note_id` with the same content again is harmless."""

    model_config = example(
        client_note_id="n-1",
        title="Visited the debtor",
        description="The office is closed; a neighbour says they moved to Kolding.",
        event_date="2026-11-19T10:30:00+01:00",
    )

    client_note_id: ClientId
    title: Title
    description: LongText | None = None
    event_date: EventDate | None = None


class NoteChanges(BaseModel):
    """What a note is to say from now on; what is left out stays as it is, and null takes it away."""

    model_config = example(title="Visited the debtor's office")

    title: Title | None = None
    description: LongText | None = None
    event_date: EventDate | None = None


class NewCall(BaseModel):
    """A call to log; it can never be changed. The same `client_call_id` again is harmless."""

    model_config = example(
        client_call_id="c-1",
        number="+45 70 10 20 30",
        outcome="future_payment_promised",
        notes="Promised to pay half on Friday.",
    )

    client_call_id: ClientId
    number: Annotated[str, Field(min_length=1, max_length=50), AfterValidator(storable)]
    outcome: messaging.CallOutcome
    notes: Annotated[LongText, Field(min_length=1)]
    called_at: Annotated[AwareDatetime | None, Field(description="now, where it is left out")] = None


class NewComplaint(BaseModel):
    """A complaint about the partner's work. The same `client_complaint_id` again is harmless."""

    model_config = example(client_complaint_id="k-1", text="Nobody has answered us for three weeks.")

    client_complaint_id: ClientId
    text: Annotated[LongText, Field(min_length=1)]


class NewComplaintResponse(BaseModel):
    """The response to a complaint; there is one."""

    model_config = example(text="We are sorry: the case worker was ill. From now on Mr Brandt answers.")

    text: Annotated[LongText, Field(min_length=1)]
