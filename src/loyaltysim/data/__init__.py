"""Data: purchases and panels, read, checked and written."""
