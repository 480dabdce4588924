"""Trains: two runs at once, each on one thread, measured by the operating system. A finished run is kept and used again."""
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path


class Failed(Exception):
    """A run that ended with an error."""


@dataclass
class Run:
    """One network with one seed, and what became of it."""
    pair: object
    model: object
    seed: int
    command: list  # without --out
    place: Path
    seconds: float  # what it may take
    found: dict = field(default_factory=dict)

    def name(self):
        return f"{self.pair.key}, {self.model.name}, seed {self.seed}"


def command_of(pair, model, seed, epochs, data):
    """The arguments of the program, data being those that say where it is."""
    words = ["train", pair.task, *pair.flags.split(), *model.flags.split(), "--epochs", str(epochs), *data]
    return [*words, "--seed", str(seed), "--threads", "1"]


def fingerprint(program):
    return hashlib.sha256(program.read_bytes()).hexdigest()


def finished(run, program_hash):
    """Whether it was run before, by the same program; then `found` is what it found."""
    try:
        found = json.loads((run.place / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if found["command"] != run.command or program_hash not in ("", found["program"]):
        return False
    run.found = found
    return True


def parameters_in(log):
    match = re.search(r"([\d,]+) parameters", log)
    return int(match[1].replace(",", "")) if match else 0


def collect(run, usage, wall, program_hash):
    config = json.loads((run.place / "config.json").read_text(encoding="utf-8"))
    history = config["history"]
    log = (run.place / "log.txt").read_text(encoding="utf-8")
    run.found = {
        "command": run.command, "program": program_hash, "date": time.strftime("%Y-%m-%d"),
        "parameters": parameters_in(log), "cpu": usage.ru_utime + usage.ru_stime, "wall": wall,
        "megabytes": usage.ru_maxrss / 1024, "train_size": history["train_size"], "dev_size": history["dev_size"],
        "baselines": history["baselines"], "epochs": history["epochs"], "best_epoch": history["best_epoch"]}
    for extra in ("training.safetensors", "training.html"):
        (run.place / extra).unlink(missing_ok=True)  # large, and of no use here
    (run.place / "run.json").write_text(json.dumps(run.found, indent=1) + "\n", encoding="utf-8")


def start(run, program):
    shutil.rmtree(run.place, ignore_errors=True)
    run.place.mkdir(parents=True)
    log = run.place.parent / (run.place.name + ".log")
    with log.open("w", encoding="utf-8") as out:
        child = subprocess.Popen([program, *run.command, "--out", run.place, "--overwrite"], stdin=subprocess.DEVNULL,
                                 stdout=out, stderr=subprocess.STDOUT)
    return child, log, time.monotonic()


def train(runs, program, at_once, program_hash, say):
    """Runs them all; raises Failed with the first one's last words."""
    waiting, going = list(runs), {}
    try:
        while waiting or going:
            while waiting and len(going) < at_once:
                run = waiting.pop(0)
                child, log, began = start(run, program)
                going[child.pid] = run, child, log, began
            pid, status, usage = os.wait4(-1, 0)
            run, child, log, began = going.pop(pid)
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode in (128 + signal.SIGINT, 128 + signal.SIGTERM, -signal.SIGINT, -signal.SIGTERM):
                raise KeyboardInterrupt  # it heard of it first
            if child.returncode != 0:
                lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
                raise Failed(f"{run.name()}: {lines[-1] if lines else f'exit status {child.returncode}'}")
            log.replace(run.place / "log.txt")
            collect(run, usage, time.monotonic() - began, program_hash)
            say(run, len(waiting) + len(going))
    finally:
        for _, child, _, _ in going.values():
            child.terminate()
            child.wait()
