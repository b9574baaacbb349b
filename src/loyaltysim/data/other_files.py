"""Files that are no text and are taken for CSV all the same: what they are, by their first bytes, and what to do.

To tell of another sort of file: a line in `BEGINS`.
"""

from __future__ import annotations

_EXCEL = "is an Excel file: save its sheet as CSV, or give the DataFrame that pandas.read_excel makes of it"
_PACKED = 'is packed with {0}: unpack it, or give what Python\'s {0}.open("…", "rb") opens'
BEGINS = {
    b"\xd0\xcf\x11\xe0": _EXCEL,
    b"\x1f\x8b": _PACKED.format("gzip"),
    b"BZh": _PACKED.format("bz2"),
    b"\xfd7zXZ": _PACKED.format("lzma"),
    b"PAR1": "is a Parquet file: give its path, with a name that ends with .parquet",
    b"PK\x03\x04": "is a ZIP archive: unpack it",
}
"""What is said of files by their first bytes."""


def what_it_is(data: bytes) -> str | None:
    """What a file is and what to do with it, if it is known and no text; else None."""
    if data.startswith(b"PK\x03\x04") and b"xl/workbook" in data:  # .xlsx is an archive of this and other files
        return _EXCEL
    return next((says for begin, says in BEGINS.items() if data.startswith(begin)), None)
