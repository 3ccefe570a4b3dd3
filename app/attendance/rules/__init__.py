"""Decisions about scans and attendance, without database, request or clock."""
