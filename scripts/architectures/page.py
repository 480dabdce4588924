"""The page: tables, curves and commands between its markers. All other words are people's, and stay."""
import os
import platform
import re
import statistics

import curves


class NoMarker(Exception):
    """The page has no place for a pair."""


def figure(value, pair):
    return f"{value:.1f}" if pair.score == "return" else f"{value:.3f}"


def spread(values, pair, each=False):
    """Mean, standard deviation, and where asked every value."""
    text = figure(statistics.mean(values), pair)
    if len(values) == 1:
        return text
    text += "\u00a0±\u00a0" + figure(statistics.stdev(values), pair)
    return text + (f" ({', '.join(figure(value, pair) for value in values)})" if each else "")


def score(run, which):
    epochs = run.found["epochs"]
    return epochs[run.found["best_epoch"] - 1 if which == "best" else -1]["score"]


def by_model(runs):
    models = {}
    for run in runs:
        models.setdefault(run.model, []).append(run)
    return models


def baselines_of(pair, runs):
    """The mean over the runs of a pair, the best first."""
    names = runs[0].found["baselines"]
    means = {name: statistics.mean(run.found["baselines"][name] for run in runs) for name in names}
    return sorted(means.items(), key=lambda item: item[1], reverse=not pair.less)


def table(pair, runs):
    rows = [f"| network | parameters | {pair.score}, best pass | at the end | loss at the end | seconds of one core | memory, MB |",
            "|---|---|---|---|---|---|---|"]
    for model, some in by_model(runs).items():
        last = [run.found["epochs"][-1]["dev_loss"] for run in some]
        rows.append(" | ".join([
            f"| {model.name}", f"{some[0].found['parameters']:,}", spread([score(run, "best") for run in some], pair, True),
            spread([score(run, "last") for run in some], pair), f"{statistics.mean(last):.3f}",
            f"{statistics.mean(run.found['cpu'] for run in some):.0f}",
            f"{max(run.found['megabytes'] for run in some):.0f} |"]))
    return rows


def range_of(runs, key):
    """Where a seed draws the data, too, there are more of them or fewer."""
    least, most = min(run.found[key] for run in runs), max(run.found[key] for run in runs)
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def verdict(pair, runs):
    """What of the differences is larger than chance, as far as so few seeds can say."""
    models = by_model(runs)
    means = {model.name: statistics.mean(score(run, "best") for run in some) for model, some in models.items()}
    order = sorted(means, key=means.get, reverse=not pair.less)
    if len(runs) == len(models):
        return f"Best: {order[0]}. One seed says nothing of chance."
    spreads = {model.name: statistics.stdev([score(run, "best") for run in some]) for model, some in models.items()}
    text = f"Best mean: {order[0]}."
    for name in order[1:]:
        gap, noise = abs(means[name] - means[order[0]]), (spreads[name]**2 + spreads[order[0]]**2)**0.5
        behind = f"{figure(gap, pair)} behind" if float(figure(gap, pair)) > 0 else "level with it"
        text += f" {name} is {behind}" + ("." if gap > 2 * noise or gap == 0 else ", which is within the spread of the seeds.")
    return text


def command(run):
    shown = [os.path.join("$LEMMA_DATA_DIR", *word.split("/")[-2:]) if word.startswith("/") else word for word in run.command]
    return " ".join(["build/lemma", *shown]).replace(f"--seed {run.seed}", "--seed SEED") + " --out DIR"


def block(pair, runs, pictures, folder):
    found, models = runs[0].found, by_model(runs)
    sizes = [some[0].found["parameters"] for some in models.values()]
    seeds = len(runs) // len(models)
    passes = len(found["epochs"])
    simple = ", ".join(f"{name} {figure(value, pair)}" for name, value in baselines_of(pair, runs))
    lines = [f"### {pair.key.removesuffix('-real').capitalize()}: {pair.real[0].split('/')[0]}", ""] if pair.key.endswith("-real") else []
    lines += [f"{range_of(runs, 'train_size')} examples to learn from, {range_of(runs, 'dev_size')} to score on; {passes} passes; "
             f"{'seed 1' if seeds == 1 else f'seeds 1 to {seeds}'}. The sizes differ by {100 * (1 - min(sizes) / max(sizes)):.1f} %.", "",
              *table(pair, runs), "", f"{verdict(pair, runs)} Simple methods on the same data: {simple}.", ""]
    for kind in ("pass", "second"):
        name = f"{pair.key}-{kind}.svg"
        (folder / name).write_text(pictures[kind], encoding="utf-8")
        lines.append(f"![{pair.score.capitalize()} on the examples to score on, {'by pass' if kind == 'pass' else 'against seconds of one core'}: "
                     f"the mean over the seeds, and their range]({folder.name}/{name})")
    cpu = sum(run.found["cpu"] for run in runs)
    lines += ["", "```sh", *(command(some[0]) for some in models.values()), "```", "",
              f"Measured on {max(run.found['date'] for run in runs)}, {platform.machine()}, {os.cpu_count()} cores, two runs at once: "
              f"{cpu / 60:.1f} minutes of one core."]
    return lines


def pictures_of(pair, runs):
    best_name, best = baselines_of(pair, runs)[0]
    passes, seconds = [], []
    for model, some in by_model(runs).items():
        values = [[epoch["score"] for epoch in run.found["epochs"]] for run in some]
        passes.append(curves.Line(model.name, list(range(1, len(values[0]) + 1)), values))
        cpu, count = statistics.mean(run.found["cpu"] for run in some), len(values[0])  # one pass costs what another does
        seconds.append(curves.Line(model.name, [cpu * (i + 1) / count for i in range(count)], values))
    level = {"level": best, "level_name": best_name, "lowest": pair.lowest}
    title = f"{pair.key.capitalize()}: {pair.score}"
    return {"pass": curves.svg(title + " by pass", "pass", pair.score, passes, **level),
            "second": curves.svg(title + " against seconds of one core", "seconds of one core", pair.score, seconds, **level)}


def overview(all_runs):
    lines = ["| data | best mean | the others | best simple method | minutes of one core |", "|---|---|---|---|---|"]
    for pair, runs in all_runs:
        results = {model.name: [score(run, "best") for run in some] for model, some in by_model(runs).items()}
        order = sorted(results, key=lambda name: statistics.mean(results[name]), reverse=not pair.less)
        told = [f"{name} {spread(results[name], pair)}" for name in order]
        name, value = baselines_of(pair, runs)[0]
        lines.append(f"| [{pair.key.capitalize()}](#{pair.key}): {pair.score} | {told[0]} | {', '.join(told[1:])} | {name} {figure(value, pair)} | "
                     f"{sum(run.found['cpu'] for run in runs) / 60:.1f} |")
    return lines


def place_of(key):
    return re.compile(rf"(<!-- results: {re.escape(key)} -->\n).*?(<!-- end of results -->)", re.DOTALL)


def check(text, path, keys):
    """Throws where the page has no place for one of them: before anything is trained."""
    for key in keys:
        if not place_of(key).search(text):
            raise NoMarker(f"{path} has no place for {key}: a line '<!-- results: {key} -->' and, below, one '<!-- end of results -->'")


def write(path, text, all_runs, with_overview):
    folder = path.with_suffix("")
    folder.mkdir(exist_ok=True)
    blocks = {pair.key: block(pair, runs, pictures_of(pair, runs), folder) for pair, runs in all_runs}
    if with_overview:
        blocks["overview"] = overview(all_runs)
    for key, lines in blocks.items():
        text = place_of(key).sub(lambda match: match[1] + "\n" + "\n".join(lines) + "\n\n" + match[2], text)
    path.write_text(text, encoding="utf-8")
