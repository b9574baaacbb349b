"""Bench: the reference step here, in NumPy and in Mesa, side by side in one process."""
