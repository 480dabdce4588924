"""What MkDocs calls while it builds: adds the reference to the navigation, and sets the formulas."""
import html
import json
import re
from functools import cache
from pathlib import Path

from mkdocs.exceptions import PluginError
from py_mini_racer import MiniRacer

ROOT = Path(__file__).resolve().parents[2]
FORMULA = re.compile(r'<(span|div) class="arithmatex">(.*?)</\1>', re.DOTALL)


def on_config(config):
    reference = next(part["Reference"] for part in config.nav if "Reference" in part)
    known = json.dumps(reference)
    for part in json.loads((ROOT / "build-docs/api_nav.json").read_text()):
        if json.dumps(part) not in known:
            reference.append(part)
    return config


# An exception must not leave the engine while it is at work: its threads would never end.
SET = """const set = (formula, display) => {
  try { return katex.renderToString(formula, {displayMode: display, throwOnError: true, strict: "error"}); }
  catch (error) { return "?" + error.message; }
}"""


@cache
def engine():
    made = MiniRacer()
    made.eval(Path("/usr/share/javascript/katex/katex.min.js").read_text(encoding="utf-8"))
    made.eval(SET)
    return made


def on_post_build(config):
    engine().close()


def on_build_error(error):
    engine().close()


@cache
def typeset(formula, display):
    return engine().eval(f"set({json.dumps(formula)}, {json.dumps(display)})")


def on_page_content(content, page, config, files):
    def one(match):
        display = match[1] == "div"
        formula = html.unescape(match[2].strip())[2:-2]  # without \( \) or \[ \]
        set_formula = typeset(formula, display)
        if set_formula.startswith("?"):
            raise PluginError(f"{page.file.src_path}: the formula {formula}: {set_formula[1:]}")
        return f'<{match[1]} class="formula" data-search-exclude>{set_formula}</{match[1]}>'

    return FORMULA.sub(one, content)
