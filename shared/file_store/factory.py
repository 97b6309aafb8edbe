"""Which store the settings name."""

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from shared.file_store.folder import FolderStore
from shared.file_store.incoming import Incoming
from shared.file_store.port import FileStore
from shared.settings import Settings, SettingsError

_OPTIONS = frozenset({"endpoint", "region"})
_FORM = "s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION"


def files_folder(settings: Settings) -> Path:
    """Return the folder of uploads under way, and of the objects where no other store is named."""
    return (settings.files_dir or settings.home / "files").resolve()


def open_incoming(settings: Settings) -> Incoming:
    """Return the folder of uploads under way."""
    return Incoming(files_folder(settings) / "incoming")


def open_file_store(settings: Settings) -> FileStore:
    """Return the store that the settings name; nothing is asked of it yet. Raises SettingsError."""
    if not settings.files_url:
        return FolderStore(files_folder(settings) / "objects")
    url = urlsplit(settings.files_url)
    options = dict(parse_qsl(url.query))
    if url.scheme != "s3" or not url.hostname or url.port or options.keys() - _OPTIONS:
        raise SettingsError(f"PARLEY_FILES_URL: write it as {_FORM}")
    # Only who has such a store pays for the library.
    from shared.file_store.s3 import ObjectStore  # noqa: PLC0415

    return ObjectStore(
        bucket=url.hostname,
        prefix=url.path.strip("/"),
        endpoint=options.get("endpoint"),
        region=options.get("region"),
    )
