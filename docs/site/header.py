"""A C++ header as its author wrote it: declarations, and the comments that belong to them."""
import re


class Header:
    def __init__(self, path):
        self.lines = [""] + path.read_text(encoding="utf-8").split("\n")  # counted from 1

    def intro(self):
        """The comment at the top, which says what the header is."""
        at, out = 1, []
        while at < len(self.lines) and not self.lines[at].startswith("///"):
            if self.lines[at].strip() and not self.lines[at].startswith("#pragma"):
                return ""
            at += 1
        while at < len(self.lines) and self.lines[at].startswith("///"):
            out.append(self.lines[at][3:].removeprefix(" "))
            at += 1
        return "\n".join(out)

    def section(self, line):
        """Title and text of the nearest `// ---- title ----` above, at the indent of this line."""
        line = self.start(line)
        indent = len(self.lines[line]) - len(self.lines[line].lstrip())
        for at in range(line, 0, -1):
            found = re.match(r"^( *)// ---- (.*?) ----$", self.lines[at])
            if found and len(found[1]) == indent:
                text = []
                for more in self.lines[at + 1:]:
                    if not re.match(r"^ *// ", more):
                        break
                    text.append(more.strip()[3:])
                return found[2].rstrip("."), " ".join(text)
            inner = self.lines[at].strip()
            if indent and self.lines[at][:indent].strip() and not inner.endswith(":") and not inner.startswith(("#", "//")):
                break  # the head of the class
        return None, ""

    def start(self, line):
        """The first line of the declaration that has this line."""
        while line > 1:
            above = self.lines[line - 1].split("//")[0].rstrip()
            if not above.strip() or above.endswith((";", "{", "}", ":")) or above.lstrip().startswith("#"):
                break
            line -= 1
        return line

    def declaration(self, line, kind):
        """Its text without the body, its comment, and its last line."""
        first = self.start(line)
        text, comment, at, depth, done = [], [], first, 0, False
        while at < len(self.lines) and not done:
            code, mark, note = self.lines[at].partition("//")
            if mark and code.count('"') % 2 == 0 and note.startswith("/<"):
                comment.append(note[2:].strip())
            elif mark and code.count('"') % 2:
                code = self.lines[at]
            kept = ""
            for i, c in enumerate(code):
                depth += (c in "([") - (c in ")]")
                if kind == "enum":
                    depth += (c == "{") - (c == "}")
                ends = c == ";" or (c == "{" and kind not in ("enum", "variable", "typedef"))
                initialises = c == ":" and code[i - 1] == " " and code[i + 1:i + 2] == " " and re.search(r"[)t]\s*$", " ".join([*text, kept]))
                if depth == 0 and (ends or (kind == "function" and initialises)):
                    done = True
                    break
                kept += c
            text.append(kept.rstrip())
            at += 1
        last = at - 1
        while at < len(self.lines) and self.lines[at].strip().startswith("///<"):
            comment.append(self.lines[at].strip()[4:].strip())
            at += 1
        above = []
        at = first - 1
        while at > 0 and re.match(r"^ *///(?!<)", self.lines[at]):
            above.insert(0, self.lines[at].strip()[3:].removeprefix(" "))
            at -= 1
        indent = len(self.lines[first]) - len(self.lines[first].lstrip())
        code = "\n".join(part[indent:] if part[:indent].isspace() else part for part in text if part.strip()).rstrip()
        code = re.sub(r"\b(virtual|explicit|inline|friend|extern) ", lambda m: "" if m[1] in ("inline",) else m[0], code)
        return code, "\n".join(above + comment), last

    def one_line(self, line):
        """A function that is defined on one line, or nothing."""
        start = self.start(line)
        text = self.lines[start].split(" // ")[0].strip()
        return text if start == line and text.endswith("}") and "{" in text else ""

    def verbatim(self, first, last):
        """Lines as they stand, with the comment above them."""
        first = self.start(first)
        while re.match(r"^ *///(?!<)", self.lines[first - 1]):
            first -= 1
        while last + 1 < len(self.lines) and self.lines[last + 1].strip().startswith("///<"):
            last += 1
        indent = len(self.lines[first]) - len(self.lines[first].lstrip())
        return "\n".join(line[indent:] for line in self.lines[first:last + 1]).strip("\n")
