"""`python -m tests.bench` measures; see `run`."""

from tests.bench.run import main

main()
