#pragma once
/// The threads behind parallel_for. A loop waits only for the parts that somebody has begun, never for a thread that
/// the system has not woken: on a busy machine the caller does all the work itself, at the speed of one thread.

#include <cstdint>

namespace lemma::kernels::cpu {

/// True on a thread that is inside a part: loops there run on that thread alone.
bool inside_parallel_part();

/// Calls part(context, i) for each i in [0, parts), on the caller and at most threads - 1 helpers, and returns when all
/// are done. If another thread's loop has the helpers, the caller works alone. `part` must not throw.
void run_parts(int threads, int64_t parts, void (*part)(const void* context, int64_t i), const void* context);

}  // namespace lemma::kernels::cpu
