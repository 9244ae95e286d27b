"""What a script has to tell, by the packs that bind a contact. The gate judges what was said; this says what to say."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from strategy.policy.pack import ApprovedText, Disclosure
from strategy.policy.packs import Packs
from strategy.policy.rules.question import fits


@dataclass(frozen=True, slots=True)
class ToTell:
    """One thing to tell. `texts` are approved words by language; without any, counsel or the case supplies them."""

    pack: str
    clause: str
    tells: str
    source: str
    texts: tuple[ApprovedText, ...]

    def text_in(self, language: str) -> ApprovedText | None:
        return next((text for text in self.texts if text.language == language), None)


@dataclass(frozen=True, slots=True)
class Disclosures:
    """What has to be told. A pack that is `lacking` may ask for more: nothing is to be said before it can be read."""

    to_tell: tuple[ToTell, ...]
    lacking: tuple[str, ...]


def required_disclosures(
    packs: Packs,
    jurisdictions: tuple[str, ...],
    when: str,
    channel: str,
    *,
    days: Collection[date],
    agent: str,
    entity_role: str,
    first_contact: bool,
) -> Disclosures:
    """What the packs of a stack ask to be told `when` in a contact by `channel`.

    :param when: 'opening', 'before_debt', 'voicemail', 'message', 'recording' or 'letter'.
    :param days: every local date that it may be for the person.
    """
    stack, lacking = packs.stack(jurisdictions)

    def is_asked(clause: Disclosure) -> bool:
        return (
            clause.when == when
            and fits(channel, clause.channels)
            and fits(agent, clause.agents)
            and fits(entity_role, clause.entity_roles)
            and entity_role not in clause.exempt_roles
            and (first_contact or not clause.first_contact)
            and any(clause.in_force(day) for day in days)
        )

    return Disclosures(
        tuple(
            ToTell(pack.id, clause.id, clause.tells, clause.source, clause.texts)
            for pack in stack
            if pack.status == "active"
            for clause in pack.disclosures
            if is_asked(clause)
        ),
        tuple(name for name, _ in lacking),
    )
