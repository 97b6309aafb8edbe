"""
Messaging decides who may talk to whom on which case, and keeps what was said.

It owns the streams `company-<id>`, `user-<id>`, `partnership-<uuid5 of the pair>`, `case-<id>`,
`thread-<id>`, `file-<id>` and `content-<uuid5 of the digest>`. Whether a thread may be written to is decided
by the thread's stream alone: it holds its opening, its participants and its closing.
"""
