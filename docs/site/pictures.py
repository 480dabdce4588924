"""Pictures that the programs make, for the places where a page says `<!-- picture: NAME -->`.

usage: pictures.py BUILD [--check]   makes those that are older than the programs, into build-docs/pictures
"""
import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MADE = ROOT / "build-docs/pictures"
TRAIN = "{lemma} train sentiment --overwrite --threads 2 --epochs 8 --out {here}/sentiment"
TEXT = '"A warm, funny film."'

# How each is made: commands in the root of the repository. {lemma} is the program, {here} the folder of the pictures.
COMMANDS = {
    "sentiment/training.html": [TRAIN],
    "compare.html": [TRAIN.replace("/sentiment", "/fast") + " --lr 0.01",
                     "cd {here} && {lemma} compare sentiment fast --out compare.html"],
    "attention.html": ["{lemma} attention --model {here}/sentiment --out {here}/attention.html " + TEXT],
    "graph.html": ["{lemma} graph --out {here}/graph.html"],
    "model-graph.html": ["{lemma} graph --model {here}/sentiment --out {here}/model-graph.html " + TEXT],
    "heads.html": ["TMPDIR={here} {build}/tutorials/solutions/12_seeing_attention && mv {here}/lemma_12_heads.html {here}/heads.html"],
    "positions.svg": ["{compile}", "{here}/draw {here}"],
    "masks.svg": [],
}
# What a page shows: the file, its height in lines of text, and what it says below.
PICTURES = {
    "graph": ("graph.html", 34, "The graph of e = (a + b) (b + 1), with values and gradients. Made by `build/lemma graph --out graph.html`."),
    "model-graph": ("model-graph.html", 40, "What the sentiment model computes for “A warm, funny film.”; a click unfolds a module. Made by "
                    "`build/lemma graph --model models/sentiment --out graph.html \"A warm, funny film.\"`."),
    "attention": ("attention.html", 36, "Where each word of “A warm, funny film.” looks. Made by "
                  "`build/lemma attention --model models/sentiment --out attention.html \"A warm, funny film.\"`."),
    "heads": ("heads.html", 40, "All layers and heads for “the cats near this dog ?”, as the answer to exercise 1 draws them with `viz::attention_html`."),
    "curves": ("sentiment/training.html", 44, "The curves of a run of 8 epochs: `models/sentiment/training.html`, after `build/lemma train sentiment --epochs 8 "
               "--out models/sentiment`."),
    "compare": ("compare.html", 44, "Two runs of the sentiment model laid over each other, the second with ten times the learning rate. Made by "
                "`build/lemma compare models/sentiment models/fast --out compare.html`."),
    "positions": ("positions.svg", 0, "`nn::sinusoidal_positions(32, 32)`: a row for each position; the sines on the left, the cosines on the right. Drawn by `viz::heatmap_svg`."),
    "masks": ("masks.svg", 0, "The weights of one sentence of six tokens whose scores are all equal, under a causal mask: each row adds up to 1, "
              "and nothing is ahead of the diagonal. Drawn by `viz::heatmap_svg`."),
}


def figure(name, page, number, problems):
    """The picture as it stands in a page."""
    if name not in PICTURES:
        problems.append(f"{page}:{number}: there is no picture {name}; docs/site/pictures.py has {', '.join(sorted(PICTURES))}")
        return ""
    file, lines, text = PICTURES[name]
    caption = re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text, quote=False))
    plain = html.escape(text.replace("`", ""))
    if not (MADE / file).is_file():
        return f'<p class="missing-picture">A picture is missing here, since the programs are not built: scripts/test.sh --preset default builds them.</p>'
    where = "../" * (len(page.parts) - 1) + "assets/pictures/" + file
    what = (f'<img src="{where}" alt="{plain}" loading="lazy">' if file.endswith(".svg") else
            f'<iframe src="{where}" title="{plain}" loading="lazy" style="height:{lines}em"></iframe>')
    link = "" if file.endswith(".svg") else f' <a href="{where}">Alone on a page</a>'
    return f'<figure class="picture">{what}<figcaption>{caption}{link}</figcaption></figure>'


def copy(pages):
    for file in {file for file, _, _ in PICTURES.values()}:
        if (MADE / file).is_file():
            to = pages / "assets/pictures" / file
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(MADE / file, to)


def make(build):
    """Those that are older than what makes them; returns what could not be made."""
    MADE.mkdir(parents=True, exist_ok=True)
    compiler = (f"{os.environ.get('CXX', 'g++')} -std=c++20 -O1 -DFMT_SHARED -Iinclude docs/site/draw.cpp -o {MADE}/draw "
                f"{build}/liblemma.a -lfmt -lhwy -lutf8proc -lz -ldl -pthread")
    values = {"lemma": build / "lemma", "here": MADE, "build": build, "compile": compiler}
    needs = {"heads.html": build / "tutorials/solutions/12_seeing_attention", "positions.svg": build / "liblemma.a",
             "masks.svg": build / "liblemma.a"}
    missing = []
    for file, commands in COMMANDS.items():
        program, made = needs.get(file, build / "lemma"), MADE / file
        if not program.is_file():
            missing.append(f"{program} is not built, so {file} cannot be made")
            continue
        newest = max(path.stat().st_mtime for path in (program, Path(__file__), ROOT / "docs/site/draw.cpp"))
        if made.is_file() and made.stat().st_mtime >= newest:
            continue
        for command in commands:
            result = subprocess.run(command.format(**values), shell=True, cwd=ROOT, capture_output=True, text=True, check=False)
            if result.returncode:
                missing.append(f"{command.format(**values)}: {(result.stderr or result.stdout).strip()[-500:]}")
        if made.is_file():
            os.utime(made)
    return missing


def main():
    missing = make((ROOT / sys.argv[1]).resolve())
    for problem in missing:
        print(f"docs.sh: {problem}", file=sys.stderr)
    if missing:
        print("docs.sh: scripts/test.sh --preset default builds the programs", file=sys.stderr)
    return 1 if missing and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
