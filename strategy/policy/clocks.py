"""Local times of day, half-open spans of them, and weekdays. All in minutes after local midnight."""

from dataclasses import dataclass
from typing import Final

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY: Final = 24 * 60


def minute_of_day(text: str) -> int:
    """'08:30' -> 510. '24:00' is the end of the day. ValueError on anything else."""
    hours, colon, minutes = text.strip().partition(":")
    if not (colon and len(minutes) == 2 and hours.isdecimal() and minutes.isdecimal()):
        raise ValueError(f"not a time of day (HH:MM): {text!r}")
    minute = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or minute > MINUTES_A_DAY:
        raise ValueError(f"not a time of day (HH:MM): {text!r}")
    return minute


def clock_text(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """[start, end) of a local day, in minutes; a start after the end runs over midnight."""

    start: int
    end: int

    @classmethod
    def read(cls, text: str) -> "Span":
        """'21:30-23:00' -> Span. ValueError on anything else or on an empty span."""
        start, dash, end = text.partition("-")
        if not dash:
            raise ValueError(f"not a span of hours (HH:MM-HH:MM): {text!r}")
        span = cls(minute_of_day(start), minute_of_day(end))
        if span.start == span.end:
            raise ValueError(f"an empty span of hours: {text!r}")
        return span

    def __str__(self) -> str:
        return f"{clock_text(self.start)}-{clock_text(self.end)}"

    def minutes_left(self, minute: float) -> float:
        """Minutes from `minute` to the end of the span; 0 when `minute` is outside it."""
        if self.start < self.end:
            return self.end - minute if self.start <= minute < self.end else 0
        if minute >= self.start:
            return MINUTES_A_DAY - minute + self.end
        return self.end - minute if minute < self.end else 0


WHOLE_DAY: Final = Span(0, MINUTES_A_DAY)
