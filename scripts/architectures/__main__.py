"""scripts/compare_architectures.sh: what it takes, and in which order it works."""
import dataclasses
import os
import sys
import time
from pathlib import Path

import page
from pairs import PAIRS, QUICK_EPOCHS
from runs import Failed, Run, command_of, fingerprint, finished, train

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/architectures.md"
KEYS = [pair.key for pair in PAIRS]
USAGE = f"""usage: scripts/compare_architectures.sh [--seeds N] [--only PAIR] [--out FILE] [--real DIR] [--quick]
                                        [--kept] [--models DIR] [--build DIR]

Trains networks of different architectures on the same data, with as many parameters and passes over it, with several seeds each,
and writes tables, curves and commands into docs/architectures.md. The words of that page stay as they are: only what stands between its
markers is replaced. Two runs go at once, each on one thread; all of it takes under 20 minutes on two cores. A run that is finished is
not made again, unless the program or its options have changed; Ctrl-C therefore loses little.

  --seeds N      how many seeds, from 1 (default: 3)
  --only PAIR    only this pair: {', '.join(KEYS)}
  --out FILE     write the page there, and its curves into a folder beside it
  --real DIR     real corpora in place of those of data/, for the pairs that have one: as in $LEMMA_DATA_DIR, which is used where
                 DIR is left out; an hour or more
  --quick        two passes, for a test; needs --out
  --kept         train nothing: write the page from the runs that are there, whatever program made them
  --models DIR   where the runs are kept (default: models/architectures)
  --build DIR    where the program is (default: build)
  --help         this text
"""


class Wrong(Exception):
    """What the user has to change."""


@dataclasses.dataclass
class Arguments:
    seeds: int = 3
    only: str = ""
    out: Path = None
    real: Path = None
    quick: bool = False
    kept: bool = False
    models: Path = ROOT / "models/architectures"
    build: Path = ROOT / "build"


def parse(words):
    arguments, words = Arguments(), list(words)

    def value(option, what):
        if not words or not words[0] or words[0].startswith("--"):
            raise Wrong(f"{option} needs {what}")
        return words.pop(0)

    while words:
        option = words.pop(0)
        if option in ("--help", "-h"):
            print(USAGE, end="")
            sys.exit(0)
        elif option in ("--quick", "--kept"):
            setattr(arguments, option[2:], True)
        elif option == "--seeds":
            number = value(option, "a number")
            if not number.isdecimal() or not 1 <= int(number) <= 100:
                raise Wrong(f"--seeds '{number}' was given; expected 1 to 100")
            arguments.seeds = int(number)
        elif option == "--only":
            arguments.only = value(option, "a pair")
            if arguments.only not in KEYS:
                raise Wrong(f"--only '{arguments.only}' was given; expected one of {', '.join(KEYS)}")
        elif option == "--real":
            given = words.pop(0) if words and not words[0].startswith("--") else os.environ.get("LEMMA_DATA_DIR", "")
            if not given:
                raise Wrong("--real needs a folder, or LEMMA_DATA_DIR one")
            arguments.real = Path(given).resolve()
        elif option in ("--out", "--models", "--build"):
            setattr(arguments, option[2:], Path(value(option, "a path")).absolute())
        else:
            raise Wrong(f"unknown option '{option}'; see scripts/compare_architectures.sh --help")
    if arguments.quick and not arguments.out:
        raise Wrong("--quick needs --out: two passes are not for docs/architectures.md")
    return arguments


def check(arguments):
    if arguments.out and arguments.out.is_dir():
        raise Wrong(f"--out {arguments.out} is a folder; expected a file, such as architectures.md")
    if not arguments.kept and not os.access(arguments.build / "lemma", os.X_OK):
        raise Wrong(f"{arguments.build}/lemma is missing; build it: cmake --preset default && "
                    "cmake --build --preset default --target lemma_program")
    if arguments.real and not arguments.real.is_dir():
        raise Wrong(f"--real {arguments.real} is no folder")


def chosen(arguments):
    """The pairs, on the data that is asked for."""
    some = [pair for pair in PAIRS if arguments.only in ("", pair.key)]
    if not arguments.real:
        return some
    some = [dataclasses.replace(pair, key=pair.key + "-real", epochs=pair.real[2],
                                flags=pair.real_flags or pair.flags) for pair in some if pair.real]
    if not some:
        raise Wrong(f"--real: {arguments.only} has no real corpus; its world makes its data")
    for pair in some:
        for name in filter(None, pair.real[:2]):
            if not (arguments.real / name).exists():
                raise Wrong(f"--real {arguments.real}: {name} is missing; --only PAIR leaves others out")
    return some


def runs_of(pair, arguments):
    data = []
    if arguments.real:
        for flag, name in zip(("--train", "--dev"), pair.real):
            data += [flag, str(arguments.real / name)] if name else []
    epochs = QUICK_EPOCHS if arguments.quick else pair.epochs
    for model in pair.models:
        for seed in range(1, arguments.seeds + 1):
            name = f"{model.name.replace(' ', '-').lower()}-{seed}"
            seconds = model.seconds * (pair.slower if arguments.real else 1) * epochs / pair.epochs
            yield Run(pair, model, seed, command_of(pair, model, seed, epochs, data), arguments.models / pair.key / name,
                      seconds)


def work(arguments):
    check(arguments)
    pairs = chosen(arguments)
    runs = [run for pair in pairs for run in runs_of(pair, arguments)]
    out = arguments.out or PAGE
    overview = not arguments.only and not arguments.real
    text = (out if out.exists() else PAGE).read_text(encoding="utf-8")  # a new page has the words of this one
    page.check(text, out, [pair.key for pair in pairs] + ["overview"] * overview)
    program = arguments.build / "lemma"
    program_hash = "" if arguments.kept else fingerprint(program)
    missing = [run for run in runs if not finished(run, program_hash)]
    at_once = min(2, os.cpu_count() or 1)
    if arguments.kept and missing:
        raise Wrong(f"--kept: {missing[0].name()} has not been run; leave --kept out")
    if missing:
        minutes = sum(run.seconds for run in missing) / at_once / 60
        print(f"Training {len(missing)} of {len(runs)} runs, {at_once} at once, one thread each; about {minutes:.0f} minutes. "
              f"Each is kept in {arguments.models}.", flush=True)
    began = time.monotonic()

    def say(run, left):
        scores = [epoch["score"] for epoch in run.found["epochs"]]
        print(f"{run.name()}: {run.pair.score} {scores[run.found['best_epoch'] - 1]:.3f}, at the end {scores[-1]:.3f}; "
              f"{run.found['cpu']:.0f} s; {left} left after {(time.monotonic() - began) / 60:.1f} min", flush=True)

    train(missing, program, at_once, program_hash, say)
    out.parent.mkdir(parents=True, exist_ok=True)
    page.write(out, text, [(pair, [run for run in runs if run.pair is pair]) for pair in pairs], overview)
    print(f"Written: {out}, {sum(run.found['cpu'] for run in runs) / 60:.1f} minutes of one core in all")
    return 0


def complain(text, status):
    print(f"compare_architectures.sh: {text}", file=sys.stderr)
    return status


def main():
    try:
        return work(parse(sys.argv[1:]))
    except (Wrong, page.NoMarker) as wrong:
        return complain(str(wrong), 2)
    except OSError as wrong:
        return complain(f"{wrong.filename or 'a file'}: {wrong.strerror or wrong}", 2)
    except Failed as failed:
        return complain(str(failed), 1)
    except KeyboardInterrupt:
        return complain("stopped; what was finished is kept, and the same command goes on from there", 130)


if __name__ == "__main__":
    sys.exit(main())
