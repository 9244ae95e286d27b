"""All packs of a folder. One that cannot be read does not stop the others, but denies whoever needs it."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from strategy.policy.pack import HOUSE, Pack
from strategy.policy.pack_file import PackError, read_pack

SHIPPED: Final = Path(__file__).parent / "packs"


@dataclass(frozen=True, slots=True)
class Packs:
    """Readable packs by id, and for each broken file (by its stem) what is wrong with it."""

    by_id: Mapping[str, Pack]
    broken: Mapping[str, str]
    ready: dict[Hashable, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """Kept by whoever works something out of these packs alone (policy/law.py), since packs never change."""

    def stack(self, jurisdictions: tuple[str, ...]) -> tuple[tuple[Pack, ...], tuple[tuple[str, str], ...]]:
        """The packs that apply, house policy first, and (id, why) for every one that is missing or broken."""
        wanted, found, lacking = [HOUSE, *jurisdictions], dict[str, Pack](), dict[str, str]()
        for name in wanted:
            pack = self.by_id.get(name)
            if pack is None:
                lacking[name] = self.broken.get(name, "no such pack")
                continue
            found[name] = pack
            if pack.under is not None and pack.under not in wanted:
                wanted.append(pack.under)
        # A draft of what is to lie over a pack is tried wherever that pack applies.
        found |= {name: pack for name, pack in self.by_id.items() if pack.status == "draft" and pack.under in found}
        if not jurisdictions:
            lacking["(none)"] = "no jurisdiction is known"
        return tuple(found.values()), tuple(lacking.items())


def load_packs(folder: Path = SHIPPED) -> Packs:
    """Read every pack of the folder; a broken one is reported in `broken`, never skipped silently."""
    by_id: dict[str, Pack] = {}
    broken: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            pack = read_pack(path.name, path.read_text(encoding="utf-8"))
            if pack.id != path.stem:
                raise PackError(path.name, 1, "pack.id", f"must be the file's name, {path.stem!r}")
        except PackError as error:
            broken[path.stem] = str(error)
        except (OSError, UnicodeDecodeError) as error:
            broken[path.stem] = f"{path.name}: cannot be read as UTF-8 text ({type(error).__name__})"
        else:
            by_id[pack.id] = pack
    return Packs(by_id, broken)


@cache
def shipped_packs() -> Packs:
    """The packs that come with Amends, read once per process."""
    return load_packs(SHIPPED)
