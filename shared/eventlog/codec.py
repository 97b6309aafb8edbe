"""
Between contracts and what an engine stores: JSON, upcasting, and the encryption of personal fields.

A personal field is stored as `{"$personal": <text>}`: base64 of what the subject's key sealed, bound to the
event's id and the field's name. The stored form says by itself what is encrypted, so that contracts may mark
more or fewer fields later and unknown events can be read too.
"""

import base64
import importlib
import os
import pkgutil
import types
import typing
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import from_json, to_json

from shared import contracts
from shared.contracts.envelope import (
    ERASED,
    EventData,
    NewEvent,
    PersonalMark,
    RecordedEvent,
    Stream,
    UnknownEvent,
    contracts_by_type,
)
from shared.errors import Poison
from shared.eventlog.keys import NONCE_BYTES, KeyRing, SubjectKey
from shared.eventlog.protocol import Page

_PERSONAL = "$personal"


class StoredEvent(NamedTuple):
    """An event as engines keep it; `data` is JSON text."""

    position: int
    category: str
    stream_id: UUID
    version: int
    id: UUID
    source: str
    type: str
    schema_version: int
    time: datetime
    actor: str
    audience: Sequence[UUID]
    subject: str | None
    correlation_id: UUID
    causation_id: UUID | None
    data: str


class UnreadableEvent(Poison):
    """What the log holds of an event cannot be turned into its contract."""

    def __init__(self, row: StoredEvent, reason: str) -> None:
        super().__init__(f"{row.type} at position {row.position} of the log cannot be read: {reason}")
        self.position = row.position
        self.event_id = row.id
        self.stream = Stream(row.category, row.stream_id)
        self.version = row.version


class Codec:
    """
    Turns events into stored ones and back.

    An event whose type has no contract in this process becomes an UnknownEvent. Of a subject whose key was
    destroyed, personal fields read as ERASED. `nonce` must never repeat; it is a parameter so that stored
    forms can be tested.
    """

    def __init__(
        self, keys: KeyRing, *, nonce: Callable[[], bytes] = lambda: os.urandom(NONCE_BYTES)
    ) -> None:
        _import_contracts()
        self._keys = keys
        self._nonce = nonce

    def encode(self, events: Sequence[NewEvent]) -> list[str]:
        """
        Return each event's data as JSON text, personal fields encrypted.

        Raises ValueError for what no log can take: no events, one id twice, a time without an offset,
        personal fields without a subject whose key could encrypt them.
        """
        if not events:
            raise ValueError("an append needs at least one event")
        if len({event.id for event in events}) < len(events):
            raise ValueError("an append has two events with one id")
        return [self._encode(event) for event in events]

    def _encode(self, event: NewEvent) -> str:
        if event.time.tzinfo is None:
            raise ValueError("an event's time must be aware: add an offset or UTC")
        contract = type(event.data)
        personal = personal_fields(contract)
        if not personal:
            return event.data.model_dump_json()
        if event.subject is None:
            raise ValueError(
                f"{contract.__name__} has personal fields ({', '.join(personal)}): name the event's subject"
            )
        data = event.data.model_dump(mode="json")
        key = None
        for field in personal:
            text = data[field]
            if text is not None:
                key = key or self._keys.key_to_encrypt(event.subject)
                sealed = key.seal(text.encode(), _context(event.id, field), self._nonce())
                data[field] = {_PERSONAL: base64.b64encode(sealed).decode()}
        return to_json(data).decode()

    def decode(self, rows: Sequence[StoredEvent]) -> tuple[RecordedEvent, ...]:
        """
        Return the events of these rows; all keys are fetched at once.

        Raises UnreadableEvent where a row does not hold what its contract says.
        """
        events = self.decode_readable(rows)
        if len(events) < len(rows):
            self.decode_readable(rows[len(events) :])
        return events

    def decode_readable(self, rows: Sequence[StoredEvent]) -> tuple[RecordedEvent, ...]:
        """
        Return the events of these rows up to the first one that cannot be read.

        Raises UnreadableEvent where that is the very first. A reader thus handles everything before such an
        event, then learns which one it is and can step over it.
        """
        by_type = contracts_by_type()
        keys = _PageKeys(self._keys, rows)
        events: list[RecordedEvent] = []
        try:
            for row in rows:
                content = _decrypt_fields(row, _parse(row), keys)
                data = _to_contract(row, content, by_type.get(row.type, UnknownEvent))
                events.append(_recorded(row, data))
        except UnreadableEvent:
            if not events:
                raise
        return tuple(events)

    def decode_page(self, rows: Sequence[StoredEvent], *, limit: int, reached: int) -> Page:
        """
        Return the page of these rows, which were asked for up to `limit` and which end at `reached` if they
        are fewer.

        As decode_readable where one cannot be read.
        """
        if not rows:
            return Page((), reached)
        events = self.decode_readable(rows)
        complete = len(events) == len(rows) and len(rows) < limit
        return Page(events, reached if complete else events[-1].position)


def _import_contracts() -> None:
    """Import every contract there is: what a process can read must not hang on what else it imports."""
    for module in pkgutil.iter_modules(contracts.__path__, f"{contracts.__name__}."):
        importlib.import_module(module.name)


class _PageKeys:
    """The keys that a page of rows needs, fetched at once."""

    def __init__(self, ring: KeyRing, rows: Sequence[StoredEvent]) -> None:
        self._ring = ring
        self._refreshed: set[str] = set()
        subjects = {row.subject for row in rows if row.subject is not None and _PERSONAL in row.data}
        self._keys = ring.keys(subjects) if subjects else {}

    def key_of(self, subject: str, sealed: bytes) -> SubjectKey | None:
        """Return the key that sealed this, or None where it was destroyed."""
        key = self._keys.get(subject)
        if key is not None and not key.has_sealed(sealed) and subject not in self._refreshed:
            # The subject may have got a new key after an erasure elsewhere, with the old one still held here.
            self._refreshed.add(subject)
            self._keys.update(self._ring.keys([subject], fresh=True))
            key = self._keys.get(subject)
        return key if key is not None and key.has_sealed(sealed) else None


@cache
def personal_fields(contract: type[EventData]) -> tuple[str, ...]:
    """
    Return the names of the contract's fields that are marked as personal.

    Raises TypeError where a mark stands inside a field, where it would not be seen: such text would go into
    the log in the clear, and an append-only log cannot be cleaned later.
    """
    marked = []
    for name, field in contract.model_fields.items():
        if _is_marked(field):
            marked.append(name)
        elif _has_mark_within(field.annotation, set()):
            raise TypeError(f"{contract.__name__}.{name} has a personal mark inside: mark the whole field")
    return tuple(marked)


def _is_marked(field: FieldInfo) -> bool:
    if any(isinstance(each, PersonalMark) for each in field.metadata):
        return True
    # `PersonalText | None` keeps the mark on the member of the union.
    return typing.get_origin(field.annotation) in (typing.Union, types.UnionType) and any(
        isinstance(each, PersonalMark)
        for member in typing.get_args(field.annotation)
        if typing.get_origin(member) is Annotated
        for each in member.__metadata__
    )


def _has_mark_within(annotation: Any, seen: set[Any]) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation in seen:
            return False
        seen.add(annotation)
        return any(
            _is_marked(field) or _has_mark_within(field.annotation, seen)
            for field in annotation.model_fields.values()
        )
    if any(isinstance(each, PersonalMark) for each in getattr(annotation, "__metadata__", ())):
        return True
    return any(_has_mark_within(argument, seen) for argument in typing.get_args(annotation))


def _parse(row: StoredEvent) -> dict[str, Any]:
    try:
        content = from_json(row.data)
    except ValueError as error:
        raise UnreadableEvent(row, "its data is no JSON") from error
    if not isinstance(content, dict):
        raise UnreadableEvent(row, "its data is no JSON object")
    return content


def _recorded(row: StoredEvent, data: EventData) -> RecordedEvent:
    return RecordedEvent(
        id=row.id,
        source=row.source,
        type=row.type,
        # What `data` has after upcasting: whoever sends it on sends today's shape.
        schema_version=row.schema_version if isinstance(data, UnknownEvent) else data.SCHEMA_VERSION,
        stream=Stream(row.category, row.stream_id),
        version=row.version,
        position=row.position,
        time=row.time.astimezone(UTC),
        actor=row.actor,
        audience=frozenset(row.audience),
        subject=row.subject,
        correlation_id=row.correlation_id,
        causation_id=row.causation_id,
        data=data,
    )


def _to_contract(row: StoredEvent, content: dict[str, Any], contract: type[EventData]) -> EventData:
    if contract is not UnknownEvent and row.schema_version > contract.SCHEMA_VERSION:
        raise UnreadableEvent(row, f"this process knows its schema up to version {contract.SCHEMA_VERSION}")
    try:
        if row.schema_version < contract.SCHEMA_VERSION:
            content = contract.upcast(content, row.schema_version)
        return _validate(contract, content)
    except (ValidationError, KeyError, TypeError, ValueError) as error:
        # What pydantic says about a value quotes the value, which may be personal: only the kind goes on.
        raise UnreadableEvent(row, f"its data does not fit the contract ({type(error).__name__})") from error


def _validate(contract: type[EventData], content: dict[str, Any]) -> EventData:
    try:
        return contract.model_validate(content)
    except ValidationError:
        erased = {field: None for field in personal_fields(contract) if content.get(field) == ERASED}
        if not erased:
            raise
        return contract.model_validate(content | erased)


def _decrypt_fields(row: StoredEvent, content: dict[str, Any], keys: _PageKeys) -> dict[str, Any]:
    for field, value in content.items():
        if type(value) is dict and len(value) == 1 and _PERSONAL in value:
            try:
                sealed = base64.b64decode(value[_PERSONAL], validate=True)
                key = keys.key_of(row.subject, sealed) if row.subject is not None else None
                content[field] = ERASED if key is None else key.open(sealed, _context(row.id, field)).decode()
            except (TypeError, ValueError) as error:
                raise UnreadableEvent(row, f"field {field} is no ciphertext") from error
            except InvalidTag as error:
                raise UnreadableEvent(
                    row, f"field {field} was altered after it had been encrypted"
                ) from error
    return content


def _context(event_id: UUID, field: str) -> bytes:
    """Bind a ciphertext to its place: moved to another event or field it cannot be opened."""
    return event_id.bytes + field.encode()
