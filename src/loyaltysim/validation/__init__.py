"""Validation: published targets, exact limits and real data as runnable checks (`loyaltysim validate`)."""

from loyaltysim.validation.target import TARGETS, Check, MissingExtra, Target, report

__all__ = ["TARGETS", "Check", "MissingExtra", "Target", "report"]
