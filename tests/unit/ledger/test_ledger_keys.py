"""Sealed values open in their own place only, and the index gives nothing away."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from seeded import KEYS

from ledger.keys import Keys, KeysUnusable, SealBroken, load_or_create

PLACE = ("debtor", "phone_sealed", "d-1")


def test_a_sealed_value_opens_in_its_place() -> None:
    assert KEYS.open(*PLACE, KEYS.seal(*PLACE, "王静")) == "王静"


def test_the_same_value_never_looks_the_same_twice() -> None:
    assert KEYS.seal(*PLACE, "same") != KEYS.seal(*PLACE, "same")


@pytest.mark.parametrize(
    "elsewhere",
    [("account", "phone_sealed", "d-1"), ("debtor", "name_sealed", "d-1"), ("debtor", "phone_sealed", "d-2")],
)
def test_a_sealed_value_moved_elsewhere_does_not_open(elsewhere: tuple[str, str, str]) -> None:
    with pytest.raises(SealBroken):
        KEYS.open(*elsewhere, KEYS.seal(*PLACE, "x"))


def test_another_key_or_a_flipped_bit_does_not_open() -> None:
    sealed = KEYS.seal(*PLACE, "x")
    with pytest.raises(SealBroken):
        replace(KEYS, field=b"g" * 32).open(*PLACE, sealed)
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises(SealBroken):
            KEYS.open(*PLACE, bytes(altered))


def test_an_empty_or_cut_value_does_not_open() -> None:
    sealed = KEYS.seal(*PLACE, "x")
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            KEYS.open(*PLACE, sealed[:length])


def test_the_blind_index_is_keyed_and_bound_to_its_purpose() -> None:
    index = KEYS.blind_index("phone", "+8600012345678")
    assert len(index) == 32
    assert index == KEYS.blind_index("phone", "+8600012345678")
    assert index != KEYS.blind_index("identity", "+8600012345678")
    assert index != replace(KEYS, index=b"j" * 32).blind_index("phone", "+8600012345678")


def test_a_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "home" / "keys"
    made = load_or_create(path)
    assert load_or_create(path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len({made.field, made.index, made.audit}) == 3
    assert isinstance(made, Keys)


@pytest.mark.parametrize("content", ["", "aa" * 32, "\n".join(["aa" * 32] * 2), "\n".join(["zz" * 32] * 3)])
def test_a_damaged_key_file_is_refused_and_kept(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys"
    path.write_text(content)
    with pytest.raises(KeysUnusable, match="hex"):
        load_or_create(path)
    assert path.read_text() == content
