"""Copies the pages of the repository into build-docs/pages, where MkDocs finds them, each at its own path.

Links to sources become links to highlighted pages, `<!-- picture: NAME -->` a picture that a program made, SVG files come along, and lists are
indented as Python-Markdown reads them; the words stay as they are.
"""
import re
import shutil
import sys
from pathlib import Path

import pictures
from sources import Sources

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "build-docs/pages"
FENCE = re.compile(r"^ *(```+|~~~+)")
LINK = re.compile(r"(\]\()([^)\s]+)(\))")
ITEM = re.compile(r"^( *)([-*]|\d+\.)( +)(?=\S)")


def markdown_files():
    files = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("tutorials/**/*.md"), *ROOT.glob("data/**/*.md")]
    return sorted(set(files) | set(ROOT.glob("docs/**/*.md")))


def indented(lines):
    """What belongs to an item of a list is indented by 4 for each level, whatever the page has."""
    levels = []  # where the text of each open item begins
    blank = False
    out = []
    inside = None
    for line in lines:
        start = len(line) - len(line.lstrip(" "))
        if not line.strip():
            out.append("")
            blank = True
            continue
        if not inside:
            item = ITEM.match(line)
            while levels and start < levels[-1] and (item or blank or FENCE.match(line)):
                levels.pop()
        depth = 4 * len(levels)
        cut = min(start, levels[-1]) if levels else 0
        fence = FENCE.match(line)
        if inside:
            inside = None if fence and fence[1] == inside else inside
        elif fence:
            inside = fence[1]
        elif item:
            if out and out[-1].strip() and not levels and not ITEM.match(out[-1]):
                out.append("")  # a list needs a blank line before it
            levels.append(item.end())
            line = " " * depth + item[2] + " " + line[item.end():]
            out.append(line)
            blank = False
            continue
        out.append(" " * depth + line[cut:])
        blank = False
    return out


def staged(path, sources, problems):
    """The text of one page as the site needs it."""
    here = path.parent
    out = []
    inside = None
    number, formula, comment = 0, False, False

    def link(match):
        target, _, anchor = match[2].partition("#")
        if not target or re.match(r"[a-z]+:", target):
            return match[0]
        file = (here / target).resolve()
        if not file.is_file() or not file.is_relative_to(ROOT):
            problems.append(f"{path.relative_to(ROOT)}:{number}: links to {target}, which is no file of the repository")
            return match[0]
        if file.suffix == ".md":
            return match[0]
        if file.suffix == ".svg":  # a picture that is kept with the pages
            to = PAGES / file.relative_to(ROOT)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, to)
            return match[0]
        sources.want(file.relative_to(ROOT))
        return f"{match[1]}{target}.html{'#' + anchor if anchor else ''}{match[3]}"

    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        fence = None if comment else FENCE.match(line)
        if inside:
            inside = None if fence and fence[1] == inside else inside
        elif fence:
            inside = fence[1]
            line = re.sub(r"(```+) ?(\S*).*", r"\1\2", line).replace("c++", "cpp")  # "text trained" is text
        elif re.fullmatch(r" *<!-- picture: .* -->", line):
            line = pictures.figure(line.split()[2], path.relative_to(ROOT), number, problems)
        elif comment or line.strip().startswith("<!--"):
            comment = "-->" not in line
            continue
        else:
            code = re.split(r"(`[^`]*`)", line)
            line = "".join(part if part.startswith("`") else LINK.sub(link, part) for part in code)
            # A link whose text is code was cut in two by the line above.
            line = re.sub(r"(\[`[^`]*`\]\()([^)\s]+(?<!\.html))(\))", link, line) if "[`" in line else line
            # A formula on lines of its own is a paragraph.
            if line.count("$$") == 1:
                formula = not formula
            if line.startswith("$$") and (line.count("$$") == 2 or formula):
                out.append("")
            if line.count("$$") and not formula:
                out += [line, ""]
                continue
        out.append(line)
    return "\n".join(indented(out)) + "\n"


def main():
    shutil.rmtree(PAGES, ignore_errors=True)
    sources, problems = Sources(ROOT, PAGES), []
    for path in markdown_files():
        to = PAGES / path.relative_to(ROOT)
        to.parent.mkdir(parents=True, exist_ok=True)
        front = "---\nhide: navigation\n---\n\n" if path == ROOT / "README.md" else ""
        to.write_text(front + staged(path, sources, problems), encoding="utf-8")
    import api
    api.write(ROOT, PAGES, sources, problems)
    sources.write()
    pictures.copy(PAGES)
    assets = PAGES / "assets"
    shutil.copytree(ROOT / "docs/site/assets", assets, dirs_exist_ok=True)
    katex = Path("/usr/share/javascript/katex")
    (assets / "katex").mkdir(parents=True)
    shutil.copy(katex / "katex.min.css", assets / "katex")
    shutil.copytree(katex / "fonts", assets / "katex/fonts", ignore=shutil.ignore_patterns("*.ttf", "*.woff"))
    for problem in problems:
        print(f"docs.sh: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
