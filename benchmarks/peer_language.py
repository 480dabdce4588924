#!/usr/bin/env python3
"""The language cases of lemma_bench in PyTorch: the same models, batches and steps, one line of JSON per case.

  peer_language.py [--device cpu|cuda] [--threads N] [--case SUBSTRING] [--seconds S] [--compile]
      times the cases that lemma_bench prints under the same names
  peer_language.py --train FILE [--dev FILE] [--context N] [--batch-size N] [--lr X] [--epochs N] [--seed N]
      trains the model of `lemma train lm` with these options, as long and in the same way; prints the seconds of all
      steps, and the best epoch's loss per character as `lemma evaluate` measures it
  peer_language.py --model DIR --dev FILE
      scores a character model that `lemma train lm` has saved: the number that `lemma evaluate` prints

Needs PyTorch 2. The bpe cases need `tokenizers`, and are left out without it.
"""

import argparse
import gzip
import json
import math
import os
import time

from peer_timing import add_options, timed


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--train", metavar="FILE")
    parser.add_argument("--dev", metavar="FILE", help="default: the last tenth of --train")
    parser.add_argument("--model", metavar="DIR")
    parser.add_argument("--context", type=int, default=128)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--epochs", type=int, default=0, help="default: about 2,700 steps, 3 to 20 epochs")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.model and not given.dev:
        parser.error("--model needs --dev FILE, the text to score")
    return given


A = arguments()
os.environ["RAYON_NUM_THREADS"] = str(A.threads)  # which tokenizers reads

import torch
import torch.nn.functional as F

from peer_models import PAD, Cache, LanguageModel, Trainer, TranslationModel, cross_entropy

START, END, CHARACTERS, PIECES, BATCHES = 1, 2, 65, 6000, 16


# The cases.


def run(name, work):
    timed(A, name, work)


def scattered(i):
    x = i * 0x9E3779B1 & 0xFFFFFFFF
    x = (x ^ x >> 15) * 0x85EBCA77 & 0xFFFFFFFF
    return x ^ x >> 13


def ids(which, B, T, least, below, padding):
    def one(i):
        if padding and i % T >= T - i // T % 3:
            return PAD
        return least + scattered(which * B * T + i) % (below - least)

    return torch.tensor([one(i) for i in range(B * T)], device=A.device).view(B, T)


def train_case(name, model, loss_of):
    trainer = Trainer(model.to(A.device), 2e-3, 100, A.compile)
    run(name, lambda: trainer.step(lambda net: loss_of(net, (trainer.steps - 1) % BATCHES)))


def lm_loss(B, T):
    texts = [ids(i, B, T + 1, 0, CHARACTERS, False) for i in range(BATCHES)]
    pairs = [(text[:, :-1].contiguous(), text[:, 1:].contiguous()) for text in texts]
    return lambda net, i: cross_entropy(net(pairs[i][0]), pairs[i][1])


def translation_loss():
    sources = [ids(2 * i, 64, 16, END, PIECES, True) for i in range(BATCHES)]
    targets = [ids(2 * i + 1, 64, 16, END, PIECES, True) for i in range(BATCHES)]
    given = [F.pad(target[:, :-1], (1, 0), value=START) for target in targets]
    how = {"ignore_index": PAD, "label_smoothing": 0.1}
    return lambda net, i: cross_entropy(net(sources[i], given[i]), targets[i], **how)


@torch.inference_mode()
def write(model, tokens, cached):
    caches = [Cache(tokens) for _ in model.encoder.layers] if cached else None
    written = [0]
    for _ in range(tokens):
        given = torch.tensor([written[-1:] if cached else written], device=A.device)
        written.append(model(given, caches)[0, -1].argmax().item())
    return written[1:]


@torch.inference_mode()
def beam_search(model, tokens, width):
    caches = [Cache(tokens) for _ in model.encoder.layers]
    beams, scores = [[0]], torch.zeros(1, 1, device=A.device)
    for _ in range(tokens):
        logits = model(torch.tensor([beam[-1:] for beam in beams], device=A.device), caches)[:, -1]
        best, places = (scores + logits.log_softmax(-1)).flatten().topk(width)
        rows, next_ids, scores = places // logits.size(1), places % logits.size(1), best[:, None]
        beams = [beams[row] + [token] for row, token in zip(rows.tolist(), next_ids.tolist())]
        for cache in caches:
            cache.select(rows)
    return beams[0][1:]


def spelled(rank):
    word = "bcdfghjklmnprstw"[rank % 16] + "aeiou"[rank // 16 % 5]
    return word if rank < 80 else word + spelled(rank // 80)


def lines_of_words(words):
    word = lambda i: spelled((scattered(i) >> 16) ** 3 >> 34)
    return [" ".join(word(i) for i in range(at, min(at + 12, words))) + "\n" for at in range(0, words, 12)]


def byte_pair_cases():
    try:
        from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    except ImportError:
        return
    lines, pre = lines_of_words(1_000_000), pre_tokenizers.ByteLevel
    trainer = {"vocab_size": 4000, "min_frequency": 2, "show_progress": False, "initial_alphabet": pre.alphabet()}

    def learned():
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre(add_prefix_space=False)
        tokenizer.train_from_iterator(lines, trainers.BpeTrainer(**trainer))
        return tokenizer

    run("bpe_train_1m_words", learned)
    tokenizer = learned()
    run("bpe_encode_1m_words", lambda: tokenizer.encode_batch_fast(lines))


def all_cases():
    asked_for = lambda name: A.case in name
    for B, T in ((16, 128), (12, 64)):  # the defaults of `lemma train lm`; nanoGPT's setting for a CPU
        if asked_for(name := f"lm_train_b{B}_t{T}"):
            train_case(name, LanguageModel(CHARACTERS, T), lm_loss(B, T))
    if asked_for(name := "translation_train_b64_t16"):
        train_case(name, TranslationModel(PIECES), translation_loss())
    writer = LanguageModel(CHARACTERS, 512).to(A.device).eval()
    run("generate_cached_t512", lambda: write(writer, 512, True))
    run("generate_uncached_t512", lambda: write(writer, 512, False))
    run("generate_beam4_t128", lambda: beam_search(writer, 128, 4))
    if A.device == "cpu" and (asked_for("bpe_train_1m_words") or asked_for("bpe_encode_1m_words")):
        byte_pair_cases()


# A whole run, and the score of a saved model.


def read_text(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        return file.read().removeprefix(b"\xef\xbb\xbf")


def parts():
    """Both texts; the last tenth of --train begins with a line where it can."""
    data = read_text(A.train)
    if A.dev:
        return data.decode(), read_text(A.dev).decode()
    cut = len(data) - len(data) // 10
    line = data.find(b"\n", cut)
    if 0 <= line < len(data) - 1:
        cut = line + 1
    while data[cut] & 0xC0 == 0x80:
        cut += 1
    return data[:cut].decode(), data[cut:].decode()


class Codec:
    """Id 0 stands for characters without one of their own, which share its probability."""

    def __init__(self, characters):
        self.ids, self.size = {c: i + 1 for i, c in enumerate(characters)}, len(characters) + 1
        self.unknown_cost = math.log(0x110000 - 0x800 - len(characters))

    def encode(self, text):  # behind a token that begins every text
        start = self.ids.get("\n") or self.ids.get(" ", 0)
        return torch.tensor([start] + [self.ids.get(c, 0) for c in text], device=A.device)


def windows(x, begins, T):
    return torch.stack([x[b : b + T] for b in begins]), torch.stack([x[b + 1 : b + T + 1] for b in begins])


@torch.no_grad()
def loss_per_character(model, codec, text, context):
    """Windows begin half a window apart; each scores what the one before it did not reach."""
    x = codec.encode(text)
    N, T = len(x) - 1, min(len(x) - 1, context)
    begins = [0]
    while begins[-1] + T < N:
        begins.append(min(begins[-1] + max(1, T // 2), N - T))
    model.eval()
    total, at_once = (x[1:] == 0).sum().item() * codec.unknown_cost, max(1, 8192 // T)
    for first in range(0, len(begins), at_once):
        inputs, targets = windows(x, begins[first : first + at_once], T)
        for row in range(len(targets)):
            if first + row > 0:
                targets[row, : begins[first + row - 1] + T - begins[first + row]] = -100
        total += cross_entropy(model(inputs), targets, reduction="none").double().sum().item()
    model.train()
    return total / len(text)


def train_run():
    text, dev = parts()
    codec = Codec(sorted(c for c in set(text) if text.count(c) > 1))
    x, T = codec.encode(text), A.context
    count = (len(x) - 1) // T
    batches = math.ceil(count / A.batch_size)
    usual = min(20, max(3, math.ceil(2700 / batches)))  # epochs
    model = LanguageModel(codec.size, T).to(A.device)
    trainer = Trainer(model, A.lr, max(1, usual * batches // 10), A.compile)
    seconds, best, start = 0.0, math.inf, time.perf_counter()
    for _ in range(A.epochs or usual):
        begin_epoch = time.perf_counter()
        begin = torch.randint(min(T, len(x) - count * T), ()).item()
        for begins in (begin + torch.randperm(count) * T).split(A.batch_size):
            inputs, targets = windows(x, begins.tolist(), T)
            trainer.step(lambda net: cross_entropy(net(inputs), targets))
        seconds += time.perf_counter() - begin_epoch
        trainer.swap()
        best = min(best, loss_per_character(model, codec, dev, T))
        trainer.swap()
    whole = time.perf_counter() - start
    report("lm_train_run", model, steps=trainer.steps, seconds=seconds, total_seconds=whole, loss_per_character=best)


def load(model, path):
    with open(path, "rb") as file:
        data = bytearray(file.read())
    end = 8 + int.from_bytes(data[:8], "little")  # of the header
    state = {}
    for name, tensor in json.loads(data[8:end]).items():
        if name != "__metadata__":
            begin, past = tensor["data_offsets"]
            state[name] = torch.frombuffer(data[end + begin : end + past], dtype=torch.float32).view(tensor["shape"])
    model.load_state_dict(state)


def score_saved():
    with open(os.path.join(A.model, "config.json")) as file:
        o = json.load(file)["model"]
    with open(os.path.join(A.model, "tokenizer.json")) as file:
        codec = Codec(json.load(file)["characters"])
    model = LanguageModel(codec.size, o["context"], o["embed"], o["heads"], o["layers"] or 4, o["ff"], o["dropout"])
    load(model, os.path.join(A.model, "model.safetensors"))
    text = read_text(A.dev).decode()
    report("lm_evaluate", model, loss_per_character=loss_per_character(model.to(A.device), codec, text, o["context"]))


def report(name, model, **numbers):
    print(json.dumps({"case": name, "parameters": sum(p.numel() for p in model.parameters()), **numbers}))


if __name__ == "__main__":
    torch.set_num_threads(A.threads)
    torch.manual_seed(A.seed)
    score_saved() if A.model else train_run() if A.train else all_cases()
