// A module as text, as PyTorch writes it.
#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <ostream>
#include <typeinfo>

#include "lemma/nn/container.h"
#include "nn/print.h"

namespace lemma::nn {

std::string python(double value) {
  const std::string text = fmt::format("{}", value);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

std::string python(const Shape& shape) {
  std::string text = shape.str();
  if (shape.rank() == 1) text.insert(text.size() - 1, ",");
  return text;
}

std::string Module::type_name() const {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> demangled(
      abi::__cxa_demangle(typeid(*this).name(), nullptr, nullptr, &status), std::free);
  std::string name = status == 0 ? demangled.get() : typeid(*this).name();
  if (name.ends_with('>')) {  // template arguments
    int depth = 0;
    size_t at = name.size();
    do {
      --at;
      depth += name[at] == '>' ? 1 : name[at] == '<' ? -1 : 0;
    } while (depth > 0 && at > 0);
    name.resize(at);
  }
  const size_t colons = name.rfind("::");
  return colons == std::string::npos ? name : name.substr(colons + 2);
}

namespace {

std::string indented(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '\n' ? std::string("\n  ") : std::string(1, c);
  return result;
}

std::string framed(const std::string& name, const std::vector<std::string>& lines) {
  std::string text = name + "(";
  for (const std::string& line : lines) text += "\n  " + indented(line);
  return text + (lines.empty() ? ")" : "\n)");
}

}  // namespace

std::string Module::str() const {
  check_members();
  const std::string extra = extra_repr();
  if (children_.empty() && extra.find('\n') == std::string::npos) return type_name() + "(" + extra + ")";
  std::vector<std::string> lines;
  if (!extra.empty()) lines.push_back(extra);
  for (const auto& [name, child] : children_) lines.push_back("(" + name + "): " + child->str());
  return framed(type_name(), lines);
}

std::string list_str(const std::string& name, const std::vector<std::string>& items) {
  std::vector<std::string> lines;
  for (size_t first = 0, last; first < items.size(); first = last) {
    for (last = first + 1; last < items.size() && items[last] == items[first];) ++last;
    const size_t count = last - first;
    lines.push_back(count == 1 ? fmt::format("({}): {}", first, items[first])
                               : fmt::format("({}-{}): {} x {}", first, last - 1, count, items[first]));
  }
  return framed(name, lines);
}

std::ostream& operator<<(std::ostream& out, const Module& module) { return out << module.str(); }

}  // namespace lemma::nn
