"""The codec: upcasting, encryption of personal fields, and what it does with what it cannot read."""

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel, StringConstraints

from shared.contracts.envelope import (
    ERASED,
    PERSONAL,
    EventData,
    NewEvent,
    PersonalText,
    RecordedEvent,
    Stream,
    UnknownEvent,
)
from shared.eventlog.codec import Codec, StoredEvent, UnreadableEvent, personal_fields
from shared.eventlog.keys import KeyRing
from shared.eventlog.memory import MemoryKeyStore
from tests.contract.event_examples import NOON

STREAM = Stream("user", uuid4())


class PetNamed(EventData):
    """Today's shape of a contract with a history: version 1 had `title` in place of `name`."""

    SOURCE: ClassVar[str] = "pets"
    SCHEMA_VERSION: ClassVar[int] = 2
    name: PersonalText
    owner: PersonalText | None = None
    remark: Annotated[str | None, PERSONAL] = None
    legs: int = 4

    @classmethod
    def upcast(cls, data: dict[str, Any], version: int) -> dict[str, Any]:
        return {**data, "name": data["title"]} if version == 1 else data


class PetChipped(EventData):
    SOURCE: ClassVar[str] = "pets"
    chip: Annotated[str, StringConstraints(pattern=r"^\d+$"), PERSONAL] | None


class CountingKeyStore(MemoryKeyStore):
    def __init__(self) -> None:
        super().__init__()
        self.loads: list[set[str]] = []

    def load_keys(self, subjects: Collection[str]) -> Mapping[str, bytes]:
        self.loads.append(set(subjects))
        return super().load_keys(subjects)


def a_new(data: EventData, *, subject: str | None = "user:1", event_id: UUID | None = None) -> NewEvent:
    return NewEvent(
        id=event_id or uuid4(),
        data=data,
        time=NOON,
        actor="platform",
        audience=frozenset(),
        subject=subject,
        correlation_id=uuid4(),
    )


def row_of(event: NewEvent, text: str, *, position: int = 1, version: int = 1) -> StoredEvent:
    return StoredEvent(
        position=position,
        category=STREAM.category,
        stream_id=STREAM.id,
        version=version,
        id=event.id,
        source=event.data.SOURCE,
        type=type(event.data).__name__,
        schema_version=event.data.SCHEMA_VERSION,
        time=event.time,
        actor=event.actor,
        audience=[],
        subject=event.subject,
        correlation_id=event.correlation_id,
        causation_id=event.causation_id,
        data=text,
    )


def stored(
    codec: Codec, data: EventData, *, subject: str | None = "user:1", position: int = 1
) -> StoredEvent:
    event = a_new(data, subject=subject)
    (text,) = codec.encode([event])
    return row_of(event, text, position=position)


def decoded(codec: Codec, row: StoredEvent) -> RecordedEvent:
    (event,) = codec.decode([row])
    return event


@pytest.fixture
def store() -> CountingKeyStore:
    return CountingKeyStore()


@pytest.fixture
def codec(store: CountingKeyStore) -> Codec:
    return Codec(KeyRing(store))


# --- finding the marks ---


def test_marks_are_found_on_a_field_and_on_the_member_of_an_optional_one() -> None:
    assert personal_fields(PetNamed) == ("name", "owner", "remark")


def test_a_mark_inside_a_field_is_refused_because_nothing_would_encrypt_it() -> None:
    class Owner(BaseModel):
        name: PersonalText

    class PetSold(EventData):
        SOURCE: ClassVar[str] = "pets"
        owners: tuple[Owner, ...]

    class PetsListed(EventData):
        SOURCE: ClassVar[str] = "pets"
        names: tuple[PersonalText, ...]

    for contract in (PetSold, PetsListed):
        with pytest.raises(TypeError, match="mark the whole field"):
            personal_fields(contract)


# --- encryption ---


def test_personal_fields_are_not_in_what_is_stored_and_read_back(codec: Codec) -> None:
    data = PetNamed(name="Rex", owner="Anna", legs=3)

    row = stored(codec, data)

    assert "Rex" not in row.data
    assert "Anna" not in row.data
    assert json.loads(row.data)["legs"] == 3
    assert decoded(codec, row).data == data


def test_an_absent_personal_field_stays_absent(codec: Codec) -> None:
    row = stored(codec, PetNamed(name="Rex"))

    assert json.loads(row.data)["owner"] is None


def test_an_event_with_only_absent_personal_fields_needs_a_subject_all_the_same(codec: Codec) -> None:
    with pytest.raises(ValueError, match="PetChipped has personal fields"):
        codec.encode([a_new(PetChipped(chip=None), subject=None)])


def test_the_same_text_never_looks_the_same(codec: Codec) -> None:
    rows = [stored(codec, PetNamed(name="Rex", owner="Rex")) for _ in range(2)]

    texts = [json.loads(row.data)[field]["$personal"] for row in rows for field in ("name", "owner")]
    assert len(set(texts)) == 4


def test_ciphertext_moved_to_another_event_is_not_believed(codec: Codec) -> None:
    row = stored(codec, PetNamed(name="Rex"))

    with pytest.raises(UnreadableEvent, match="altered"):
        codec.decode([row._replace(id=uuid4())])


def test_ciphertext_moved_to_another_field_is_not_believed(codec: Codec) -> None:
    row = stored(codec, PetNamed(name="Rex", owner="Anna"))
    content = json.loads(row.data)
    content["name"], content["owner"] = content["owner"], content["name"]

    with pytest.raises(UnreadableEvent, match="altered"):
        codec.decode([row._replace(data=json.dumps(content))])


def test_what_is_no_ciphertext_is_unreadable(codec: Codec) -> None:
    row = stored(codec, PetNamed(name="Rex"))
    sealed = base64.b64decode(json.loads(row.data)["name"]["$personal"])
    cut_off = base64.b64encode(sealed[:12]).decode()

    for text in ("***", 7, cut_off):
        content = json.dumps({"name": {"$personal": text}, "legs": 4})
        with pytest.raises(UnreadableEvent, match="no ciphertext"):
            codec.decode([row._replace(data=content)])


def test_the_keys_of_a_page_are_fetched_at_once(store: CountingKeyStore) -> None:
    writer = Codec(KeyRing(store))
    rows = [stored(writer, PetNamed(name=f"Pet {n}"), subject=f"user:{n % 3}") for n in range(9)]
    store.loads.clear()

    Codec(KeyRing(store)).decode(rows)

    assert store.loads == [{"user:0", "user:1", "user:2"}]


def test_a_field_that_was_not_yet_personal_when_it_was_written_reads_as_it_is(codec: Codec) -> None:
    row = stored(codec, PetNamed(name="Rex"))

    event = decoded(codec, row._replace(data='{"name":"Rex","owner":"Anna"}'))

    assert event.data == PetNamed(name="Rex", owner="Anna")


# --- erasure ---


def test_without_its_key_a_personal_field_reads_as_erased(codec: Codec, store: CountingKeyStore) -> None:
    row = stored(codec, PetNamed(name="Rex", owner="Anna", legs=3))
    store.delete_key("user:1")

    event = decoded(Codec(KeyRing(store)), row)

    assert event.data == PetNamed(name=ERASED, owner=ERASED, legs=3)


def test_a_field_that_cannot_hold_the_erased_text_reads_as_none(store: CountingKeyStore) -> None:
    row = stored(Codec(KeyRing(store)), PetChipped(chip="0815"))
    store.delete_key("user:1")

    assert decoded(Codec(KeyRing(store)), row).data == PetChipped(chip=None)


def test_a_key_made_after_an_erasure_does_not_pass_for_the_old_one(
    codec: Codec, store: CountingKeyStore
) -> None:
    before = stored(codec, PetNamed(name="Rex"))
    store.delete_key("user:1")
    other = Codec(KeyRing(store))
    after = stored(other, PetNamed(name="Bello"), position=2)

    # This codec still holds the destroyed key and must learn of the new one before it judges.
    names = [
        event.data.name
        for row in (after, before)
        for event in codec.decode([row])
        if isinstance(event.data, PetNamed)
    ]

    assert names == ["Bello", ERASED]


# --- versions and unknown types ---


def test_an_older_shape_is_brought_up_to_date_after_it_was_decrypted(codec: Codec) -> None:
    class PetTitled(EventData):
        SOURCE: ClassVar[str] = "pets"
        title: PersonalText

    row = stored(codec, PetTitled(title="Rex"))._replace(type="PetNamed", schema_version=1)

    event = decoded(codec, row)

    assert event.data == PetNamed(name="Rex")
    assert event.schema_version == 2


def test_a_shape_of_the_future_is_unreadable_rather_than_misread(codec: Codec) -> None:
    row = stored(codec, PetNamed(name="Rex"))._replace(schema_version=3)

    with pytest.raises(UnreadableEvent, match="knows its schema up to version 2"):
        codec.decode([row])


def test_fields_that_were_added_since_get_their_defaults_and_unknown_ones_are_left_out(codec: Codec) -> None:
    row = stored(codec, PetNamed(name="Rex"))._replace(data='{"name":"Rex","colour":"brown"}')

    assert decoded(codec, row).data == PetNamed(name="Rex", legs=4)


def test_an_event_without_a_contract_keeps_its_data_decrypted(codec: Codec) -> None:
    row = stored(codec, PetNamed(name="Rex"))._replace(type="PetAdopted", schema_version=9)

    event = decoded(codec, row)

    assert isinstance(event.data, UnknownEvent)
    assert (event.type, event.source, event.schema_version) == ("PetAdopted", "pets", 9)
    assert event.data.model_extra == {"name": "Rex", "owner": None, "remark": None, "legs": 4}


# --- events that cannot be read ---


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"name": 7}'])
def test_what_does_not_fit_the_contract_is_unreadable_and_says_where(codec: Codec, text: str) -> None:
    row = stored(codec, PetNamed(name="Rex"), position=42)._replace(data=text)

    with pytest.raises(UnreadableEvent, match="PetNamed at position 42") as refused:
        codec.decode([row])

    error = refused.value
    assert (error.position, error.event_id, error.stream, error.version) == (42, row.id, STREAM, 1)


def test_what_is_said_of_an_unreadable_event_quotes_none_of_it(codec: Codec) -> None:
    row = stored(codec, PetNamed(name="Rex"))._replace(data='{"name": "Rex", "legs": "Anna Holm"}')

    with pytest.raises(UnreadableEvent) as refused:
        codec.decode([row])

    assert "Anna" not in str(refused.value)


def test_a_page_ends_before_an_unreadable_event_and_the_next_one_begins_with_it(codec: Codec) -> None:
    good = [stored(codec, PetNamed(name="Rex"), position=n) for n in (1, 2)]
    bad = good[0]._replace(position=3, data="{}")

    page = codec.decode_page([*good, bad], limit=10, reached=9)

    assert [event.position for event in page.events] == [1, 2]
    assert page.position == 2
    with pytest.raises(UnreadableEvent):
        codec.decode_page([bad], limit=10, reached=9)
    with pytest.raises(UnreadableEvent):
        codec.decode([*good, bad])


def test_every_field_of_the_envelope_is_kept(codec: Codec) -> None:
    event = replace(
        a_new(PetNamed(name="Rex")),
        audience=frozenset({uuid4(), uuid4()}),
        causation_id=uuid4(),
        actor="ops:x",
    )
    (text,) = codec.encode([event])

    recorded = decoded(codec, row_of(event, text)._replace(audience=list(event.audience)))

    assert recorded == RecordedEvent(
        id=event.id,
        source="pets",
        type="PetNamed",
        schema_version=2,
        stream=STREAM,
        version=1,
        position=1,
        time=NOON,
        actor="ops:x",
        audience=event.audience,
        subject="user:1",
        correlation_id=event.correlation_id,
        causation_id=event.causation_id,
        data=event.data,
    )
