"""What the law wants told in one talk: what has been told, what still has to be, and whether the rest may be said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property

from sqlmodel import bindparam, col, select

from bot.disclosures import AT_OPENING, BEFORE_DEBT, Kind, NoWords, kinds_to_tell, medium_of, still_to_say, told_by
from bot.guards import Breach, names_debt
from bot.phrases import Line
from bot.utterance import ENTITY_ROLE, Listener, may_record, objections
from ledger.ledger import UnitOfWork
from ledger.tables import Conversation, Debtor, Disclosure
from strategy.policy.clocks import zone_of
from strategy.policy.disclosures import Disclosures, required_disclosures
from strategy.policy.packs import Packs

_MADE = select(Disclosure.kind, Disclosure.language).where(Disclosure.conversation_id == bindparam("talk"))

Addition = tuple[int, str]
"""Where among the lines a sentence has to stand, and which one."""


class Telling:
    """One conversation before the law, inside one transaction."""

    def __init__(self, work: UnitOfWork, conversation: Conversation, debtor: Debtor, packs: Packs) -> None:
        self._work = work
        self._talk = conversation
        self._debtor = debtor
        self._packs = packs
        self.medium = medium_of(conversation.channel)

    @cached_property
    def _told(self) -> set[tuple[str, str]]:
        """(kind, language) of every disclosure made so far."""
        found = self._work.session.connection().execute(_MADE, {"talk": self._talk.id})
        return {(kind, language) for kind, language in found}

    def told(self) -> tuple[str, ...]:
        """The kinds told so far, in any language."""
        return tuple(sorted({kind for kind, _ in self._told}))

    def asked(self, *moments: str) -> tuple[Kind, ...] | NoWords:
        """What has to be told at these moments; by default of the opening and before the debt is named."""
        wanted = moments or (*AT_OPENING, *BEFORE_DEBT)
        first, later = self._kinds(wanted, first_contact=True), self._kinds(wanted, first_contact=False)
        # Looked up only where the law makes a difference, which it does of collectors alone.
        return first if first == later or self._first_contact else later

    def additions(self, lines: Sequence[Line]) -> list[Addition] | NoWords:
        """Sentences that have to stand among `lines`, because nothing like them was told in the talk's language.

        What belongs to the opening comes after the greeting, and first of all once the talk has changed its language;
        what has to be known of a debt comes before the first line that names it.
        """
        if not lines:
            return []
        language = self._talk.language
        told = {kind for kind, spoken in self._told if spoken == language}
        for line in lines:
            told.update(told_by(line.template, self.medium))
        opening = self.asked(*AT_OPENING)
        if isinstance(opening, NoWords):
            return opening
        again = bool(self._told)
        added: list[Addition] = []
        # Whoever has just cried for help, or asked to be left alone, is not told once more who we are.
        if self._talk.closed_at is None:
            after_first = not again or lines[0].template == "language_switched"
            added += [(int(after_first), each) for each in still_to_say(opening, told, self.medium, again=again)]
        named = next((at for at, line in enumerate(lines) if names_debt(line.text)), None)
        if named is not None and self._talk.verified:
            before_debt = self.asked(*BEFORE_DEBT)
            if isinstance(before_debt, NoWords):
                return before_debt
            added += [(named, each) for each in still_to_say(before_debt, told, self.medium, again=again)]
        return added

    def objections(self, lines: Sequence[Line], *, opening: bool) -> tuple[Breach, ...]:
        """What the gate has against these lines."""
        told = {kind for kind, _ in self._told}
        for line in lines:
            told.update(told_by(line.template, self.medium))
        listener = Listener(
            jurisdictions=tuple(self._debtor.jurisdictions),
            zones=tuple(self._debtor.tz_candidates),
            account_id=self._talk.account_id,
            channel=self._talk.channel,
            verified=self._talk.verified,
        )
        now = self._work.now
        reasons = objections(listener, told, lines, self._packs, now)
        if opening:
            reasons += may_record(listener, told, self._packs, now)
        first = lines[0].template if lines else ""
        return tuple(Breach(first, "denied", reason.code) for reason in reasons)

    def record(self, line: Line, kinds: Sequence[str], turn_seq: int) -> None:
        """Write down what the line `turn_seq` tells: `kinds`, and whatever else its sentence stands for."""
        for kind in dict.fromkeys((*kinds, *told_by(line.template, self.medium))):
            self._made(kind, turn_seq)

    def _made(self, kind: str, turn_seq: int) -> None:
        talk = self._talk
        disclosure_id = self._work.new_id()
        self._work.session.add(
            Disclosure(
                id=disclosure_id,
                conversation_id=talk.id,
                kind=kind,
                language=talk.language,
                turn_seq=turn_seq,
                at=self._work.now,
            )
        )
        self._told.add((kind, talk.language))
        told = {"conversation": talk.id, "kind": kind, "language": talk.language, "turn": turn_seq}
        self._work.audit("disclosure.made", disclosure_id, told)

    def _kinds(self, moments: tuple[str, ...], *, first_contact: bool) -> tuple[Kind, ...] | NoWords:
        """Worked out once for a jurisdiction and a day, and kept beside its packs, which never change."""
        law = tuple(self._debtor.jurisdictions)
        key = ("told in a talk", law, moments, self._talk.channel, self._days, first_contact)
        if key not in self._packs.ready:
            found = [
                required_disclosures(
                    self._packs,
                    law,
                    moment,
                    self.medium,
                    days=self._days,
                    agent="ai_voice" if self.medium == "voice" else "ai_chat",
                    entity_role=ENTITY_ROLE,
                    first_contact=first_contact,
                )
                for moment in moments
            ]
            to_tell = tuple(each for some in found for each in some.to_tell)
            lacking = tuple(dict.fromkeys(name for some in found for name in some.lacking))
            self._packs.ready[key] = kinds_to_tell(Disclosures(to_tell, lacking), self.medium)
        kinds: tuple[Kind, ...] | NoWords = self._packs.ready[key]
        return kinds

    @cached_property
    def _days(self) -> frozenset[date]:
        now = self._work.now
        zones = [zone for name in self._debtor.tz_candidates if (zone := zone_of(name)) is not None]
        return frozenset({now.astimezone(zone).date() for zone in zones} or {now.date()})

    @cached_property
    def _first_contact(self) -> bool:
        """Whether nobody has talked of this debt with the right party before, and told them what belongs to it.

        A call that broke off in the middle of it was none.
        """
        earlier = select(Conversation.facts).where(
            Conversation.account_id == self._talk.account_id,
            Conversation.id != self._talk.id,
            col(Conversation.verified).is_(True),
        )
        return all("cut_off" in facts for facts in self._work.session.exec(earlier))
