"""The draft as a form: thresholds, what there is to work with, each tier's cadence and hours, pace and breaker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from nicegui import ui
from nicegui.events import ValueChangeEventArguments

from app.web.language import Language
from app.web.look import panel, piece, text
from app.web.words import name_of, say
from strategy.pacing import CHANNELS, DAY_ENDS, DAY_STARTS, MOST, WEEKDAYS, hours_between
from strategy.settings import TIERS, StrategySettings

MOST_DAYS = 90
"""Between two contacts, as `strategy.treatments.Treatment.cadence_days`."""

BREAKER_FIELDS: Final = (
    ("window_minutes", 5, 24 * 60),
    ("failure_rate", 1, 100),
    ("least_failures", 1, 1000),
    ("complaint_rate", 0.1, 100),
    ("least_complaints", 1, 1000),
)
"""With the least and the most that `strategy.pacing.read_breaker` takes; rates are percentages here."""

Number = ValueChangeEventArguments[float | None]


class Slider(ui.slider):
    """A slider that the browser moves by itself: an answer on its way back must not pull it back to where it was."""

    LOOPBACK = False


Change = Callable[[StrategySettings], Awaitable[None]]


class DraftForm:
    """What a manager may move on the page; all else of a draft is changed in its file."""

    def __init__(
        self, language: Language, currency: str, change: Callable[[StrategySettings], Awaitable[None]]
    ) -> None:
        self._language = language
        self._currency = currency
        self._change = change
        self._draft = StrategySettings()

    def show(self, draft: StrategySettings) -> None:
        """Draw the form for another draft than the one it has moved itself."""
        self._draft = draft
        self.build.refresh()

    @ui.refreshable_method
    def build(self) -> None:
        language = self._language
        with panel(say("strategy.draft", language)):
            text(say("strategy.threshold_help", language), "tiny quiet")
            self._threshold("w_high", self._draft.w_high, lambda to: replace(self._draft, w_high=to))
            self._threshold("a_high", self._draft.a_high, lambda to: replace(self._draft, a_high=to))
            self._number(
                say("strategy.large_balance", language),
                float(self._draft.hard_rules.large_balance),
                lambda to: replace(
                    self._draft, hard_rules=replace(self._draft.hard_rules, large_balance=Decimal(str(to)))
                ),
                f"step=10000 suffix={self._currency}",
            )
            self._capacity()
            self._cadences()
            self._hours()
            self._pacing()
            self._breaker()

    def _threshold(self, name: str, value: float, moved_to: Callable[[float], StrategySettings]) -> None:
        label = say(f"strategy.{name}", self._language)
        with piece("div", "slider-row"):
            text(label, tag="span")
            shown = text(f"{value:.2f}", "num strong", tag="span")

        async def moved(event: Number) -> None:
            to = float(event.value or 0)
            shown.set_text(f"{to:.2f}")
            await self._move(moved_to(to))

        slider = Slider(min=0, max=1, step=0.01, value=value, on_change=moved)
        slider.props(f'aria-label="{label}" color=primary')

    def _capacity(self) -> None:
        """What there is on one day; an empty field is no limit."""
        with piece("div", "pair"):
            for field in ("people_hours_per_day", "bot_contacts_per_day"):

                def moved_to(to: float | None = None, field: str = field) -> StrategySettings:
                    return replace(self._draft, capacity=replace(self._draft.capacity, **{field: to}))

                label, value = say(f"strategy.{field}", self._language), getattr(self._draft.capacity, field)
                self._number(label, value, moved_to, least=0, emptied=moved_to)

    def _cadences(self) -> None:
        text(say("strategy.cadence", self._language), "tiny quiet")
        with piece("div", "fifths"):
            for tier in TIERS:

                def moved_to(to: float, tier: str = tier) -> StrategySettings:
                    treatment = replace(self._draft.treatments[tier], cadence_days=int(to))
                    return replace(self._draft, treatments={**self._draft.treatments, tier: treatment})

                days = self._draft.treatments[tier].cadence_days
                self._number(name_of("tier", tier, self._language), days, moved_to, most=MOST_DAYS, whole=True)

    def _hours(self) -> None:
        """Of each treatment, on the debtor's clock; its days are kept."""
        text(
            say("strategy.hours_of", self._language, starts=f"{DAY_STARTS:%H:%M}", ends=f"{DAY_ENDS:%H:%M}"),
            "tiny quiet",
        )
        with piece("div", "fifths"):
            for tier in TIERS:
                self._hours_of(tier)

    def _hours_of(self, tier: str) -> None:
        own = self._draft.treatments[tier].hours

        async def moved(event: ValueChangeEventArguments[str | None]) -> None:
            # What cannot be read is half typed, and the draft waits; an empty field is all business hours.
            typed = (event.value or "").strip()
            hours = hours_between(typed, own.days if own else WEEKDAYS)
            if hours is not None or not typed:
                treatment = replace(self._draft.treatments[tier], hours=hours)
                await self._move(replace(self._draft, treatments={**self._draft.treatments, tier: treatment}))

        name = name_of("tier", tier, self._language)
        shown = f"{own.starts:%H:%M}-{own.ends:%H:%M}" if own else ""
        label = f"{say('strategy.hours_label', self._language)}: {name}"
        ui.input(name, value=shown, on_change=moved).props(
            f'outlined dense debounce=300 maxlength=11 placeholder="10:00-17:00" aria-label="{label}"'
        )

    def _pacing(self) -> None:
        """How fast contacts go out on each channel; an empty field is no limit."""
        text(say("strategy.pacing", self._language), "tiny quiet")
        with piece("div", "halves"):
            for channel in CHANNELS:
                for field in ("per_minute", "lines"):

                    def moved_to(
                        to: float | None = None, field: str = field, channel: str = channel
                    ) -> StrategySettings:
                        limits = {**getattr(self._draft.pacing, field), channel: None if to is None else int(to)}
                        return replace(self._draft, pacing=replace(self._draft.pacing, **{field: limits}))

                    name = name_of("channel", channel, self._language)
                    label = say(f"strategy.{field}", self._language, channel=name)
                    value = getattr(self._draft.pacing, field)[channel]
                    self._number(label, value, moved_to, least=0, most=MOST, whole=True, emptied=moved_to)

    def _breaker(self) -> None:
        """When a campaign pauses by itself; shares as percentages."""
        text(say("strategy.breaker", self._language), "tiny quiet")
        with piece("div", "halves"):
            for field, least, most in BREAKER_FIELDS:
                share = field.endswith("_rate")

                def moved_to(to: float, field: str = field, share: bool = share) -> StrategySettings:
                    changed: dict[str, Any] = {field: round(to / 100, 6) if share else int(to)}
                    return replace(self._draft, breaker=replace(self._draft.breaker, **changed))

                value = getattr(self._draft.breaker, field)
                shown = round(value * 100, 6) if share else value
                label = say(f"strategy.{field}", self._language)
                suffix = "suffix=%" if share else ""
                self._number(label, shown, moved_to, suffix, least=least, most=most, whole=not share)

    def _number(
        self,
        label: str,
        value: float | None,
        moved_to: Callable[[float], StrategySettings],
        props: str = "",
        *,
        least: float = 1,
        most: float | None = None,
        whole: bool = False,
        emptied: Callable[[], StrategySettings] | None = None,
    ) -> None:
        async def moved(event: Number) -> None:
            # An empty or senseless field is a half-typed one: the draft waits for a number.
            to = event.value
            if to is None:
                if emptied is not None:
                    await self._move(emptied())
            elif to >= least and (most is None or to <= most) and not (whole and to % 1):
                await self._move(moved_to(to))

        field = ui.number(label, value=value, min=least, max=most, on_change=moved)
        field.props(f'outlined dense debounce=300 aria-label="{label}" {props}')

    async def _move(self, draft: StrategySettings) -> None:
        self._draft = draft
        await self._change(draft)
