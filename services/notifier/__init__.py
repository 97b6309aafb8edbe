"""
Decides who is told what by e-mail and in the portal, when and exactly why, and sends the e-mail.

Owns the streams `mail-burst-<id>` (one per thread and mailed company: which burst of messages was decided
on, and for each user of the company what became of it), `digest-<id>` (one per user and kind: which summaries
and reminders were decided), `notice-<id>` (one per event and company that is told of it in the portal),
`notice-reads-<user>`, `mail-recipient-<user>` (what a user chose, and whether its address works) and
`mail-<id>` (one per e-mail: scheduled, ambiguous attempts, sent or failed).
"""
