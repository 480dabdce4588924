"""How the peers of lemma_bench time a case, and the options that all of them take."""

import json
import time


def add_options(parser):
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--case", default="", help="run the cases whose name contains this")
    parser.add_argument("--seconds", type=float, default=3.0, help="per case")
    parser.add_argument("--compile", action="store_true", help="torch.compile the models that are trained")


def timed(options, name, work):
    """Three runs to warm up, then as many as fit the time, at least five; prints a line of JSON, as lemma_bench does."""
    if options.case not in name:
        return
    import torch  # so late that --help need not wait for it

    wait = torch.cuda.synchronize if options.device == "cuda" else lambda: None
    for _ in range(3):
        work()
    wait()
    ms, end = [], time.perf_counter() + options.seconds
    while time.perf_counter() < end or len(ms) < 5:
        begin = time.perf_counter()
        work()
        wait()
        ms.append((time.perf_counter() - begin) * 1e3)
    ms.sort()
    line = {"case": name, "ms": round(ms[len(ms) // 2], 5), "min_ms": round(ms[0], 5), "n": len(ms)}
    print(json.dumps(line), flush=True)
