"""The stores of files keep one contract: a folder, and an S3-compatible store over a real socket."""

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from shared.file_store import (
    FileStore,
    Incoming,
    ObjectMissing,
    StoredObject,
    StoreUnavailable,
    object_key,
    open_file_store,
    open_incoming,
)
from shared.file_store.folder import FolderStore
from shared.settings import Settings, SettingsError
from tests.integration.file_store import s3_stand_in

LARGE = bytes(range(256)) * 50_000


@pytest.fixture(scope="module")
def object_store() -> Iterator[tuple[str, s3_stand_in.Bucket]]:
    with s3_stand_in.serving() as served:
        yield served


@pytest.fixture(params=["folder", "s3"])
def settings(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    object_store: tuple[str, s3_stand_in.Bucket],
    monkeypatch: pytest.MonkeyPatch,
) -> Settings:
    """Give settings that name one of the stores."""
    if request.param == "folder":
        return Settings(files_dir=tmp_path)
    address, bucket = object_store
    bucket.objects.clear()
    bucket.failing = False
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anna")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")
    url = f"s3://parley/files/here?endpoint={address}&region=eu-central-1"
    return Settings(files_dir=tmp_path, files_url=url)


def put(store: FileStore, incoming: Incoming, content: bytes) -> str:
    """Store the content as the gateway does and return its key."""
    file = incoming.begin()
    file.write([content])
    file.sync()
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    key = object_key(file.sha256, uuid4())
    asyncio.run(store.put(key, file.path))
    file.discard()
    return key


def read(store: FileStore, key: str, start: int, stop: int) -> bytes:
    async def pieces() -> bytes:
        return b"".join([piece async for piece in await store.read(key, start, stop)])

    return asyncio.run(pieces())


def objects(store: FileStore) -> list[StoredObject]:
    async def every() -> list[StoredObject]:
        return [found async for found in store.objects()]

    return asyncio.run(every())


def test_what_is_put_is_there_whole_and_in_parts(settings: Settings) -> None:
    store, incoming = open_file_store(settings), open_incoming(settings)
    small, large = put(store, incoming, b"hello"), put(store, incoming, LARGE)

    assert read(store, small, 0, 5) == b"hello"
    assert read(store, small, 1, 3) == b"el"
    assert read(store, large, 0, len(LARGE)) == LARGE
    assert read(store, large, 1_000_000, 1_000_777) == LARGE[1_000_000:1_000_777]
    assert {(found.key, found.size) for found in objects(store)} == {(small, 5), (large, len(LARGE))}
    assert list(incoming.folder.iterdir()) == []


def test_what_is_removed_is_gone_and_removing_it_again_is_harmless(settings: Settings) -> None:
    store, incoming = open_file_store(settings), open_incoming(settings)
    key, other = put(store, incoming, b"hello"), put(store, incoming, b"hello")

    for _ in range(2):
        asyncio.run(store.remove(key))

    with pytest.raises(ObjectMissing):
        read(store, key, 0, 5)
    assert [found.key for found in objects(store)] == [other]


@pytest.mark.parametrize("settings", ["s3"], indirect=True)
def test_a_large_file_goes_in_parts_and_never_as_one(
    settings: Settings, object_store: tuple[str, s3_stand_in.Bucket]
) -> None:
    _, bucket = object_store
    key = put(open_file_store(settings), open_incoming(settings), LARGE)

    assert bucket.objects[f"files/here/{key}"] == LARGE
    assert bucket.largest_request <= 6 * 1024 * 1024
    assert bucket.parts == {}


@pytest.mark.parametrize("settings", ["s3"], indirect=True)
def test_a_store_that_refuses_is_told_without_its_words(
    settings: Settings, object_store: tuple[str, s3_stand_in.Bucket]
) -> None:
    store, incoming = open_file_store(settings), open_incoming(settings)
    key = put(store, incoming, b"hello")
    object_store[1].failing = True

    for act in (
        lambda: put(store, incoming, b"more"),
        lambda: read(store, key, 0, 5),
        lambda: asyncio.run(store.remove(key)),
        lambda: objects(store),
    ):
        with pytest.raises(StoreUnavailable) as failure:
            act()
        assert "secret" not in str(failure.value)


def test_a_folder_without_room_is_told(tmp_path: Path) -> None:
    (tmp_path / "objects").write_text("in the way")
    store, incoming = FolderStore(tmp_path / "objects"), Incoming(tmp_path / "incoming")

    with pytest.raises(StoreUnavailable):
        put(store, incoming, b"hello")


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "a" * 64])
def test_a_folder_has_no_objects_but_its_own(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        read(FolderStore(tmp_path), key, 0, 1)


@pytest.mark.parametrize(
    "url", ["https://bucket", "s3://", "s3://bucket?colour=blue", "s3://bucket:80/x", "nonsense"]
)
def test_an_address_that_is_none_is_refused_in_a_sentence(url: str) -> None:
    with pytest.raises(SettingsError, match="s3://BUCKET"):
        open_file_store(Settings(files_url=url))
