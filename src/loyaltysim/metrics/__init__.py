"""Metrics: what is counted at each purchase, each step and each period. They read all boards and change none."""
