"""Limits have reasons, and a manager may tighten them and never loosen them."""

from pathlib import Path

import pytest

from strategy.quality.limits import LimitsUnreadable, limits_of, shipped_limits


def test_every_limit_says_why_and_breaks_no_sooner_than_it_warns() -> None:
    for check, limit in shipped_limits().items():
        assert len(limit.why) > 40, check
        assert limit.broken is None or limit.broken > limit.warn, check


def test_without_a_file_of_their_own_the_shipped_limits_hold(tmp_path: Path) -> None:
    assert limits_of(tmp_path / "quality.yaml") == shipped_limits()


def test_a_manager_may_tighten(tmp_path: Path) -> None:
    own = tmp_path / "quality.yaml"
    own.write_text("psi: {warn: 0.08, broken: 0.25}\nmissing: {broken: 0.3}\n")
    limits = limits_of(own)
    assert (limits["psi"].warn, limits["psi"].broken, limits["missing"].broken) == (0.08, 0.25, 0.3)
    assert limits["missing"].warn == shipped_limits()["missing"].warn


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("psi: {warn: 0.2}", "psi: may be tightened"),
        ("missing: {broken: 0.6}", "missing: may be tightened"),
        ("missing: {broken: null}", "missing: may be tightened"),
        ("missing: {warn: 0.05, broken: 0.01}", "broken must not lie below warn"),
        ("psi: {warn: high}", "must be a number"),
        ("psi: {warn: .nan}", "must be a number"),
        ("psi: {ok: 1}", "must hold warn, broken or both"),
        ("psi:", "must hold warn, broken or both"),
        ("pis: {warn: 0}", "there is no check 'pis'"),
        ("- psi", "must hold checks"),
        ("psi: {", "cannot be read"),
    ],
)
def test_limits_that_are_none_are_refused_by_line(tmp_path: Path, text: str, words: str) -> None:
    own = tmp_path / "quality.yaml"
    own.write_text(text)
    with pytest.raises(LimitsUnreadable, match=words):
        limits_of(own)
