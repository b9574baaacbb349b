"""Mesa: the same market with one Python object a customer, to be read in class and to check the arrays by.

`TwinModel` (twin.py) and its `Customer` (twin_customer.py) are ordinary Mesa: agents, `shuffle_do`, a `DataCollector`.
"""

from loyaltysim.mesa.twin import TwinModel
from loyaltysim.mesa.twin_customer import Customer

__all__ = ["Customer", "TwinModel"]
