"""What desks and staff do: scan, undo, correct, open and close desks."""
