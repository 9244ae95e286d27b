"""PSI: what it says of two samples, and when it says nothing that luck does not explain."""

import numpy as np
import pytest

from strategy.quality.psi import Bins, bins_of, counts_in, luck, psi


def test_the_figure_is_the_sum_over_bins() -> None:
    # By hand: shares (.5, .5) and (.25, .75): (.25-.5)ln(.5) + (.75-.5)ln(1.5) = .2747.
    assert psi((20_000, 20_000), (10_000, 30_000)) == pytest.approx(0.2747, abs=1e-4)
    assert psi((20_000, 20_000, 0), (10, 10, 0)) == pytest.approx(0, abs=1e-9)


def test_a_value_that_many_share_has_a_bin_without_the_values_above_it() -> None:
    values = np.r_[np.zeros(600), np.arange(1.0, 401.0)]
    bins = bins_of(values)
    assert bins.edges[0] == 0.0
    assert bins.counts[0] == 600
    assert bins.counts[-1] == 0
    assert bins.rows == 1000
    assert counts_in(bins, np.array([-5.0, 0.0, 1e-9, 1e9, np.nan, np.inf])).tolist()[0] == 2
    assert counts_in(bins, np.array([np.nan, np.inf]))[-1] == 2


def test_bins_survive_float32_and_json() -> None:
    values = np.random.default_rng(0).lognormal(size=5_000).astype(np.float32)
    bins = bins_of(values)
    assert tuple(counts_in(Bins(tuple(float(str(edge)) for edge in bins.edges), ()), values)) == bins.counts


def test_a_sample_without_a_value_has_one_bin() -> None:
    bins = bins_of(np.full(9, np.nan))
    assert (bins.edges, bins.counts) == ((), (0, 9))
    assert luck(bins, 5, 0.001) >= psi(bins.counts, (0, 5))
    assert luck(bins, 0, 0.001) == np.inf


@pytest.mark.parametrize("rows", [20, 30, 200, 5_000])
def test_samples_of_the_reference_pass_for_luck_as_often_as_promised(rows: int) -> None:
    chances = np.random.default_rng(3)

    def sample(size: int) -> np.ndarray:
        return np.where(chances.random(size) < 0.3, 0, chances.lognormal(8, 1.5, size))

    alarms = []
    for _ in range(50):
        bins = bins_of(sample(2_000))
        limit = luck(bins, rows, 0.01)
        alarms += [psi(bins.counts, counts_in(bins, sample(rows))) > limit for _ in range(40)]
    assert 0.002 < np.mean(alarms) < 0.025
    if rows == 30:
        assert limit > 0.25  # the usual limits would cry wolf at thirty accounts


def test_a_real_shift_of_a_small_sample_is_still_seen() -> None:
    chances = np.random.default_rng(4)
    bins = bins_of(chances.normal(size=10_000))
    moved = counts_in(bins, chances.normal(2.5, 1, 30))
    assert psi(bins.counts, moved) > luck(bins, 30, 0.0001)
