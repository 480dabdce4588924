"""What is compared: on each data, networks of about as many parameters, in as many passes."""
import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Model:
    name: str           # as a reader knows it
    flags: str          # what makes it, of this size
    seconds: float = 0  # of one run on one core of a laptop, for the estimate


@dataclass(frozen=True)
class Pair:
    key: str
    task: str
    flags: str       # the same for all of its models
    epochs: int      # passes over the training data, the same for all
    score: str       # what the program scores by
    models: tuple
    less: bool = False  # less is better
    real: tuple = ()    # of the real corpora: files to learn from and to score on ("": a tenth is held out), passes
    real_flags: str = ""
    slower: float = 1  # the factor of a run's seconds on the real corpus
    lowest: float = -math.inf  # where its curves are cut off


PAIRS = (
    Pair("pictures", "image", "", 40, "accuracy",
         (Model("CNN", "--model cnn --width 32", 14),
          Model("ResNet", "--model resnet --width 15", 14),
          Model("ViT", "--model vit --width 32 --layers 2", 12)),
         real=("optdigits/optdigits.tra", "", 20), slower=1.4, lowest=0.7),
    Pair("language", "lm", "--embed 64 --context 64 --batch-size 8", 60, "loss per character",
         (Model("Transformer", "--model transformer --layers 2 --ff 256", 37),
          Model("LSTM", "--model lstm --layers 2 --hidden 80", 46),
          Model("GRU", "--model gru --layers 2 --hidden 94", 46)),
         less=True, real=("tinyshakespeare/input.txt", "", 4), slower=2.2),
    Pair("sentiment", "sentiment", "", 20, "accuracy",
         (Model("Transformer", "--encoder transformer --ff 192", 8),
          Model("LSTM", "--encoder lstm", 7),
          Model("CNN", "--encoder cnn", 7)),
         real=("sst-sentences/stsa.binary.train", "sst-sentences/stsa.binary.dev", 8), slower=4, lowest=0.5),
    Pair("names", "ner", "", 40, "F1",
         (Model("Transformer", "--encoder transformer --ff 192", 16),
          Model("LSTM", "--encoder lstm", 16),
          Model("CNN", "--encoder cnn", 15)),
         real=("wnut17/wnut17train.conll", "wnut17/emerging.dev.conll", 12), slower=2),
    Pair("digits", "speech", "", 60, "word accuracy",
         (Model("Conformer", "--model conformer --width 64", 17),
          Model("LSTM", "--model lstm --width 124", 14)),
         real=("fsdd/train", "fsdd/dev", 24), slower=12, lowest=0),
    Pair("strings", "speech", "--join 5 --batch-size 8", 100, "word accuracy",
         (Model("Conformer with CTC", "--model conformer --width 64", 55),
          Model("LSTM with a decoder", "--model lstm --width 86", 60)),
         real=("fsdd/train", "fsdd/dev", 40), slower=8, lowest=0),
    Pair("decisions", "decision", "--world grid --context 10 --plays 20", 8, "return",
         (Model("Decision Transformer", "--model transformer --embed 64", 33),
          Model("LSTM", "--model lstm --embed 64 --layers 3", 25),
          Model("MLP", "--model mlp --embed 300", 8))),
)
QUICK_EPOCHS = 2
