"""
What notifier does: decide bursts that are over, schedule their e-mails, send those.

Whether an e-mail is decided on, scheduled or sent is read from the log each time, never from a table: tables
only say where to look. So a stale table, a rebuild or a second replica costs a look and sends nothing.
"""
