"""The rules of surveys, pure: what a case is to them, when one is due, what may be reported."""
