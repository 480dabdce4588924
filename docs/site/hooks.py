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


@cache
def katex():
    engine = MiniRacer()
    engine.eval(Path("/usr/share/javascript/katex/katex.min.js").read_text(encoding="utf-8"))
    return engine


@cache
def typeset(formula, display):
    options = json.dumps({"displayMode": display, "throwOnError": True, "strict": "error"})
    return katex().eval(f"katex.renderToString({json.dumps(formula)}, {options})")


def on_page_content(content, page, config, files):
    def one(match):
        display = match[1] == "div"
        formula = html.unescape(match[2].strip())[2:-2]  # without \( \) or \[ \]
        try:
            set_formula = typeset(formula, display)
        except Exception as error:
            said = re.search(r"KaTeX parse error: .*|LaTeX-incompatible .*", str(error))
            raise PluginError(f"{page.file.src_path}: KaTeX does not read the formula {formula}: {said[0] if said else error}") from None
        return f'<{match[1]} class="formula" data-search-exclude>{set_formula}</{match[1]}>'

    return FORMULA.sub(one, content)
