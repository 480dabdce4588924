"""Source files as highlighted pages, PATH.html, with a name for every line: tutorials/01_tensors.cpp.html#L12."""
import html
import os

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_for_filename
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{path} - Lemma</title>
<link rel="icon" href="{up}assets/favicon.svg">
<link rel="stylesheet" href="{up}assets/source.css">
<script src="{up}assets/source.js"></script>
</head>
<body>
<header><a href="{up}index.html">Lemma</a> <span>{path}</span>{api}</header>
<main>{code}</main>
</body>
</html>
"""
KINDS = {".cu": ".cpp", ".cuh": ".cpp", ".h": ".hpp", ".conll": ".txt", ".tsv": ".txt"}


class Sources:
    def __init__(self, root, pages):
        self.root, self.pages, self.wanted, self.api = root, pages, set(), {}

    def want(self, path):
        """A page for this file, which is named as in the repository."""
        self.wanted.add(path)

    def write(self):
        form = HtmlFormatter(linenos="inline", lineanchors="L", anchorlinenos=True, wrapcode=True)
        form.get_linenos_style_defs = lambda: []
        for path in sorted(self.wanted):
            try:
                lexer = get_lexer_for_filename(path.stem + KINDS.get(path.suffix, path.suffix))
            except ClassNotFound:
                lexer = TextLexer()
            code = highlight((self.root / path).read_text(encoding="utf-8"), lexer, form)
            code = code.replace('name="L-', 'id="L').replace('id="L-', 'id="L').replace('href="#L-', 'href="#L')
            up = "../" * (len(path.parts) - 1)
            api = f' <a class="api" href="{up}{self.api[path]}">reference</a>' if path in self.api else ""
            to = self.pages / f"{path}.html"
            os.makedirs(to.parent, exist_ok=True)
            to.write_text(PAGE.format(path=html.escape(str(path)), up=up, code=code, api=api), encoding="utf-8")
