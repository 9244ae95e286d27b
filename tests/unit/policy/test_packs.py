"""Packs: strict reading, errors that name line and field, and a broken pack that denies."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from strategy.policy.decision import Allow, Deny
from strategy.policy.facts import Action, ContactFacts, Content
from strategy.policy.gate import decide
from strategy.policy.pack_file import PackError, read_pack
from strategy.policy.packs import SHIPPED, Packs, load_packs, shipped_packs

PAPERS = "source: a test, confidence: policy, effective_from: 2020-01-01"
PACK = f"""\
id: XX
name: Nowhere
version: "1"
windows:
  - {{id: XX-TIME, days: [mon, tue, wed, thu, fri], hours: 09:00-17:00, {PAPERS}}}
third_parties:
  - {{id: XX-3P, targets: [], agents: [], {PAPERS}}}
"""
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
FACTS = ContactFacts(
    jurisdictions=("XX",),
    entity_role="first_party_bank",
    tz_candidates=("UTC",),
    action=Action("outbound_contact", "voice", "ai_voice", "mobile", "N1", "D1", "consumer", "unknown"),
    content=Content(ai_disclosure_at_start=True),
)


def packs_with(text: str, folder: Path) -> Packs:
    (folder / "HOUSE.yaml").write_text((SHIPPED / "HOUSE.yaml").read_text())
    (folder / "XX.yaml").write_text(text)
    return load_packs(folder)


def test_every_shipped_pack_can_be_read() -> None:
    packs = shipped_packs()
    assert packs.broken == {}
    assert set(packs.by_id) == {path.stem for path in SHIPPED.glob("*.yaml")}


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("09:00-17:00", "9 to 5", 5, "pack.windows[0].hours"),
        ("09:00-17:00", "25:00-26:00", 5, "pack.windows[0].hours"),
        ("fri]", "freitag]", 5, "pack.windows[0].days[4]"),
        ("[mon, tue, wed, thu, fri]", "mon", 5, "pack.windows[0].days"),
        ("confidence: policy", "confidence: sure", 5, "pack.windows[0].confidence"),
        ("effective_from: 2020-01-01", "effective_from: 2020-13-01", 5, "pack.windows[0].effective_from"),
        ("source: a test, ", "", 5, "pack.windows[0].source"),
        ("hours:", "our:", 5, "pack.windows[0].our"),
        ("name: Nowhere", "name: Nowhere\nname: Again", 3, "pack.name"),
        ("version:", "status: ready\nversion:", 3, "pack.status"),
        ("windows:", "cups:", 4, "pack.cups"),
        ("third_parties:", "third_parties: []\nretention:", 8, "pack.retention[0].targets"),
        ("windows:\n", "windows: [\n", 5, "file"),
        ("id: XX\n", "id: X2\n", 1, "pack.id"),
        ("third_parties:", "forbidden_places:\n  - {id: XX-PL, places: [], PAPERS}\nthird_parties:", 7, "XX-PL.places"),
        (
            "windows:",
            "caps:\n  - {id: XX-CAP, limit: 1, per: [person], PAPERS}\nwindows:",
            5,
            "pack.caps[0].counted_channels",
        ),
        (
            "windows:",
            "cooldowns:\n  - {id: XX-W, days: 7, channels: [voice], waived_by: [XX-NOBODY], PAPERS}\nwindows:",
            5,
            "XX-W.waived_by",
        ),
        (
            "windows:",
            "cooldowns:\n  - {id: XX-W, days: 1000000, channels: [voice], PAPERS}\nwindows:",
            5,
            "pack.cooldowns[0].days",
        ),
        (
            "windows:",
            "waivers:\n  - {id: XX-V, who: neighbour, by: consented_callback, days: 7, PAPERS}\nwindows:",
            5,
            "pack.waivers[0].who",
        ),
        (
            "windows:",
            "disclosures:\n  - {id: D, when: letter, tells: a, texts: [{id: t, language: x}], PAPERS}\nwindows:",
            5,
            "pack.disclosures[0].texts[0].language",
        ),
    ],
)
def test_an_error_names_the_line_and_the_field(old: str, new: str, line: int, field: str) -> None:
    with pytest.raises(PackError) as caught:
        read_pack("XX.yaml", PACK.replace(old, new.replace("PAPERS", PAPERS), 1))
    assert (caught.value.line, caught.value.field) == (line, field)
    assert str(caught.value).startswith(f"XX.yaml:{line}: ")


def test_two_values_of_one_clause_at_the_same_time_are_an_error_and_in_turn_are_not() -> None:
    old = f"  - {{id: XX-TIME, days: [sat], hours: 09:00-12:00, {PAPERS}, effective_to: 2026-10-31}}\n"
    new = PACK.replace("2020-01-01", "2026-11-01", 1)
    pack = read_pack("XX.yaml", new.replace("windows:\n", "windows:\n" + old))
    assert [window.effective_from for window in pack.windows] == [date(2020, 1, 1), date(2026, 11, 1)]
    with pytest.raises(PackError, match="two values in force at the same time"):
        read_pack("XX.yaml", PACK.replace("windows:\n", "windows:\n" + old))


def test_a_pack_of_its_own_without_hours_is_an_error() -> None:
    with pytest.raises(PackError, match="needs windows"):
        read_pack("XX.yaml", 'id: XX\nname: Nowhere\nversion: "1"\n')


def test_the_version_changes_with_the_content() -> None:
    other = PACK.replace("17:00", "18:00")
    assert read_pack("XX.yaml", PACK).version != read_pack("XX.yaml", other).version


def test_a_broken_pack_denies_and_says_why_and_a_whole_one_allows(tmp_path: Path) -> None:
    assert isinstance(decide(FACTS, packs_with(PACK, tmp_path), NOW), Allow)
    denied = decide(FACTS, packs_with(PACK.replace("09:00", "nine"), tmp_path), NOW)
    assert isinstance(denied, Deny)
    assert denied.codes == ("POLICY_UNREADABLE",)
    assert any("XX.yaml:5" in reason.clause for reason in denied.reasons)


BROKEN = {
    "empty": b"",
    "only a comment": b"# nothing\n",
    "a list": b"- id: XX\n",
    "another encoding": PACK.encode("utf-16"),
    "a byte of another encoding": PACK.encode() + b"# \xe9\n",
    "a NUL": PACK.encode() + b"\0",
    "cut off": PACK.encode()[:150],
    "a word twice": PACK.encode() + b"id: XX\n",
    "a section twice": PACK.encode() + b"windows: []\n",
    "two documents": PACK.encode() + b"---\n" + PACK.encode(),
    "nested without end": b"[" * 100_000,
    "an object": b"id: !!python/object/apply:os.getcwd []\n",
    "itself": b"id: &a [*a]\n",
    "another pack's name": PACK.replace("id: XX\n", "id: YY\n").encode(),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("name", ["XX", "HOUSE"])
def test_a_file_that_is_no_pack_denies_by_its_name_alone(tmp_path: Path, name: str, content: bytes) -> None:
    packs_with(PACK, tmp_path)
    (tmp_path / f"{name}.yaml").write_bytes(content)
    packs = load_packs(tmp_path)
    assert packs.broken[name].startswith(f"{name}.yaml")
    assert len(packs.by_id) == 1
    denied = decide(FACTS, packs, NOW)
    assert isinstance(denied, Deny)
    assert "POLICY_UNREADABLE" in denied.codes


def test_a_folder_in_the_place_of_a_pack_denies(tmp_path: Path) -> None:
    packs_with(PACK, tmp_path)
    (tmp_path / "XX.yaml").unlink()
    (tmp_path / "XX.yaml").mkdir()
    denied = decide(FACTS, load_packs(tmp_path), NOW)
    assert isinstance(denied, Deny)
    assert denied.codes == ("POLICY_UNREADABLE",)


def test_without_the_house_policy_nothing_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "XX.yaml").write_text(PACK)
    denied = decide(FACTS, load_packs(tmp_path), NOW)
    assert isinstance(denied, Deny)
    assert "POLICY_UNREADABLE" in denied.codes


def test_a_value_that_is_not_yet_in_force_leaves_no_hours_and_so_denies(tmp_path: Path) -> None:
    denied = decide(FACTS, packs_with(PACK.replace("2020-01-01", "2027-01-01"), tmp_path), NOW)
    assert isinstance(denied, Deny)
    assert "POLICY_UNREADABLE" in denied.codes


def test_a_draft_pack_is_reported_in_the_shadow_and_excuses_nobody(tmp_path: Path) -> None:
    draft = PACK.replace("windows:", "status: draft\nwindows:").replace("09:00-17:00", "12:00-13:00")
    decision = decide(FACTS, packs_with(draft, tmp_path), NOW)
    assert isinstance(decision, Deny)
    assert decision.codes == ("POLICY_UNREADABLE",)
    assert [reason.code for reason in decision.shadow] == ["OUTSIDE_CONTACT_WINDOW"]


@pytest.mark.parametrize("also", ["2025-12-31", "2027-01-01"])
def test_a_holiday_outside_the_years_verified_is_an_error(also: str) -> None:
    calendar = (
        f"holidays:\n  - {{id: XX-HOL, country: AU, categories: [public], first_year: 2026, "
        f"verified_through: 2026-12-31, also: [{also}], {PAPERS}}}\n"
    )
    with pytest.raises(PackError, match="outside the years verified"):
        read_pack("XX.yaml", PACK + calendar)
    inside = read_pack("XX.yaml", PACK + calendar.replace(also, "2026-12-28"))
    assert date(2026, 12, 28) in inside.holidays[0].dates


def test_a_draft_over_a_pack_is_tried_wherever_that_pack_applies(tmp_path: Path) -> None:
    over = f"""\
id: YY
name: To come
version: "1"
status: draft
under: XX
windows:
  - {{id: YY-TIME, days: [mon], hours: 09:00-17:00, {PAPERS}}}
"""
    (tmp_path / "YY.yaml").write_text(over)
    decision = decide(FACTS, packs_with(PACK, tmp_path), NOW)
    assert isinstance(decision, Allow)
    assert [(reason.code, reason.pack) for reason in decision.shadow] == [("NON_CONTACT_DAY", "YY")]
    assert any(version.startswith("YY@") for version in decision.packs)


def test_a_calendar_nobody_has_is_an_error() -> None:
    calendar = (
        f"holidays:\n  - {{id: XX-HOL, country: ZZ, categories: [public], first_year: 2026, "
        f"verified_through: 2026-12-31, {PAPERS}}}\n"
    )
    with pytest.raises(PackError, match="ZZ"):
        read_pack("XX.yaml", PACK + calendar)
