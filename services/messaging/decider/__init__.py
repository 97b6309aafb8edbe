"""
What messaging decides, one module per kind of stream.

Each holds the stream's state (a union of small frozen shapes), `decide` and `evolve`, and who may know of
its events (`audience`). All of it is pure. A command that finds its work done returns nothing; one that may
not be done raises the kind of Refused that says who must act.
"""
