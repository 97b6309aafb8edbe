"""The append-only event log: one protocol, an engine per store, and the codec between contracts and bytes."""
