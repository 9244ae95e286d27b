"""Two names, one person: nobody becomes a second person by another way of writing."""

import pytest

from strategy.second_person import is_another


@pytest.mark.parametrize(
    "written",
    ["Lin Yue", " lin yue ", "LIN  YUE", "Lin\u3000Yue", "Ｌｉｎ Ｙｕｅ", "Lin-Yue", "Lin Yue."],
)
def test_another_way_of_writing_is_the_same_person(written):
    assert not is_another(written, "Lin Yue")
    assert not is_another("Lin Yue", written)


@pytest.mark.parametrize("nobody", ["", "  ", "\u3000", "-", "."])
def test_nobody_is_no_second_person(nobody):
    assert not is_another(nobody, "Lin Yue")


@pytest.mark.parametrize(("one", "other"), [("Lin Yu", "Lin Yue"), ("王小明", "王晓明"), ("ben", "anna"), ("ben", "")])
def test_another_name_is_another_person(one, other):
    assert is_another(one, other)
