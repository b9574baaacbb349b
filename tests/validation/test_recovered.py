"""What SciPy and networkx find (R8): our statistics by hand."""

import networkx
import numpy as np
import pytest
from scipy.optimize import curve_fit

from loyaltysim.validation import bass, recovered


def test_network__of_a_triangle_with_a_tail_by_hand():
    """0-1-2 are a triangle, 3 hangs on 2; 4 is alone. Pairs of friends: 1 of 0, 1 of 1, 3 of 2, none of 3 and 4."""
    found = recovered.count_network(np.array([[0, 1], [0, 2], [1, 2], [2, 3]]), 5)
    assert found["clustering"] == pytest.approx((1 + 1 + 1 / 3) / 5)
    assert found["transitivity"] == pytest.approx(3 / 5)
    assert found["degrees"].tolist() == [1, 1, 2, 1]
    # ends of the ties, both ways: (2,2) (2,3) (2,3) (3,1); their means are 9/4, and all deviations by hand
    ends = np.array([[2, 2], [2, 3], [2, 3], [3, 1], [2, 2], [3, 2], [3, 2], [1, 3]])
    assert found["assortativity"] == pytest.approx(np.corrcoef(ends.T)[0, 1])


@pytest.mark.parametrize("seed", range(5))
def test_network__is_counted_as_by_networkx(seed):
    graph = networkx.gnm_random_graph(60, 200, seed=seed)
    found = recovered.count_network(np.array(graph.edges), 60)
    assert found["clustering"] == pytest.approx(networkx.average_clustering(graph), abs=1e-12)
    assert found["transitivity"] == pytest.approx(networkx.transitivity(graph), abs=1e-12)
    assert found["assortativity"] == pytest.approx(networkx.degree_assortativity_coefficient(graph), abs=1e-12)
    assert found["degrees"].tolist() == networkx.degree_histogram(graph)


def test_fit__of_yearly_shares_finds_another_model():
    """Fitted to the recursion itself: p .020 and q .416 where .03 and .38 were, so luck has no part in it."""
    p, q = curve_fit(bass.limit, np.arange(1, 21), bass.recursion(bass.P, bass.Q, 20), p0=(0.01, 0.5))[0]
    assert p == pytest.approx(0.0204, abs=1e-4) and q == pytest.approx(0.4163, abs=1e-4)
