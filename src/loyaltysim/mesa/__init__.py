"""Mesa: the same market with one Python object a customer, to be read in class and to check the arrays by.

`TwinModel` (twin.py) is ordinary Mesa: agents, `shuffle_do`, a `DataCollector`. Its luck (twin_luck.py) is that of the
arrays or Mesa's own; a customer's account with a program is in twin_program.py.
"""

from loyaltysim.mesa.twin import Customer, TwinModel

__all__ = ["Customer", "TwinModel"]
