"""Attendance as files: tables for spreadsheets and programs, sign-in sheets for paper."""
