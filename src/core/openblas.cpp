#include "core/openblas.h"

#include <dlfcn.h>

#include <cstdlib>
#include <string>

#include <fmt/format.h>

#include "lemma/core/error.h"

namespace lemma {
namespace {

// An environment variable with another value while it lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* now = std::getenv(name)) before_ = now, was_set_ = true;
    ::setenv(name, value, 1);
  }
  ~Variable() {
    if (was_set_)
      ::setenv(name_, before_.c_str(), 1);
    else
      ::unsetenv(name_);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::string before_;
  bool was_set_ = false;
};

struct Loaded {
  OpenBlas functions{};
  std::string problem;

  Loaded() {
    const Variable one("OPENBLAS_NUM_THREADS", "1");  // it is read once, when the library is loaded
    void* library = nullptr;
    for (const char* name : {"libopenblas.so.0", "libopenblas.so", LEMMA_OPENBLAS})
      if (!library) library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
      const char* why = ::dlerror();
      problem = why ? why : "it was not found";
      return;
    }
    find(library, "cblas_sgemm", functions.sgemm);
    find(library, "cblas_dgemm", functions.dgemm);
    find(library, "cblas_sgemv", functions.sgemv);
    find(library, "cblas_dgemv", functions.dgemv);
    find(library, "openblas_get_config", functions.config);
    find(library, "openblas_get_corename", functions.core_name);
    void (*set_num_threads)(int) = nullptr;  // where the program had loaded it before
    find(library, "openblas_set_num_threads", set_num_threads);
    if (problem.empty()) set_num_threads(1);
  }

  template <class F>
  void find(void* library, const char* name, F& function) {
    function = reinterpret_cast<F>(::dlsym(library, name));
    if (!function) problem = fmt::format("it has no function {}", name);
  }
};

const Loaded& loaded() {
  static const Loaded once;
  return once;
}

// At the start of the program: later, another thread might read the environment just then.
[[maybe_unused]] const Loaded& at_start = loaded();

}  // namespace

const OpenBlas& openblas() {
  const Loaded& it = loaded();
  if (!it.problem.empty())
    throw Error("matmul", "OpenBLAS cannot be loaded: " + it.problem + "; 'apt-get install libopenblas0' installs it");
  return it.functions;
}

}  // namespace lemma
