"""Small logs by hand: weeks in, days out."""

import pandas as pd
import pytest

BRANDS = ["Ours", "Rival", "Other"]


def make_log(rows, brands=BRANDS):
    """A log from (replication, customer, week, brand, price_paid, deal)."""
    frame = pd.DataFrame(rows, columns=["replication", "customer", "time", "brand", "price_paid", "deal"])
    frame["time"] = frame["time"].astype(float) * 7
    frame["brand"] = pd.Categorical(frame["brand"], categories=brands)
    frame["deal"] = frame["deal"].astype(bool)
    return frame.assign(occasion=0, units=1, list_price=2.0, points=0.0)


@pytest.fixture(scope="session")
def log():
    """Two customers over ten weeks in one replication, a third who bought once, and a replication of one purchase."""
    return make_log(
        [
            (0, 0, 0.5, "Ours", 2.0, False),
            (0, 0, 2.0, "Rival", 1.5, True),  # leaves on a deal, back after two weeks
            (0, 0, 4.0, "Ours", 2.0, False),
            (0, 0, 6.0, "Rival", 1.9, False),  # leaves at full price, not seen again
            (0, 1, 1.0, "Ours", 4.0, False),
            (0, 1, 5.0, "Ours", 6.0, False),
            (0, 1, 7.0, "Other", 1.0, True),  # leaves on a deal, away for two and a half weeks until the end
            (0, 2, 5.5, "Ours", 3.0, True),
            (1, 0, 3.0, "Ours", 2.0, False),
        ]
    )


@pytest.fixture(scope="session")
def logs():
    """Makes a log of rows (replication, customer, week, brand, price_paid, deal)."""
    return make_log
