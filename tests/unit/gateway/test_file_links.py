"""Links to files: signed for one file and one hour. And which part of a file a Range header asks for."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from services.gateway import byte_ranges
from services.gateway.file_links import FileLinks
from shared.errors import Forbidden
from shared.settings import Settings, SettingsError

NOW = datetime(2026, 11, 20, 14, 0, 0, 123456, tzinfo=UTC)
FILE, OTHER = UUID(int=7), UUID(int=8)
LINKS = FileLinks(Settings(jwt_secret="x" * 32))


def parts(links: FileLinks = LINKS, file_id: UUID = FILE) -> tuple[str, str]:
    url = urlsplit(links.with_link({"id": str(file_id)}, NOW)["url"])
    query = parse_qs(url.query)
    assert url.path == f"/api/v1/files/{file_id}/content"
    return query["se"][0], query["sig"][0]


def test_a_link_is_good_for_its_hour() -> None:
    expires_at, signature = parts()

    assert expires_at == "2026-11-20T15:00:00Z"
    for now in (NOW, NOW + timedelta(minutes=59, seconds=59)):
        LINKS.check(FILE, expires_at, signature, now)
    with pytest.raises(Forbidden) as refusal:
        LINKS.check(FILE, expires_at, signature, NOW + timedelta(hours=1))
    assert refusal.value.code == "link_expired"


@pytest.mark.parametrize(
    ("file_id", "expires_at", "signature"),
    [
        (OTHER, *parts()),
        (FILE, "2026-11-20T15:00:01Z", parts()[1]),
        (FILE, parts()[0], parts()[1][:-1]),
        (FILE, parts()[0], ""),
        (FILE, "", ""),
        (FILE, "never", "\ud800"),
        (FILE, *parts(FileLinks(Settings(jwt_secret="y" * 32)))),
        (FILE, *parts(FileLinks(Settings(jwt_secret="x" * 32, file_link_secret="z" * 32)))),
    ],
)
def test_a_link_that_is_not_ours_for_this_file_opens_nothing(
    file_id: UUID, expires_at: str, signature: str
) -> None:
    with pytest.raises(Forbidden) as refusal:
        LINKS.check(file_id, expires_at, signature, NOW)

    assert refusal.value.code == "link_not_valid"


def test_a_gateway_without_a_secret_does_not_start() -> None:
    for settings in (Settings(), Settings(jwt_jwks_url="https://x"), Settings(file_link_secret="short")):
        with pytest.raises(SettingsError):
            FileLinks(settings)


@pytest.mark.parametrize(
    ("header", "part"),
    [
        (None, None),
        ("bytes=0-", (0, 100)),
        ("bytes=0-0", (0, 1)),
        ("bytes=10-19", (10, 20)),
        ("bytes=90-1000", (90, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-1000", (0, 100)),
        ("bytes=5-4", None),
        ("bytes=0-1,5-6", None),
        ("bytes=", None),
        ("bytes=a-b", None),
        ("lines=1-2", None),
        ("bytes=" + "9" * 30 + "-", None),
    ],
)
def test_one_range_of_bytes_is_understood(header: str | None, part: tuple[int, int] | None) -> None:
    assert byte_ranges.wanted(header, 100) == part


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=200-300", "bytes=-0"])
def test_a_range_past_the_end_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(byte_ranges.NotSatisfiable):
        byte_ranges.wanted(header, 100)
