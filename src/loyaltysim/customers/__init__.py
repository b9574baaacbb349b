"""Customers: who they are (traits by segment), what they feel (shared states), whom they know (networks)."""
