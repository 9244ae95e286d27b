"""The recording of a call on the page of its case: a player, and a place to play from beside each turn."""

from __future__ import annotations

from app.web.language import Language
from app.web.look import piece, tag, text
from app.web.words import say
from desk.case_view import Recorded

SOUND = "/recordings/{}/sound.wav"
"""Where a recording is heard, by its id. Nothing in it tells whose it is."""
_PLAY_FROM = "() => {{ const sound = document.getElementById('recording'); sound.currentTime = {}; sound.play(); }}"


def show_recording(recording: Recorded, language: Language) -> bool:
    """Draw the player, or why there is none; whether there is one. Listening is put on the audit chain."""
    if recording.deleted or recording.seconds is None:
        text(say("desk.recording_deleted" if recording.deleted else "desk.recording_runs", language), "tiny quiet")
        return False
    player = piece("audio", "recording").props('id="recording" controls preload="none"')
    player.props(f'src="{SOUND.format(recording.recording_id)}" aria-label="{say("desk.recording", language)}"')
    if recording.cut:
        tag(say("desk.recording_cut", language), "warn")
    return True


def show_place(begins: float, left_out: bool, language: Language) -> None:
    """Beside a turn: play from there, or that its sound was not kept."""
    if left_out:
        tag(say("desk.left_out", language))
        return
    place = f"{int(begins) // 60}:{int(begins) % 60:02d}"
    button = text(f"▶ {place}", "place num", tag="button")
    button.props(f'aria-label="{say("desk.play_from", language, place=place)}"')
    button.on("click", js_handler=_PLAY_FROM.format(f"{begins:.2f}"))
