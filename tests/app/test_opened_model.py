"""The model behind the page: faults are told on it, and nothing that a visitor presses breaks it."""

import socket

import pytest

pytest.importorskip("solara", reason="the page needs solara")

import loyaltysim.mesa.model as face
from loyaltysim import load
from loyaltysim.app.mesa_page import OpenedModel
from loyaltysim.app.serving import check_free
from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.plots.labels import plain

THREE = {"steps": 3, "metrics.period_steps": 3, "metrics.states_every": 3}


@pytest.fixture
def small():
    return load("grocery").vary({"population.n_customers": 200, "burn_in": 2, **THREE})


def test_opened_model__tells_a_fault_that_shows_only_when_the_market_opens(small, monkeypatch):
    real, faults = face.Simulation, [ScenarioError([Fault(None, None, "network", "cannot be had")])]

    def once(*args, **kwargs):
        if faults:
            raise faults.pop()
        return real(*args, **kwargs)

    monkeypatch.setattr(face, "Simulation", once)
    model = OpenedModel(scenario=small, rng=1)
    assert "cannot be had" in model.refused and model.made == 2
    model.step()
    assert model.made == 3


def test_opened_model__does_nothing_after_the_last_step(small):
    model = OpenedModel(scenario=small, rng=1)
    for _ in range(10):
        model.step()
    assert model.made == 5 and not model.running


def test_port__that_is_bound_is_refused_before_an_address_is_told():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(ScenarioError, match="cannot listen at port"):
            check_free(other.getsockname()[1])


def test_names__with_dollars_are_no_formulas():
    assert plain("$Best$") == r"\$Best\$"
