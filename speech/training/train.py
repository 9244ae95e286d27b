"""Train for a set time: the rate of learning follows a cosine over the clock, and a checkpoint is kept as it goes."""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import distributed, multiprocessing

from speech.training import tokens
from speech.training.batches import Batches
from speech.training.looks import held_out_scores
from speech.training.network import Network, Size
from speech.training.sounds import Sounds
from speech.training.tokens import Tokens

_ALWAYS = (
    tokens.END, tokens.START, tokens.ENGLISH, tokens.CHINESE, tokens.TRANSCRIBE, tokens.NOBODY_SPEAKS, tokens.NO_TIMES,
)  # fmt: skip
_PEAK, _WARM_UP = 1.5e-3, 60  # rate of learning, steps
_LOOK_SECONDS = 300
_CTC_SHARE = (0.4, 0.2)  # from the start to the end
_RARE_PHONEME = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to learn and where the results go; `place` is this process among `processes`."""

    minutes: float
    folder: Path
    place: int = 0
    processes: int = 1


def new_network(size: Size, texts: list[tuple[str, str]], spoken: list[list[str]], table: Tokens) -> Network:
    """A network for the tokens of these (text, language) and the phonemes of these sounds.

    :param spoken: phonemes of many sentences; those hardly ever heard are not asked for.
    """
    used = {each for text, language in texts for each in table.of(text, language)}
    heard = Counter(each for phonemes in spoken for each in phonemes)
    common = sorted(each for each, count in heard.items() if count >= _RARE_PHONEME)
    return Network(size, sorted({*used, *_ALWAYS}), common)


def train(network: Network, batches: Batches, plan: Plan, held: Sounds, table: Tokens) -> None:
    """Learn for `plan.minutes`; the folder gets `network.pt` every few minutes and a line for each look."""
    loader = iter(batches)
    minutes, folder = plan.minutes, plan.folder
    network.train()
    weights = [each for each in network.parameters() if each.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=_PEAK, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    began = last_look = time.monotonic()
    step, seen, sums = 0, 0, [0.0, 0.0, 0]
    while (passed := _agreed((time.monotonic() - began) / (minutes * 60), plan)) < 1.0:
        rate = _PEAK * min(1.0, (step + 1) / _WARM_UP) * (0.02 + 0.98 * (1 + math.cos(math.pi * passed)) / 2)
        for group in optimiser.param_groups:
            group["lr"] = rate
        batch = next(loader)
        words, heard = network.losses(batch.mel, batch.rows, batch.scored, batch.sounds, batch.sound_counts)
        share = _CTC_SHARE[0] + (_CTC_SHARE[1] - _CTC_SHARE[0]) * passed
        optimiser.zero_grad(set_to_none=True)
        ((1 - share) * words + share * heard).backward()
        _share_gradients(weights, plan)
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        step, seen = step + 1, seen + batch.mel.shape[0]
        sums = [sums[0] + words.item(), sums[1] + heard.item(), sums[2] + 1]
        if plan.place:
            continue
        if step in (5, 25) or step % 100 == 0:
            _note(folder, step=step, seen=seen * plan.processes, minutes=(time.monotonic() - began) / 60,
                  words=sums[0] / sums[2], phonemes=sums[1] / sums[2], rate=rate)  # fmt: skip
            sums = [0.0, 0.0, 0]
        if time.monotonic() - last_look > _LOOK_SECONDS:
            save(network, folder / "network.pt")
            scores = held_out_scores(network, held, table, 50)
            _note(folder, step=step, seen=seen * plan.processes, minutes=(time.monotonic() - began) / 60, **scores)
            last_look = time.monotonic()
    if plan.place == 0:
        save(network, folder / "network.pt")
        _note(folder, step=step, seen=seen * plan.processes, minutes=minutes,
              **held_out_scores(network, held, table, 200))  # fmt: skip


def _agreed(passed: float, plan: Plan) -> float:
    """The same share of the time for all processes, so that all end after the same step."""
    if plan.processes == 1:
        return passed
    shared = torch.tensor(passed)
    distributed.broadcast(shared, 0)
    return float(shared)


def _share_gradients(weights: list[torch.nn.Parameter], plan: Plan) -> None:
    """Every process goes on with the mean of all gradients."""
    if plan.processes == 1:
        return
    given = [each.grad for each in weights if each.grad is not None]
    flat = torch.cat([each.flatten() for each in given])
    distributed.all_reduce(flat)
    flat /= plan.processes
    for each, mean in zip(given, flat.split([each.numel() for each in given]), strict=True):
        each.copy_(mean.view_as(each))


def save(network: Network, path: Path) -> None:
    """Keep all that is needed to go on or to export; the file appears whole."""
    part = path.with_suffix(".part")
    kept = {
        "size": asdict(network.size), "used": network.used, "phonemes": network.phonemes, "state": network.state_dict(),
    }  # fmt: skip
    torch.save(kept, part)
    part.replace(path)


def load(path: Path) -> Network:
    """What `save` kept."""
    kept = torch.load(path, weights_only=True)
    network = Network(Size(**kept["size"]), kept["used"], kept["phonemes"])
    network.load_state_dict(kept["state"])
    return network


def _note(folder: Path, **figures: float) -> None:
    line = json.dumps({name: round(value, 4) for name, value in figures.items()})
    with (folder / "curve.jsonl").open("a") as file:
        file.write(line + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m speech.training.train", description=__doc__)
    parser.add_argument("--sentences", type=Path, required=True, help="JSON lines of rehearsal.hearing")
    parser.add_argument("--sounds", type=Path, nargs="+", required=True, help="folders of speech.training.sounds")
    parser.add_argument("--held-out", type=Path, required=True, help="the folder of held-out sounds")
    parser.add_argument("--table", type=Path, required=True, help="multilingual.tiktoken of openai-whisper")
    parser.add_argument("--folder", type=Path, required=True, help="where network.pt and curve.jsonl go")
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--processes", type=int, default=2, help="one processor core each")
    parser.add_argument("--place", type=int, help="be this one of the processes; the others are started by hand")
    parser.add_argument("--go-on", type=Path, help="a network.pt to start from")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    meeting = given.folder / "meeting"
    if given.place is not None:
        _work(given.place, given)
        return
    meeting.unlink(missing_ok=True)
    if given.processes == 1:
        _work(0, given)
    else:
        multiprocessing.spawn(_work, (given,), given.processes)


def _work(place: int, given: argparse.Namespace) -> None:
    # Threads that wait for each other waste a shared machine; processes meet once a step.
    torch.set_num_threads(1)
    torch.manual_seed(given.seed)
    plan = Plan(given.minutes, given.folder, place, given.processes)
    if plan.processes > 1:
        meeting = f"file://{(given.folder / 'meeting').absolute()}"
        distributed.init_process_group("gloo", init_method=meeting, rank=place, world_size=plan.processes)
    table = Tokens(given.table)
    if given.go_on:
        network = load(given.go_on)
    else:
        rows = [json.loads(line) for line in given.sentences.read_text(encoding="utf-8").splitlines()]
        texts = sorted({(row["text"], row["language"]) for row in rows if not row["held_out"]})
        spoken = [each.phonemes for each in Sounds(given.sounds[0]).spoken[:20_000]]
        network = new_network(Size(), texts, spoken, table)
    batches = Batches(given.sounds, network, table, given.seed * 100 + place)
    train(network, batches, plan, Sounds(given.held_out), table)
    if plan.processes > 1:
        distributed.destroy_process_group()


if __name__ == "__main__":
    main()
