"""
The envelope of every event: CloudEvents 1.0 attributes plus what an ordered log and a tenant filter need.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class PersonalMark:
    """Marks a field that the codec encrypts with the key of the event's subject."""


PERSONAL = PersonalMark()
PersonalText = Annotated[str, PERSONAL]


class Stream(NamedTuple):
    """
    The name of a stream: a category and the id of the thing whose history it is.

    Its text is `<category>-<uuid>`. A category is lower-case words joined by dashes (`thread`,
    `reply-tasks`).
    """

    category: str
    id: UUID

    def __str__(self) -> str:
        return f"{self.category}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Stream":
        """Return the stream that `text` names. Raises ValueError where it names none."""
        category, dash, identifier = text[:-37], text[-37:-36], text[-36:]
        if not category or dash != "-":
            raise ValueError(f"{text!r} is not a stream: expected <category>-<uuid>")
        return cls(category, UUID(identifier))


_CONTRACTS: dict[str, type["EventData"]] = {}


class EventData(BaseModel):
    """
    The content of one kind of event; subclasses are the contracts of the services.

    `SOURCE` is the service that publishes it (and names its exchange, `<SOURCE>.events`), the class's name
    is its type and its routing key, `SCHEMA_VERSION` counts its shapes from 1. A shape that changes gets the
    next number and an `upcast` that turns data of any older number into today's. Fields may be added with a
    default without a new number. A field annotated with PERSONAL is encrypted in the log with the key of the
    event's subject; one whose key was destroyed reads as ERASED, so a personal field must be able to hold
    that text.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    SOURCE: ClassVar[str]
    SCHEMA_VERSION: ClassVar[int] = 1

    @classmethod
    def __pydantic_init_subclass__(cls, **named: Any) -> None:
        super().__pydantic_init_subclass__(**named)
        _CONTRACTS[cls.__name__] = cls

    @classmethod
    def upcast(cls, data: dict[str, Any], version: int) -> dict[str, Any]:
        """
        Return `data`, written by schema `version`, in today's shape. Contracts with a history override this.
        """
        del version
        return data


ERASED = "[erased]"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """
    An event that was decided and is not yet in the log.

    `id` is derived (uuid5) from what caused it, so that deciding twice appends once. `time` is business
    time, aware. `actor` is `user:<uuid>`, `ops:<name>` or `platform`. `audience` are the companies that may
    know of the event, fixed now and for ever. `subject` (`case:<uuid>`, `user:<uuid>`, `partnership:<uuid>`)
    is whose key encrypts the personal fields; it may be absent only where the contract has none.
    """

    id: UUID
    data: EventData
    time: datetime
    actor: str
    audience: frozenset[UUID]
    subject: str | None = None
    correlation_id: UUID
    causation_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEvent:
    """
    An event as it stands in the log: `version` counts from 1 in its stream, `position` in the whole log.
    """

    id: UUID
    source: str
    type: str
    schema_version: int
    stream: Stream
    version: int
    position: int
    time: datetime
    actor: str
    audience: frozenset[UUID]
    subject: str | None
    correlation_id: UUID
    causation_id: UUID | None
    data: EventData


class UnknownEvent(EventData):
    """
    An event of a type that this process has no contract for (a newer service wrote it); its data is kept as
    it is.
    """

    model_config = ConfigDict(frozen=True, extra="allow")
    SOURCE: ClassVar[str] = "unknown"


# It stands for what has no contract.
del _CONTRACTS[UnknownEvent.__name__]


def contracts_by_type() -> Mapping[str, type[EventData]]:
    """Return every contract that has been imported, by event type."""
    return _CONTRACTS
