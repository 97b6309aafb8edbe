"""
AI resolver: whether a reply is still expected.

Looks every night at the open chat tasks and says of each burst of messages whether it still asks for an
answer. It owns the streams `ai-verdict-<thread>` (what was judged, and what people objected to) and
`ai-company-<company>` (how a company wants it). It closes nothing itself: tasks hears the verdict and refuses
it where a newer message came first.
"""
