"""`loyaltysim bench`: how fast, here."""

from __future__ import annotations

from loyaltysim.cli.told import told


def bench() -> None:
    """Measure the speed of the reference step on this machine."""
    with told():
        from loyaltysim import bench as room

        room.run()
