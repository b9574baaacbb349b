"""The page docs/many_futures.md: its example runs as it stands there, and what it says of it is so."""

import pytest


@pytest.mark.slow
def test_page__branches_are_the_straight_run_bit_for_bit(code_of, tmp_path, monkeypatch):
    (code,) = code_of("docs/many_futures.md", "python")
    assert "assert straight.equals(branched)" in code
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(compile(code, "many_futures.md", "exec"), names)
    share, past, market = names["share"], names["past"], names["market"]
    assert share["price war"] < share["no program"] < share["as it is"] < share["cheaper"]
    assert names["straight"].identical(past.branch(market).run().results()), "its coordinates and attributes too"
    with pytest.raises(ValueError, match="a branch needs the same number of customers"):
        past.branch(market.vary({"population.n_customers": 500}))
