"""Checks the built site, and says what is wrong: dead links, formulas that were not set, things loaded from elsewhere,
pages that the navigation does not lead to. usage: check.py SITE"""
import os
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADS = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("video", "src"), ("audio", "src"),
         ("embed", "src"), ("object", "data"), ("use", "href"), ("image", "href"), ("img", "srcset")}
RELS = {"stylesheet", "icon", "preload", "preconnect", "dns-prefetch", "modulepreload", "shortcut icon", "manifest"}
ELSEWHERE = re.compile(r"^(https?:)?//", re.IGNORECASE)
STYLE = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"')\s]+)""")
RAW_FORMULA = re.compile(r"\$\$|\\\(|\\\[|\\(?:frac|operatorname|text|sum|begin)\b")


class Page(HTMLParser):
    """What one page links to and loads, its anchors, and its words outside of code."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.links, self.loads, self.ids, self.words, self.navigation = [], [], set(), [], set()
        self.skip, self.style, self.in_nav = 0, False, 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        names = dict(attributes)
        self.ids.update(value for key, value in attributes if key in ("id",) or (key == "name" and tag == "a"))
        self.in_nav += tag == "nav"
        if tag == "a" and names.get("href"):
            self.links.append(names["href"])
            if self.in_nav:
                self.navigation.add(names["href"])
        for key, value in attributes:
            if value and ((tag, key) in LOADS or (tag == "link" and key == "href" and names.get("rel") in RELS)):
                self.loads.append(value)
            if key == "style" and value:
                self.loads += STYLE.findall(value)
        self.skip += tag in ("code", "pre", "script", "style", "annotation")
        self.style = tag == "style"

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        self.in_nav -= tag == "nav"
        self.skip -= tag in ("code", "pre", "script", "style", "annotation")
        self.style = False

    def handle_data(self, data):
        if self.style:
            self.loads += STYLE.findall(data)
        if not self.skip:
            self.words.append(data)


def main(site):
    problems = []
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        name = path.relative_to(site)
        for link in dict.fromkeys(page.links + page.loads):
            parts = urlsplit(link)
            if parts.scheme or link.startswith("//"):
                if link in page.loads and (ELSEWHERE.match(link)):
                    problems.append(f"{name} loads {link}; everything must be in the site")
                continue
            if name.name == "404.html":
                continue  # served from any place, so its links begin at the root
            if parts.path.startswith("/"):
                problems.append(f"{name} links to {link}, which is outside the site when opened from the disk")
                continue
            target = Path(os.path.normpath(path.parent / unquote(parts.path))) if parts.path else path
            if not target.is_file():
                problems.append(f"{name} links to {link}, which is not in the site")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids \
                    and not parts.fragment.startswith("__"):
                problems.append(f"{name} links to {link}, but that page has no such anchor")
        for words in page.words:
            found = RAW_FORMULA.search(words)
            if found and "assets" not in name.parts:
                problems.append(f"{name} shows a formula as it is written: {words.strip()[:80]}")
                break
    for path in sorted(site.rglob("*.css")):
        for load in STYLE.findall(path.read_text(encoding="utf-8")):
            target = Path(os.path.normpath(path.parent / load.partition("#")[0].partition("?")[0]))
            if ELSEWHERE.match(load):
                problems.append(f"{path.relative_to(site)} loads {load}; everything must be in the site")
            elif not load.startswith(("data:", "#")) and not target.is_file() and "woff2" in load:
                problems.append(f"{path.relative_to(site)} loads {load}, which is not in the site")
    # Every page that MkDocs made is reached by some page's navigation.
    reached = {Path(os.path.normpath(path.parent / unquote(urlsplit(link).path))) for path, page in pages.items()
               for link in page.navigation if not urlsplit(link).scheme and urlsplit(link).path}
    for path, page in pages.items():
        if "__search" in page.ids and path.name != "404.html" and path not in reached:
            problems.append(f"{path.relative_to(site)} is not in the navigation: add it to docs/site/mkdocs.yml")
    for problem in problems:
        print(f"docs.sh: {problem}", file=sys.stderr)
    print(f"docs.sh: {len(pages)} pages checked, {len(problems)} faults")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
