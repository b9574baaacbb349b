"""All markets in which the twin and the arrays are compared."""

from twin_markets_customers import OF_CUSTOMERS
from twin_markets_firms import OF_FIRMS
from twin_markets_newcomers import OF_NEWCOMERS
from twin_markets_programs import OF_PROGRAMS

SCENARIOS = {**OF_CUSTOMERS, **OF_PROGRAMS, **OF_FIRMS, **OF_NEWCOMERS}
"""Markets that together have every kind the twin knows; small, for the quick tier."""
