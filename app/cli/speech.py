"""Commands on speech alone: transcribe and say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app import wiring
from app.cli.bot import Language
from app.cli.console import BadInput, answer, existing, tell
from app.cli.records import AsJson
from app.hearing import open_recogniser
from app.settings import Settings
from app.speaking import open_speaking
from bot.phone.script_wav import write_debtor_side
from rehearsal.practice import practice_identity
from speech.audio import BadAudio
from speech.files import Said, TranscribedTurn, Transcript, say_to_file, transcribe_file
from speech.speak import Speaker


def register(cli: typer.Typer) -> None:
    speech = typer.Typer(help="Hear and speak.", no_args_is_help=True)
    speech.command("transcribe")(transcribe)
    speech.command("say")(say)
    speech.command("script")(script)
    cli.add_typer(speech, name="speech")


def transcribe(
    files: Annotated[list[Path], typer.Argument(help="Audio files.")], lang: Language = "en", as_json: AsJson = False
) -> None:
    """What is said or keyed in recordings."""
    for file in files:
        existing(file)
    recogniser = open_recogniser(Settings())
    heard: list[Transcript] = []
    for file in files:
        transcript = transcribe_file(file, lang, recogniser)
        if isinstance(transcript, BadAudio):
            raise BadInput(f"{file.name}: {transcript.detail}")
        heard.append(transcript)
    if recogniser.caution:
        tell(f"amends: {recogniser.caution}")
    answer(heard, as_json=as_json, text=lambda: "\n".join(map(_line, heard)))


def say(
    text: Annotated[str, typer.Argument(help="What to say.")],
    out: Annotated[Path, typer.Option(help="The WAV to write.")],
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Say a text into a WAV file; numbers and dates are spelled out first."""
    with open_speaking(Settings(), workers=1) as speaker:
        try:
            said: Said = say_to_file(text, lang, out, speaker)
        except (ValueError, FileNotFoundError) as error:
            raise BadInput(str(error)) from error
    answer(said, as_json=as_json, text=lambda: f"{said.seconds:.2f} s in {said.file}")


def script(
    lines: Annotated[list[str], typer.Argument(help="What the debtor says, in order. Digits alone are keyed.")],
    out: Annotated[Path, typer.Option(help="The WAV to write.")],
    lang: Language = "en",
    seed: Annotated[int, typer.Option(min=0, help="Whose answer {identity} stands for: see `amends call`.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Speak a debtor's side of a call into a WAV for `amends call`; {identity} keys the practice debtor's answer."""
    if not out.resolve().parent.is_dir():
        raise BadInput(f"no such folder: {out.parent}")
    identity = practice_identity(lang, seed, wiring.real_clock().date())
    with Speaker() as speaker:
        write_debtor_side([line.replace("{identity}", identity) for line in lines], lang, out, speaker)
    answer({"file": out, "lines": len(lines)}, as_json=as_json, text=lambda: f"{len(lines)} lines in {out}")


def _line(transcript: Transcript) -> str:
    return "\n".join((f"{transcript.file}:", *(f"  {_turn(turn)}" for turn in transcript.turns)))


def _turn(turn: TranscribedTurn) -> str:
    if turn.heard_by == "keys":
        return f"[keys {turn.text}]"
    judged = f"not clear: {turn.why}" if turn.why else "sure" if turn.sure else "clear, to be asked back"
    times = f"{turn.seconds:.1f} s heard in {turn.recognition_ms:.0f} ms"
    return f"{turn.text or '(nothing)'}  [{turn.confidence:.2f}, {judged}; {times}]"
