"""
Tasks: who owes whom an answer, and until when.

Decides in one stream per thread, `reply-tasks-<thread id>`: a message opens a reply task for each company of
the other side, due after two business days of that company's calendar, and solves what its own side still
owed there. Nothing is decided from the read tables, which only serve lists and the recipients' calendars.
"""
