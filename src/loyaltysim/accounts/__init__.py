"""Accounts: what is paid, in whole 1/10,000 of the currency, and what a firm makes of it."""
