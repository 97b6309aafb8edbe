"""
What portal clients and integrators meet: HTTP under `/api/v1` and a live stream.

Decides nothing and owns no streams: it verifies who asks, passes commands and queries on to the services over
nameko's RPC protocol, turns their refusals into problem documents, and shows each event live to those who may
know of it. Runs in asyncio, in a process of its own.
"""
