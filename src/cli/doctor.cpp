// lemma doctor: what this program was built from, which devices there are, and whether they compute correctly.
#include <unistd.h>

#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/cli.h"
#include "cli/doctor_checks.h"
#include "lemma/core/error.h"
#include "lemma/ops.h"
#include "lemma/viz/terminal.h"

namespace lemma::cli {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Report& report) {
  Json facts = Json::object(), devices = Json::array();
  for (const auto& [name, value] : report.facts) facts[name] = value;
  for (const DeviceReport& device : report.devices) {
    Json checks = Json::array();
    for (const Check& check : device.checks)
      checks.push_back({{"name", check.name}, {"ok", check.ok}, {"problem", check.problem}});
    devices.push_back({{"name", device.name}, {"properties", device.properties}, {"checks", checks}});
  }
  return {{"facts", facts}, {"no_cuda", report.no_cuda}, {"devices", devices}, {"ok", report.ok()}};
}

void print(const Report& report) {
  const bool colour = viz::shows_colour(STDOUT_FILENO);
  const auto paint = [&](const char* code, const std::string& text) {
    return colour ? fmt::format("\033[{}m{}\033[0m", code, text) : text;
  };
  for (const auto& [name, value] : report.facts) print_wrapped(fmt::format("  {:<11} {}", name, value));
  for (const DeviceReport& device : report.devices) {
    const std::string name = device.properties.empty() ? device.name : fmt::format("{:<13} ", device.name);
    print_line("\n" + paint("1", name) + device.properties);
    for (const Check& check : device.checks)
      print_line(fmt::format("  {} {}", check.ok ? paint("32", "ok    ") : paint("31", "FAILED"),
                             check.problem.empty() ? check.name : fmt::format("{:<15} {}", check.name, check.problem)));
  }
  if (!report.no_cuda.empty()) print_wrapped(fmt::format("\n{:<13} none: {}", "cuda", report.no_cuda));
  print_line(report.ok() ? "\nAll is well." : "\nSome checks failed: see the lines marked FAILED.");
}

}  // namespace

void add_doctor(CLI::App& app, Action& action, const train::Tasks&) {
  CLI::App* command = app.add_subcommand(
      "doctor", "Show devices, versions and threads, and check within a second that every device computes correctly");
  command->footer("Exit status 0 when all is well, 1 when a check fails.");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "one JSON object, for programs and for bug reports");
  add_threads(*command);
  command->callback([json, &action] {
    action = [json] {
      try {  // a setting that makes no sense is bad input, not a device that computes wrongly
        empty({1}, {.device = Device::best()});
      } catch (const ValueError&) {
        throw;
      } catch (const Error&) {  // the checks will say
      }
      const Report report = examine();
      if (*json)
        print_line(json_of(report).dump(-1, ' ', false, Json::error_handler_t::replace));
      else
        print(report);
      return report.ok() ? 0 : 1;
    };
  });
}

}  // namespace lemma::cli
