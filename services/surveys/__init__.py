"""
Surveys: the monthly update that a partner owes for each active case.

Decides in one stream per case, `case-surveys-<case id>`: one survey is open at a time, refreshed and not
stacked, withdrawn when the case is not active any more, submitted once. How a partner's surveys are spread
over the month it keeps in `survey-cadence-<partner id>`. What a submission leads to (messages, payments, a
pause) the services do that own those streams.
"""
