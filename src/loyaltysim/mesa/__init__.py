"""Mesa: a scenario as a Mesa model, at the speed of arrays; and its twin with one Python object a customer.

`LoyaltyModel` (model.py) is for use: agents are a view over the arrays (view.py), and Mesa's helpers work with it
unchanged. `TwinModel` (twin.py) and its `Customer` (twin_customer.py) are ordinary Mesa, to be read in class and to
check the arrays by: agents, `shuffle_do`, a `DataCollector`.
"""

from loyaltysim.mesa.collector import ArrayCollector
from loyaltysim.mesa.model import LoyaltyModel
from loyaltysim.mesa.row import CustomerRow
from loyaltysim.mesa.twin import TwinModel
from loyaltysim.mesa.twin_customer import Customer
from loyaltysim.mesa.view import AgentView

__all__ = ["LoyaltyModel", "AgentView", "CustomerRow", "ArrayCollector", "TwinModel", "Customer"]
