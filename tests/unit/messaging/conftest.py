"""What unit tests of messaging share."""

from collections.abc import Iterator

import pytest

from tests.unit.messaging.racing import Desk, opened_desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Give a case that its partner reviews, in a process that knows nothing yet."""
    with opened_desk() as desk:
        yield desk
