"""Keys of personal data: one per subject, kept by the engine, held in memory for a while."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BITS = 256
NONCE_BYTES = 12
_FORMAT = b"\x01"
_FINGERPRINT_BYTES = 8
_PREFIX_BYTES = len(_FORMAT) + _FINGERPRINT_BYTES
_READY_CIPHERS = 500


class KeyStore(Protocol):
    """Where an engine keeps the subjects' keys."""

    def load_keys(self, subjects: Collection[str]) -> Mapping[str, bytes]:
        """Return the keys of those of the subjects that have one."""
        ...

    def create_key(self, subject: str, key: bytes) -> bytes:
        """Keep `key` for the subject unless it has one already; return the one that is kept."""
        ...

    def delete_key(self, subject: str) -> bool:
        """Destroy the subject's key; False if it had none."""
        ...


class SubjectKey:
    """
    One subject's key, ready for use.

    What it seals is a format byte, the first bytes of the key's SHA-256 (they tell which key it was), the
    nonce, and AES-256-GCM over the plain text, bound to `context`.
    """

    # There may be thousands, and a cipher that is ready takes 2.5 kB: who makes many keys keeps few of those.
    __slots__ = ("__weakref__", "_cipher_of", "_prefix", "secret")

    def __init__(self, secret: bytes, cipher_of: Callable[[bytes], AESGCM] = AESGCM) -> None:
        self.secret = secret
        self._cipher_of = cipher_of
        self._prefix = _FORMAT + hashlib.sha256(secret).digest()[:_FINGERPRINT_BYTES]

    def seal(self, text: bytes, context: bytes, nonce: bytes) -> bytes:
        """Return the text sealed. The nonce must never have been used with this key."""
        return self._prefix + nonce + self._cipher_of(self.secret).encrypt(nonce, text, context)

    def has_sealed(self, sealed: bytes) -> bool:
        return sealed.startswith(self._prefix)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """Return the plain text. Raises InvalidTag where it is not what this key sealed in this context."""
        nonce = sealed[_PREFIX_BYTES : _PREFIX_BYTES + NONCE_BYTES]
        return self._cipher_of(self.secret).decrypt(nonce, sealed[_PREFIX_BYTES + NONCE_BYTES :], context)


class KeyRing:
    """
    The keys of a store, held in memory for at most `seconds` and for at most `capacity` subjects.

    That a subject has no key is never held, so a key that was just created elsewhere is found at once.
    Safe to share between threads.
    """

    def __init__(
        self,
        store: KeyStore,
        *,
        seconds: float = 60,
        capacity: int = 5_000,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._seconds = seconds
        self._capacity = capacity
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._cipher_of = lru_cache(maxsize=_READY_CIPHERS)(AESGCM)
        self._held: OrderedDict[str, tuple[SubjectKey, float]] = OrderedDict()

    def keys(self, subjects: Collection[str], *, fresh: bool = False) -> dict[str, SubjectKey]:
        """Return the keys of those of the subjects that have one, `fresh` from the store or as held."""
        found = {} if fresh else self._look_up(subjects)
        missing = [subject for subject in subjects if subject not in found]
        if missing:
            secrets = self._store.load_keys(missing)
            loaded = {subject: self._key(secret) for subject, secret in secrets.items()}
            self._hold(loaded)
            found.update(loaded)
        return found

    def key_to_encrypt(self, subject: str) -> SubjectKey:
        """Return the subject's key, creating it where there is none. Racing writers agree on one key."""
        found = self.keys([subject])
        if subject not in found:
            kept = self._store.create_key(subject, AESGCM.generate_key(KEY_BITS))
            found[subject] = self._key(kept)
            self._hold(found)
        return found[subject]

    def destroy(self, subject: str) -> bool:
        """Destroy the subject's key in the store and here; False if it had none."""
        existed = self._store.delete_key(subject)
        with self._lock:
            self._held.pop(subject, None)
        self._cipher_of.cache_clear()
        return existed

    def _key(self, secret: bytes) -> SubjectKey:
        return SubjectKey(secret, self._cipher_of)

    def _look_up(self, subjects: Collection[str]) -> dict[str, SubjectKey]:
        now = self._monotonic()
        found = {}
        with self._lock:
            for subject in subjects:
                held = self._held.get(subject)
                if held is not None and held[1] > now:
                    found[subject] = held[0]
        return found

    def _hold(self, keys: Mapping[str, SubjectKey]) -> None:
        now = self._monotonic()
        until = now + self._seconds
        with self._lock:
            for subject, key in keys.items():
                self._held[subject] = (key, until)
                self._held.move_to_end(subject)
            # In the order in which they expire.
            while self._held and (len(self._held) > self._capacity or self._oldest_until() <= now):
                self._held.popitem(last=False)

    def _oldest_until(self) -> float:
        _, until = next(iter(self._held.values()))
        return until
