"""The reference: one page for each public header, from what Doxygen found there and the comments as they stand.

A declaration is shown as it is written, with its comment below. One without a comment stands with the overload before it.
A function without any comment is an error, unless it explains itself: a definition of one line, which is shown; an operator
and an in-place method, which lead to their operation; a constructor, whose class is explained; an override of what a base
class explains; what the compiler writes.
"""
import json
import re
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

from header import Header

FOLDERS = {"": "Tensors and operations", "ops": "More operations", "autograd": "Autograd", "nn": "Layers", "optim": "Optimisers", "data": "Data",
           "text": "Text", "train": "Training", "tasks": "Tasks", "worlds": "Worlds", "viz": "Pictures", "io": "Files", "core": "Core",
           "tape": "Tape"}
SYMBOLS = {"==": "eq", "!=": "ne", "<=": "le", ">=": "ge", "<<": "shl", "<": "lt", ">": "gt", "+": "plus", "-": "minus",
           "*": "times", "/": "over", "=": "is", "[]": "at", "()": "call", "&": "and", "|": "or", "^": "xor", "~": "not"}

# What an operator is called as a function; of two operands, or of one.
OPERATIONS = {"+": "add", "-": "sub", "*": "mul", "/": "div", "==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge",
              "&": "logical_and", "|": "logical_or", "^": "logical_xor", "~": "logical_not"}


class Entry:
    """Something declared in a header: a function, class, enum, field, alias."""

    def __init__(self, kind, name, line, owner="", body=None, virtual=False, header_name=None):
        self.kind, self.name, self.line, self.owner, self.body = kind, name, line, owner, body
        self.header_name, self.members = header_name, []
        self.code = self.comment = ""
        self.whole = False  # the code is all of it, with the body
        self.last = line


def read(root, xml):
    """Doxygen's findings as {header: [entries]}; members are in the entry of their class."""
    found, classes = defaultdict(list), {}
    compounds = [ElementTree.parse(path).getroot().find("compounddef") for path in sorted(xml.glob("*.xml"))
                 if path.name.startswith(("class", "struct", "namespace", "union"))]
    for compound in compounds:
        name = compound.findtext("compoundname").removeprefix("lemma::")
        place = compound.find("location")
        if compound.get("kind") != "namespace":
            file = place.get("file")
            if not file.startswith("include/") or compound.get("prot") != "public" or "<" in name:
                continue
            classes[name] = entry = Entry("class", name, int(place.get("line")))
            entry.header_name = file
            found[file].append(entry)
        for member in compound.iter("memberdef"):
            if member.get("prot") != "public" or member.get("kind") == "friend":
                continue
            place = member.find("location")
            file, line = place.get("declfile") or place.get("file"), int(place.get("declline") or place.get("line"))
            if not file.startswith("include/"):
                continue
            body = (place.get("bodyfile"), int(place.get("bodystart"))) if place.get("bodystart", "-1") != "-1" else None
            if member.get("kind") == "variable":
                body = None
            entry = Entry(member.get("kind"), member.findtext("name"), line, body=body)
            entry.header_name = file
            if compound.get("kind") == "namespace":
                if "detail" not in name:
                    found[file].append(entry)
            else:
                entry.owner = name
                classes[name].members.append(entry)
    # A nested class of a private one is private.
    for file in found:
        found[file] = [e for e in found[file] if e.kind != "class" or "::" not in e.name
                       or all(c in classes or not c[:1].isupper() for c in prefixes(e.name))]
    return found


def prefixes(name):
    parts = name.split("::")
    outer = ["::".join(parts[:n]) for n in range(1, len(parts))]
    return [name for name in outer if name.split("::")[-1][:1].isupper()]


def needs_comment(entry):
    if entry.kind != "function" or entry.header_name.endswith("methods.h") or entry.whole:
        return False
    last = entry.owner.split("::")[-1]
    generated = re.search(r"=\s*(default|delete)$", entry.code)
    return not (generated or entry.name.lstrip("~") == last or " override" in entry.code or entry.code.startswith("using ")
                or entry.name == "operator=" or entry.name.startswith("operator "))


def escaped(text):
    """A comment is plain text with code in backticks."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(p if p.startswith("`") and p.endswith("`") and len(p) > 1 else re.sub(r"([\\*_<>\[\]#$|`~^])", r"\\\1", p)
                   .replace("\\<", "&lt;").replace("\\>", "&gt;").replace("\\^", "^").replace("\\~", "~").replace("\\$", "&#36;")
                   .replace("\\|", "&#124;") for p in parts)


def prose(comment):
    """A comment as Markdown; lines that are indented are code."""
    out, words, code = [], [], []

    def flush():
        if words:
            out.append(escaped(" ".join(words)))
            words.clear()
        if code:
            out.append("```cpp\n" + "\n".join(code) + "\n```")
            code.clear()

    for line in comment.split("\n"):
        if not line.strip():
            flush()
        elif line.startswith("  "):
            if words:
                flush()
            code.append(line[2:])
        elif re.match(r"- |\d\. ", line):
            flush()
            words.append(line)
        else:
            if code:
                flush()
            words.append(line)
    flush()
    return "\n\n".join(("- " + text[2:]) if text.startswith("- ") else text for text in out)


class Page:
    """The page of one header."""

    def __init__(self, root, file, entries, sources, problems, operations):
        self.operations = operations
        self.header, self.file, self.sources, self.problems = Header(root / file), file, sources, problems
        self.entries = sorted(entries, key=lambda e: e.line)
        self.short = file.removeprefix("include/lemma/")
        self.path = Path("api") / self.short.replace(".h", ".md")
        self.up = "../" * (len(self.path.parts) - 1)
        self.ids, self.out, self.names = set(), [], []
        for entry in [*self.entries, *(m for e in self.entries for m in e.members)]:
            if entry.header_name == file:
                entry.code, entry.comment, entry.last = self.header.declaration(entry.line, entry.kind)
                if entry.kind == "function" and not entry.comment:
                    entry.code, entry.whole = self.header.one_line(entry.line) or entry.code, bool(self.header.one_line(entry.line))

    def anchor(self, text):
        text = re.sub(r"operator *(\W+)", lambda m: "operator-" + SYMBOLS.get(m[1], "-".join(SYMBOLS.get(c, "") for c in m[1])), text)
        text = re.sub(r"[^\w.-]", "-", text.replace("::", "."))
        name, n = text, 1
        while name in self.ids:
            n += 1
            name = f"{text}-{n}"
        self.ids.add(name)
        return name

    def source(self, entry):
        file, line = entry.body or (self.file, entry.line)
        self.sources.want(Path(file))
        return f"[{file.removeprefix('include/')}:{line}]({self.up}{file}.html#L{line}){{ .defined }}"

    def heading(self, level, name, owner=""):
        anchor = self.anchor(f"{owner}.{name}" if owner else name)
        self.names.append((name, owner, anchor))
        self.out.append(f"{'#' * level} `{name}` {{ #{anchor} }}")

    def functions(self, group, level):
        """Overloads, one heading; declarations without a comment stand with the one before."""
        self.heading(level, group[0].name, group[0].owner)
        parts = []
        for entry in group:
            if parts and not entry.comment:
                parts[-1].append(entry)
            else:
                parts.append([entry])
        named = self.operation(group[0])
        documented = named or any(entry.comment for entry in group)
        for part in parts:
            self.out.append("```cpp\n" + "\n".join(e.code + ("" if e.whole else ";") for e in part) + "\n```")
            if part[0].comment:
                self.out.append(prose(part[0].comment))
            if named and not part[0].comment:
                self.out.append(named)
            self.out.append(" ".join(dict.fromkeys(self.source(e) for e in part)))
        if not documented:
            for entry in group:
                if needs_comment(entry):
                    self.problems.append(f"{self.file}:{entry.line}: {entry.owner + '::' if entry.owner else ''}{entry.name} has no comment")
                    break

    def overloads_together(self, entries):
        """In the order of the file, but functions of one name within a section come where the first does."""
        first = {}
        for at, entry in enumerate(entries):
            first.setdefault((entry.kind == "function" and (entry.name, self.header.section(entry.line)[0])) or at, at)
        return sorted(entries, key=lambda e: (first.get((e.name, self.header.section(e.line)[0])) if e.kind == "function"
                                              else entries.index(e), e.line))

    def operation(self, entry):
        """Where the operation behind an operator of tensors, or a method that ends in _, is explained."""
        if self.short not in ("tensor.h", "indexing.h"):
            return ""
        symbol = entry.name.removeprefix("operator")
        name = OPERATIONS.get(symbol) or OPERATIONS.get(symbol[:-1] if symbol.endswith("=") else "")
        if name and entry.name != symbol:
            name = "neg" if symbol == "-" and entry.code.count(" x)") else name
            in_place = symbol.endswith("=") and symbol not in OPERATIONS
            return f"{'In place: ' if in_place else ''}[`{name}`](ops.md#{name})."
        if entry.name.endswith("_") and entry.owner == "Tensor" and entry.name.rstrip("_") in self.operations:
            return f"In place: [`{entry.name.rstrip('_')}`](ops.md#{entry.name.rstrip('_')})."
        return ""

    def listing(self, entries, level, section_level=None):
        """Declarations in the order of the file, under its `// ---- sections ----`."""
        entries = self.overloads_together(entries)
        at, section, here = 0, None, level
        while at < len(entries):
            entry = entries[at]
            title, text = self.header.section(entry.line)
            if title and title != section:
                section = title
                if section_level:
                    self.out.append(f"{'#' * section_level} {escaped(title)} {{ #{self.anchor(re.sub(r'[^a-z0-9]+', '-', title.lower()).strip('-'))} }}")
                    here = section_level + 1
                else:
                    self.out.append(f"<p class=\"section\">{title.replace('<', '&lt;')}</p>")
                if text:
                    self.out.append(escaped(text))
            end = at + 1
            if entry.kind == "function":
                while end < len(entries) and entries[end].kind == "function" and entries[end].name == entry.name \
                        and self.header.section(entries[end].line)[0] == title:
                    end += 1
                self.functions(entries[at:end], here)
            elif entry.kind == "class":
                self.a_class(entry, 2)
            elif entry.kind == "variable" and entry.owner:
                while end < len(entries) and entries[end].kind == "variable" and self.header.section(entries[end].line)[0] == title:
                    end += 1
                self.out.append("```cpp\n" + self.header.verbatim(entry.line, entries[end - 1].last) + "\n```")
            else:  # an enum, an alias, a constant
                self.heading(here, entry.name, entry.owner)
                self.out.append("```cpp\n" + entry.code + ("" if entry.kind == "define" else ";") + "\n```")
                if entry.comment:
                    self.out.append(prose(entry.comment))
            at = end

    def a_class(self, entry, level):
        self.heading(level, entry.name)
        self.out.append(f"```cpp\n{entry.code};\n```")
        if entry.comment:
            self.out.append(prose(entry.comment))
        self.out.append(self.source(entry))
        members = sorted((m for m in entry.members if m.header_name == self.file), key=lambda m: m.line)
        self.listing(members, level + 1)
        methods = sorted({m.name for m in entry.members if m.header_name.endswith("lemma/methods.h")})
        if methods:
            self.out.append("<p class=\"section\">Operations as methods</p>")
            self.out.append("`x.softmax(-1)` is `softmax(x, -1)`: " + ", ".join(f"[`{m}`](ops.md#{m})" for m in methods) + ".")

    def write(self, pages):
        self.sources.want(Path(self.file))
        intro = self.header.intro()
        self.out = [f"# {self.short} {{ #top }}", prose(intro) if intro else "",
                    f"```cpp\n#include <lemma/{self.short}>\n```",
                    f"[lemma/{self.short}]({self.up}{self.file}.html){{ .defined }}"]
        self.listing([e for e in self.entries], 2, 2)
        to = pages / self.path
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text("\n\n".join(self.out) + "\n", encoding="utf-8")
        self.sources.api[Path(self.file)] = str(self.path.with_suffix(".html"))
        self.first = re.split(r"(?<=[.])\s|\n\n|: *\n", intro.strip() + " ")[0].replace("\n", " ").strip() if intro else ""


def write(root, pages, sources, problems):
    found = read(root, root / "build-docs/doxygen/xml")
    made = defaultdict(list)
    operations = {entry.name for entry in found["include/lemma/ops.h"]}  # those with methods
    for file in sorted(found):
        if file.endswith(("lemma/methods.h", "tensor_impl.h")):
            continue
        page = Page(root, file, found[file], sources, problems, operations)
        page.write(pages)
        folder = page.path.parts[1] if len(page.path.parts) > 2 else ""
        made[folder].append(page)
    index = ["# The reference", "Every public header, with all that it declares: formula, shapes, errors, and where it is defined. "
             "`#include <lemma/lemma.h>` includes them all. [All operations](../docs/operations.md) on one page say what PyTorch "
             "calls them."]
    navigation = []
    unknown = set(made) - set(FOLDERS)
    if unknown:
        problems.append(f"docs/site/api.py: FOLDERS does not name include/lemma/{sorted(unknown)[0]}")
    for folder, title in FOLDERS.items():
        index.append(f"## {title}")
        index.append("\n".join(f"- [{p.short}]({p.path.relative_to('api')}): {escaped(p.first)}" for p in made[folder]))
        navigation.append({title: [{p.short: str(p.path)} for p in made[folder]]})
    index.append("## Every name")
    names = sorted({(n.lower(), n, f"{p.path.relative_to('api')}#{a}") for all_pages in made.values() for p in all_pages
                    for n, owner, a in p.names if not owner})
    index.append(", ".join(f"[`{name}`]({link})" for _, name, link in names))
    (pages / "api/index.md").write_text("\n\n".join(index) + "\n", encoding="utf-8")
    (root / "build-docs/api_nav.json").write_text(json.dumps(navigation))
