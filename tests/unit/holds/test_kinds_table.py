"""The table of docs/holds.md says what strategy/holds/kinds.py says."""

from pathlib import Path

from strategy.holds.kinds import KINDS, Kind

PAGE = Path(__file__).parents[3] / "docs" / "holds.md"


def row_of(kind: Kind) -> str:
    lasts = "until lifted" if kind.days is None else "1 day" if kind.days == 1 else f"{kind.days} days"
    cells = (
        f"`{kind.id}`",
        ", ".join(kind.scopes),
        lasts,
        "everyone" if kind.binds == "all" else "machines",
        kind.lift,
        kind.stop or "-",
        ", ".join(f"`{word}`" for word in kind.also) or "-",
    )
    return f"| {' | '.join(cells)} |"


def test_the_page_shows_every_kind_as_it_is() -> None:
    about_holds = PAGE.read_text(encoding="utf-8").split("## Consents")[0]
    shown = [line for line in about_holds.splitlines() if line.startswith("| `")]
    assert shown == [row_of(kind) for kind in KINDS]
