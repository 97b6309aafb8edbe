"""
One file per contract in `golden/`: an event's fields, and what the log holds of them.

`python -m tests.contract.golden_events TYPE` writes the file of a contract anew from the fields in it. A
contract that gets a new schema version keeps its old file as `TYPE.vN.json`, which must be readable for ever.
"""

import hashlib
import json
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from shared.contracts.envelope import EventData, NewEvent, contracts_by_type
from shared.eventlog.codec import Codec, StoredEvent
from shared.eventlog.keys import KeyRing
from tests.contract.event_examples import NOON

FOLDER = Path(__file__).parent / "golden"
SUBJECT = "case:3a0ee1ad-0000-4000-8000-000000000000"
STREAM_ID = UUID("3a0ee1ad-0000-4000-8000-000000000000")


class KnownKeys:
    """Keys that anybody can work out, so that ciphertext can stand in a file."""

    def load_keys(self, subjects: Collection[str]) -> Mapping[str, bytes]:
        return {subject: hashlib.sha256(subject.encode()).digest() for subject in subjects}

    def create_key(self, subject: str, key: bytes) -> bytes:
        raise AssertionError("every subject has a key here")

    def delete_key(self, subject: str) -> bool:
        raise AssertionError("nothing is erased here")


def codec() -> Codec:
    return Codec(KeyRing(KnownKeys()), nonce=lambda: bytes(range(12)))


def decided(data: EventData) -> NewEvent:
    """Return the event of the golden file with this data."""
    return NewEvent(
        id=uuid5(STREAM_ID, type(data).__name__),
        data=data,
        time=NOON,
        actor="platform",
        audience=frozenset(),
        subject=SUBJECT,
        correlation_id=STREAM_ID,
    )


def stored(kind: str, schema_version: int, source: str, content: Mapping[str, Any]) -> StoredEvent:
    """Return the row that holds the golden event."""
    return StoredEvent(
        position=1,
        category="case",
        stream_id=STREAM_ID,
        version=1,
        id=uuid5(STREAM_ID, kind),
        source=source,
        type=kind,
        schema_version=schema_version,
        time=NOON,
        actor="platform",
        audience=[],
        subject=SUBJECT,
        correlation_id=STREAM_ID,
        causation_id=None,
        data=json.dumps(content),
    )


def write_golden(data: EventData) -> None:
    """Write the golden file of the data's contract."""
    kind = type(data).__name__
    (text,) = codec().encode([decided(data)])
    golden = {
        "source": data.SOURCE,
        "type": kind,
        "schema_version": data.SCHEMA_VERSION,
        "fields": data.model_dump(mode="json"),
        "stored": json.loads(text),
    }
    (FOLDER / f"{kind}.json").write_text(json.dumps(golden, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    codec()
    for name in sys.argv[1:]:
        fields = json.loads((FOLDER / f"{name}.json").read_text())["fields"]
        write_golden(contracts_by_type()[name].model_validate(fields))
