"""
Every test gets real servers, and each test a database and a virtual host of its own.

What is ours we test as it is: PostgreSQL, RabbitMQ, SMTP and our own processes are real. Only what belongs
to others and cannot run here is replaced. The fixtures live in `shared.testing`, so that whoever builds on
Parley can use them.
"""

pytest_plugins = ["shared.testing", "tests.kurrentdb_stand_in.fixtures"]
