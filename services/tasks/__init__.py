"""
Tasks: who owes whom an answer, and until when.

Decides on boards, one stream for each thread (`reply-tasks-<thread id>`), case (`case-tasks-<case id>`) and
account (`account-tasks-<company id>`): a message opens a reply task for each company of the other side, due
after two business days of that company's calendar, and solves what its own side still owed there; where a
case stands asks one side or the other to act. Nothing is decided from the read tables, which only serve lists
and the recipients' calendars.
"""
