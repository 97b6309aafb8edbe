"""
Where the bytes of files are, behind one port: a folder, or an S3-compatible store.

What is stored never changes: an object is put whole under a key that was never used before, and removed for
good. What a key stands for is decided elsewhere.
"""

from shared.file_store.factory import open_file_store, open_incoming
from shared.file_store.incoming import Incoming, IncomingFile
from shared.file_store.port import (
    FileStore,
    ObjectMissing,
    StoredObject,
    StoreUnavailable,
    digest_in,
    object_key,
)

__all__ = [
    "FileStore",
    "Incoming",
    "IncomingFile",
    "ObjectMissing",
    "StoreUnavailable",
    "StoredObject",
    "digest_in",
    "object_key",
    "open_file_store",
    "open_incoming",
]
