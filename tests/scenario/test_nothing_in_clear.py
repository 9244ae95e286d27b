"""A sweep of everything that lies on disk after an import and a talk: no name, number, address or word in clear."""

from __future__ import annotations

from pathlib import Path

from seeded import StoppedClock, fresh_ledger
from sqlmodel import select

from ledger.importing import import_file
from ledger.importing.layouts import OWN
from ledger.keys import load_or_create
from ledger.ledger import Ledger
from ledger.tables import Account, Conversation, Debtor, Turn
from rehearsal.people import MadeUpPeople

PEOPLE = MadeUpPeople(seed=20260304)
REFS = [f"SWEEP-{number:03d}" for number in range(60)]
SAID = "我上个月住院了，联系我先生吧"


def test_no_personal_value_can_be_read_from_the_raw_bytes(tmp_path: Path) -> None:
    keys = load_or_create(tmp_path / "keys")
    bare = fresh_ledger(tmp_path / "ledger.db", StoppedClock())
    ledger = Ledger(bare.engine, keys, bare.clock, bare.new_id)
    months = ",".join(["5000"] * 6 + ["0"] * 6)
    rows = [f"{ref},credit_card,CNY,5000,500,20000,30,2026-03-01,{months}" for ref in REFS]
    source = tmp_path.parent / f"{tmp_path.name}.csv"
    source.write_text("\n".join([",".join(OWN), *rows, "SWEEP-BAD,credit_card,CNY,x,1,1,1,2026-03-01," + months]))
    import_file(ledger, source, PEOPLE, tmp_path)
    with ledger.begin() as work:
        account = work.session.exec(select(Account)).first()
        assert account is not None
        work.session.add(
            Conversation(
                id="talk",
                account_id=account.id,
                debtor_id=account.debtor_id,
                channel="chat",
                language="zh",
                stage="verifying",
                facts={},
                opened_at=work.now,
            )
        )
        work.session.flush()
        work.session.add(
            Turn(
                id="turn",
                conversation_id="talk",
                seq=1,
                speaker="debtor",
                text_sealed=work.seal("turn", "text_sealed", "turn", SAID),
                language="zh",
                at=work.now,
            )
        )

    ledger.engine.dispose()
    on_disk = b"".join(path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file())
    assert b"SWEEP-007" in on_disk, "the sweep must be able to find what does lie in clear"
    for ref in REFS:
        person = PEOPLE.contact_for(ref).person
        for value in (person.name, person.phone, person.phone[1:], person.phone[-8:], person.email):
            for encoding in ("utf-8", "utf-16-le", "gb18030"):
                assert value.encode(encoding) not in on_disk, "a personal value lies in clear"
    assert SAID.encode() not in on_disk


def test_the_right_party_answer_is_not_kept_and_equal_answers_look_different(tmp_path: Path) -> None:
    ledger = fresh_ledger(tmp_path / "ledger.db", StoppedClock())
    with ledger.begin() as work:
        hashes = {work.blind_index(f"identity:{debtor_id}", "1234") for debtor_id in ("a", "b", "c")}
    assert len(hashes) == 3
    columns = set(Debtor.model_fields)
    assert not {name for name in columns if "identity" in name} - {"identity_hash"}
