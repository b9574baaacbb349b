"""The board of customers: rows, keys, and states that exist only when asked for."""

import numpy as np
import pytest

from loyaltysim.customers.customers import Customers
from loyaltysim.customers.fields import FIELDS
from loyaltysim.draws import customer_key


def test_rows__are_the_customers_of_one_replication_after_the_other():
    customers = Customers(5, range(3, 6), n_brands=2, seed=9)
    assert customers.rows == 15
    assert [customers.rows_of(r) for r in range(3)] == [slice(0, 5), slice(5, 10), slice(10, 15)]
    assert customers.key.tolist() == [
        customer_key(9, replication, number) for replication in (3, 4, 5) for number in range(5)
    ]
    assert len(set(customers.key.tolist())) == 15


def test_ask__makes_a_state_once_with_its_off_value_or_the_start_given():
    customers = Customers(4, range(2), n_brands=3, seed=1)
    assert not customers.has("bond") and customers.bytes == 8 * 8 + 8
    assert customers.ask("bond", 0.25).shape == (3, 8) and (customers.ask("bond") == 0.25).all()
    assert customers.ask("bond", 0.75) is customers.ask("bond") and (customers.ask("bond") == 0.25).all()
    by_brand = customers.ask("expectation", np.array([0.1, 0.2, 0.3]))
    np.testing.assert_array_equal(by_brand, np.float32([[0.1], [0.2], [0.3]]) * np.ones(8, np.float32))
    assert customers.ask("last_brand").tolist() == [-1] * 8
    assert customers.bytes == 8 * 8 + 8 + 2 * 3 * 8 * 4 + 8


@pytest.mark.parametrize("name", FIELDS)
def test_field__is_declared_with_an_off_value_inside_its_range(name):
    field = FIELDS[name]
    assert field.name == name and field.says and field.unit and field.owner
    assert field.low <= field.off <= field.high
    array = Customers(2, range(1), n_brands=2, seed=0).ask(name)
    assert array.dtype == field.dtype and array.ndim == 1 + field.by_brand and (array == field.dtype(field.off)).all()


def test_ask__an_undeclared_state_is_refused():
    with pytest.raises(KeyError):
        Customers(2, range(1), n_brands=2, seed=0).ask("mood")
