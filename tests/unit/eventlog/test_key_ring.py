"""Keys in memory: for a while, for so many, and never that there is none."""

import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

from shared.eventlog.keys import KeyRing
from shared.eventlog.memory import MemoryKeyStore


class Hours:
    """A monotonic clock that moves when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_key_is_made_once_and_found_again() -> None:
    ring = KeyRing(MemoryKeyStore())

    key = ring.key_to_encrypt("user:1")

    assert len(key.secret) == 32
    assert ring.key_to_encrypt("user:1") == key
    assert ring.keys(["user:1", "user:2"]) == {"user:1": key}


def test_two_rings_of_one_store_agree_on_the_key() -> None:
    store = MemoryKeyStore()

    one, other = (KeyRing(store).key_to_encrypt("user:1") for _ in range(2))

    assert one.secret == other.secret


def test_racing_writers_agree_on_the_key() -> None:
    store = MemoryKeyStore()
    barrier = threading.Barrier(8)

    def key() -> bytes:
        ring = KeyRing(store)
        barrier.wait()
        return ring.key_to_encrypt("user:1").secret

    with ThreadPoolExecutor(8) as pool:
        keys = {future.result() for future in [pool.submit(key) for _ in range(8)]}

    assert len(keys) == 1


def test_a_key_destroyed_elsewhere_is_held_for_its_time_and_no_longer() -> None:
    store, clock = MemoryKeyStore(), Hours()
    ring = KeyRing(store, seconds=60, monotonic=clock)
    key = ring.key_to_encrypt("user:1")
    store.delete_key("user:1")

    clock.seconds = 59.9
    assert ring.keys(["user:1"]) == {"user:1": key}
    clock.seconds = 60
    assert ring.keys(["user:1"]) == {}


def test_a_key_made_elsewhere_is_found_at_once() -> None:
    store = MemoryKeyStore()
    ring = KeyRing(store)
    assert ring.keys(["user:1"]) == {}

    key = KeyRing(store).key_to_encrypt("user:1")

    assert ring.keys(["user:1"])["user:1"].secret == key.secret


def test_a_destroyed_key_is_gone_here_at_once_and_the_next_one_is_another() -> None:
    ring = KeyRing(MemoryKeyStore())
    key = ring.key_to_encrypt("user:1")

    assert ring.destroy("user:1")
    assert not ring.destroy("user:1")
    assert ring.key_to_encrypt("user:1").secret != key.secret


def test_the_ring_holds_no_more_than_its_capacity() -> None:
    store = MemoryKeyStore()
    ring = KeyRing(store, capacity=2)
    for subject in ("user:1", "user:2", "user:3"):
        ring.key_to_encrypt(subject)
        store.delete_key(subject)

    assert set(ring.keys(["user:1", "user:2", "user:3"])) == {"user:2", "user:3"}


def test_more_keys_than_ciphers_are_ready_open_what_they_sealed() -> None:
    ring = KeyRing(MemoryKeyStore())
    subjects = [f"user:{number}" for number in range(1_200)]
    sealed = {each: ring.key_to_encrypt(each).seal(each.encode(), b"", bytes(12)) for each in subjects}

    keys = ring.keys(subjects)

    assert all(keys[each].open(sealed[each], b"") == each.encode() for each in subjects)


def test_a_key_that_was_destroyed_opens_what_is_in_hand_and_nothing_more_is_found() -> None:
    ring = KeyRing(MemoryKeyStore())
    key = ring.key_to_encrypt("user:1")
    sealed = key.seal(b"hello", b"", bytes(12))
    ring.destroy("user:1")

    assert key.open(sealed, b"") == b"hello"
    assert ring.keys(["user:1"]) == {}


def test_what_has_expired_is_let_go_when_others_come() -> None:
    clock = Hours()
    ring = KeyRing(MemoryKeyStore(), seconds=60, monotonic=clock)
    early = weakref.ref(ring.key_to_encrypt("user:1"))

    clock.seconds = 60
    ring.key_to_encrypt("user:2")

    assert early() is None
