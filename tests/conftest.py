"""
Every test gets real servers, and each test a database and a virtual host of its own.

What is ours we test as it is: PostgreSQL, RabbitMQ, SMTP and our own processes are real. Only what belongs
to others and cannot run here is replaced. The fixtures live in `shared.testing`, so that whoever builds on
Parley can use them.
"""

import re

from hypothesis import HealthCheck, settings

pytest_plugins = ["shared.testing", "tests.kurrentdb_stand_in.fixtures"]

_CHANCE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{10}")

# How long an example takes is the machine's affair: it says nothing about what the test is about.
settings.register_profile("parley", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("parley")


def pytest_make_parametrize_id(val: object) -> str | None:
    """
    Name a case without its random ids and instants: workers that share the tests must find the same names.
    """
    text = val if isinstance(val, str) else repr(val) if isinstance(val, bytes | dict) else ""
    named = _CHANCE.sub("…", text)
    return named if named != text else None
