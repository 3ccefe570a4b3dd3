"""The one door for tables: written as xlsx or csv that cannot act, read with suspicion."""

from app.kit.spreadsheets.reading import Row, SpreadsheetRefused, Table, read_table
from app.kit.spreadsheets.writing import Cell, Column, Kind, csv, xlsx

__all__ = [
    "Cell",
    "Column",
    "Kind",
    "Row",
    "SpreadsheetRefused",
    "Table",
    "csv",
    "read_table",
    "xlsx",
]
