"""Backup and restore: one archive with every row, every upload and the keys, checked before use.

The archive is a zip: `manifest.json` (format, migration head, digests), `tables/<name>.jsonl`
(canonical rows, personal columns sealed anew on restore), `media/…`, `secret_keys`. Whoever has the
archive has everything: it is written with mode 0600 and belongs in a safe place.
"""

from app.kit.backups.archive import BackupRefused, Manifest
from app.kit.backups.checking import check, keys_of, refuse_filled, refuse_other_uploads
from app.kit.backups.reading import read
from app.kit.backups.writing import write

__all__ = [
    "BackupRefused",
    "Manifest",
    "check",
    "keys_of",
    "read",
    "refuse_filled",
    "refuse_other_uploads",
    "write",
]
