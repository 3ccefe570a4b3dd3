"""Reads desks, facts, records, the roster and the change feed of lessons."""
