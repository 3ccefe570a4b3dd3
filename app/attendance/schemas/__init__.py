"""What desks and programs send and get."""
