"""The outside world of the gateway: one file per technology."""
