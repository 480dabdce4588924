"""Reference entity scores: seqeval (default mode) on random tag sequences, valid and invalid alike.

Usage: python tests/golden/make_seqeval.py > tests/golden/seqeval.txt     (pip install seqeval==1.2.2)

The sequences are not stored: a small generator, the same here and in tests/test_metrics.cpp, makes them again. A case is
one corpus of two sequences. A line holds the case's number, then micro precision, recall, F1 and token accuracy, and F1 of
each type, in C's hexadecimal notation, which loses nothing; the last line scores all 1,000 sequences as one corpus.
"""
import warnings

from seqeval.metrics import f1_score, precision_score, recall_score
from seqeval.metrics.sequence_labeling import precision_recall_fscore_support
from seqeval.metrics import accuracy_score

CASES = 500
BIO = ["O", "O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG"]
ALL = BIO + ["E-PER", "S-PER", "E-LOC", "S-LOC"]


class Lcg:
    """64-bit linear congruential generator (Knuth's constants); the high bits are used."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % bound


def sentence(rng, tags):
    """A gold sentence and a prediction that agrees with it about two times in three."""
    length = 1 + rng.below(12)
    gold = [tags[rng.below(len(tags))] for _ in range(length)]
    guess = [g if rng.below(3) else tags[rng.below(len(tags))] for g in gold]
    return gold, guess


def scores(gold, guess):
    types = sorted({t[2:] for s in gold + guess for t in s if t != "O"})
    by_type = precision_recall_fscore_support(gold, guess, average=None)[2] if types else []
    named = [f"{t}={float(f).hex()}" for t, f in zip(types, by_type)]
    micro = [precision_score(gold, guess), recall_score(gold, guess), f1_score(gold, guess)]
    return " ".join([float(v).hex() for v in micro] + [float(accuracy_score(gold, guess)).hex()] + named)


def main():
    warnings.filterwarnings("ignore")
    rng = Lcg(2024)
    all_gold, all_guess = [], []
    for case in range(CASES):
        tags = BIO if case % 2 == 0 else ALL
        pairs = [sentence(rng, tags) for _ in range(2)]
        gold, guess = [g for g, _ in pairs], [p for _, p in pairs]
        all_gold += gold
        all_guess += guess
        print(case, scores(gold, guess))
    print("all", scores(all_gold, all_guess))


main()
