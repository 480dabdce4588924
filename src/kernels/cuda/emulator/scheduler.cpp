// The scheduler.  Compile it WITHOUT -fsanitize=thread (the sanitizer hooks below are weak, so the
// one object file works in plain, ASan and TSan programs).
#include "kernels/cuda/emulator/emulator.h"
#include "fiber.h"
#include "internal.h"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

extern "C" {
__attribute__((weak)) void __sanitizer_start_switch_fiber(void**, const void*, std::size_t);
__attribute__((weak)) void __sanitizer_finish_switch_fiber(void*, const void**, std::size_t*);
__attribute__((weak)) void __asan_unpoison_memory_region(const volatile void*, std::size_t);
__attribute__((weak)) void __asan_poison_memory_region(const volatile void*, std::size_t);
__attribute__((weak)) void* __tsan_get_current_fiber();
__attribute__((weak)) void* __tsan_create_fiber(unsigned);
__attribute__((weak)) void __tsan_destroy_fiber(void*);
__attribute__((weak)) void __tsan_switch_to_fiber(void*, unsigned);
__attribute__((weak)) void __tsan_set_fiber_name(void*, const char*);
__attribute__((weak)) void __tsan_acquire(void*);
__attribute__((weak)) void __tsan_release(void*);
}

namespace emulator {

static bool tsan() { return __tsan_create_fiber != nullptr; }
static bool asan() { return __sanitizer_start_switch_fiber != nullptr && __asan_poison_memory_region != nullptr; }
static void acquire(void* p) { if (tsan()) __tsan_acquire(p); }
static void release(void* p) { if (tsan()) __tsan_release(p); }
// ThreadSanitizer as a race checker for kernels.  Every CUDA thread is a TSan thread of its own (two sets
// of them, for even and odd blocks) with a stack of its own; switching makes no happens-before edge, only
// launches, barriers and warp collectives do.  The scheduler runs as the host's TSan thread.

Options& options() {
  static Options o = [] {
    auto env = [](const char* n, int d) { const char* v = std::getenv(n); return v ? std::atoi(v) : d; };
    Options r{env("LEMMA_EMULATOR_WORKERS", 1), env("LEMMA_EMULATOR_ORDER", 0), static_cast<unsigned>(env("LEMMA_EMULATOR_SEED", 1)),
              env("LEMMA_EMULATOR_ASYNC", 0) != 0, env("LEMMA_EMULATOR_POISON", 1) != 0, env("LEMMA_EMULATOR_HOST_GUARD", 1) != 0,
              env("LEMMA_EMULATOR_EARLY_EXIT", 0) != 0, env("LEMMA_EMULATOR_BETWEEN_BLOCKS", 0) != 0};
    if (r.workers == 0) r.workers = static_cast<int>(std::thread::hardware_concurrency());
    if (asan() || tsan()) r.workers = 1;
    return r;
  }();
  return o;
}

namespace {

const char* const op_name[] = {"__shfl_sync", "__ballot_sync/__any_sync/__all_sync", "__match_sync",
                               "__reduce_sync", "__syncwarp", "mma", "ldmatrix"};

struct Launch {
  dim3 grid, block;
  std::size_t shared_bytes;
  Loc where;
  Body body;
  // TSan: addresses that stand for the launch, its end, and each block's barrier in odd and even rounds.
  std::unique_ptr<char[]> sync;
  void* start_sync() const { return sync.get(); }
  void* end_sync() const { return sync ? sync.get() + 1 : nullptr; }
  void* bar_sync(unsigned block, unsigned round) const { return sync ? sync.get() + 2 + 2 * std::size_t{block} + (round & 1) : nullptr; }
};

struct Worker;
struct Slot {  // a fiber and its stack
  explicit Slot(Worker* w_, std::size_t bytes) : w(w_), stack(bytes ? new fiber::Stack(bytes) : nullptr) {}
  Worker* w;
  std::unique_ptr<fiber::Stack> stack;
  fiber::Context ctx;
  const void* lo = nullptr;  // ASan
  std::size_t size = 0;
  void* fake = nullptr;
};

enum class St : std::uint8_t { unborn, running, ready, barrier, warp, done };
struct Thread {  // 32 bytes: a block of 1024 stays in cache
  uint3 idx;
  St st;
  Slot* slot;
};
struct Where { Loc loc; const char* what; unsigned mask; };  // for error messages
struct Copies {  // cp.async: committed groups, and the open one
  struct Copy { void* d; const void* s; std::size_t n; };
  std::vector<std::vector<Copy>> groups;
  std::vector<Copy> open;
};
struct Collective { unsigned mask, arrived; Op op; void (*compute)(unsigned, void* const*); void* lane[32]; };
struct Warp { unsigned live, pending; Collective c[32]; };  // disjoint masks: at most one a lane
struct SharedVar { const void* key; void* p; std::size_t bytes; };

struct Worker {
  const Launch* L = nullptr;
  Slot main{this, 0};
  Slot* cur_slot = &main;
  Slot* prev_slot = &main;
  std::vector<std::unique_ptr<Slot>> slots;
  std::vector<Slot*> free_slots;
  std::vector<Thread> th;
  std::vector<Where> where;
  std::vector<Copies> copies;
  dim3 shape{0, 0, 0};
  std::vector<Warp> warps;
  std::vector<unsigned> order, ready;  // ready: ring buffer
  unsigned n = 0, next = 0, done = 0, head = 0, tail = 0, cur = 0;
  unsigned at_barrier = 0, round = 0;
  int acc_count[2], acc_or[2], acc_and[2];
  unsigned block_no = 0;
  bool copies_used = false;
  std::string error;
  std::vector<SharedVar> shared;
  std::size_t shared_total = 0;
  void* dyn = nullptr;
  void* tsan_host = nullptr;
  std::vector<void*> tsan_ctx, graveyard;
  std::vector<Slot*> tsan_slot;
  std::mt19937 rng;

  ~Worker() { free_shared(); }
  void run_block(unsigned no);
  void jump(Slot* to);
  void away(Slot* self, bool new_first = false);
  void set_current(unsigned t);
  void fail(std::string why, const Loc* at);
  void finish_thread(unsigned t);
  void release_barrier();
  void try_complete(Warp& w, unsigned warp_no);
  std::string report() const;
  void free_shared();
  void make_ready(unsigned t) { th[t].st = St::ready; ready[tail] = t; tail = tail + 1 == n + 1 ? 0 : tail + 1; }
  Slot* new_slot();
  void start(Slot* s);
  unsigned tsan_no(unsigned t) const { return (block_no & 1) * 1024 + t; }
  void to_host() { if (tsan()) __tsan_switch_to_fiber(tsan_host, 1); }               // 1: no happens-before
  void to_thread() { if (tsan()) __tsan_switch_to_fiber(tsan_ctx[tsan_no(cur)], 1); }
};

thread_local Worker tls_worker;
constinit thread_local Worker* active = nullptr;  // no initialisation guard: this is on the hot path
[[noreturn, gnu::cold, gnu::noinline]] void outside(const char* what) {
  throw error(std::string("emulated device: ") + what + " called outside a kernel");
}
inline Worker& worker_in_kernel(const char* what) {
  if (!active) [[unlikely]] outside(what);
  return *active;
}

std::string show(const uint3& i) {
  return "(" + std::to_string(i.x) + "," + std::to_string(i.y) + "," + std::to_string(i.z) + ")";
}
std::string show(const Loc& l) { return std::string(l.file) + ":" + std::to_string(l.line); }
bool same(const Loc& a, const Loc& b) { return a.line == b.line && (a.file == b.file || !std::strcmp(a.file, b.file)); }

void slot_entry(void* arg) {
  Slot* s = static_cast<Slot*>(arg);
  Worker& w = *s->w;
  if (__sanitizer_finish_switch_fiber) {
    const void* lo; std::size_t size;
    __sanitizer_finish_switch_fiber(nullptr, &lo, &size);
    if (w.prev_slot == &w.main) w.main.lo = lo, w.main.size = size;
  }
  for (;;) {
    // A thread that never waits runs here from start to end, one after another, with no switch.
    while (w.next < w.n && w.error.empty() && (!tsan() || w.tsan_slot[w.tsan_no(w.order[w.next])] == s)) {
      unsigned t = w.order[w.next++];
      Thread& me = w.th[t];
      me.slot = s, me.st = St::running;
      w.set_current(t);
      acquire(w.L->start_sync());
      try {
        w.L->body.call(w.L->body.args.get());
      } catch (const std::exception& e) {
        w.fail(std::string("exception in kernel: ") + e.what(), nullptr);
      }
      release(w.L->end_sync());
      w.to_host();
      w.finish_thread(t);
    }
    w.free_slots.push_back(s);
    w.away(s);
  }
}

void Worker::jump(Slot* to) {
  Slot* from = cur_slot;
  prev_slot = from;
  cur_slot = to;
  if (__sanitizer_start_switch_fiber) __sanitizer_start_switch_fiber(&from->fake, to->lo, to->size);
  fiber::jump(from->ctx, to->ctx);
  if (__sanitizer_finish_switch_fiber) __sanitizer_finish_switch_fiber(from->fake, nullptr, nullptr);
}

Slot* Worker::new_slot() {
  slots.push_back(std::make_unique<Slot>(this, asan() || tsan() ? 256 << 10 : 64 << 10));
  Slot* s = slots.back().get();
  s->lo = s->stack->lo(), s->size = s->stack->size();
  start(s);
  return s;
}

// The tops of the stacks are spread over a page, or they would all want the same cache set.
void Worker::start(Slot* s) {
  std::size_t i = static_cast<std::size_t>(std::find_if(slots.begin(), slots.end(), [s](auto& p) { return p.get() == s; }) - slots.begin());
  fiber::make(s->ctx, s->stack->lo(), s->stack->size() - i % 15 * 256, slot_entry, s);
}

// Leave a fiber that can't go on: to a thread that can, else to a fresh fiber for the threads not yet
// started, else back to run_block.
void Worker::away(Slot* self, bool new_first) {
  if (error.empty()) {
    if (head != tail && !(new_first && next < n)) {
      unsigned t = ready[head];
      head = head + 1 == n + 1 ? 0 : head + 1;
      th[t].st = St::running;
      set_current(t);
      if (th[t].slot != self) jump(th[t].slot);
      return;
    }
    if (next < n) {
      Slot* s;
      if (tsan()) {
        s = tsan_slot[tsan_no(order[next])];
      } else if (free_slots.empty()) {
        s = new_slot();
      } else {
        s = free_slots.back();
        free_slots.pop_back();
      }
      jump(s);
      return;
    }
  }
  jump(&main);
}

void Worker::set_current(unsigned t) {
  cur = t;
  threadIdx = th[t].idx;
  to_thread();
}

void Worker::fail(std::string why, const Loc* at) {
  error = "emulated device: " + why + "\n  in block " + show(blockIdx) + ", thread " + show(th[cur].idx);
  if (at) error += ", at " + show(*at);
}

void Worker::finish_thread(unsigned t) {
  th[t].st = St::done;
  ++done;
  Warp& w = warps[t / 32];
  w.live &= ~(1u << (t % 32));
  if (w.pending) try_complete(w, t / 32);
  if (at_barrier && at_barrier + done == n && options().early_exit) release_barrier();
}

void Worker::release_barrier() {
  acc_count[(round + 1) & 1] = acc_or[(round + 1) & 1] = 0;
  acc_and[(round + 1) & 1] = 1;
  ++round;
  at_barrier = 0;
  for (unsigned i = 0; i < n; ++i)
    if (th[order[i]].st == St::barrier) make_ready(order[i]);
}

// Run every collective of the warp whose lanes are all there; the waiting lanes become ready.
void Worker::try_complete(Warp& w, unsigned warp_no) {
  for (unsigned i = 0; i < w.pending; ++i) {
    Collective& c = w.c[i];
    if (c.arrived != (c.mask & w.live)) continue;
    void* lanes[32];  // volatile: no memcpy call, which TSan would see
    for (int l = 0; l < 32; ++l) const_cast<void* volatile&>(lanes[l]) = c.arrived >> l & 1 ? c.lane[l] : nullptr;
    to_thread();
    acquire(&w);
    c.compute(c.arrived, lanes);
    release(&w);
    to_host();
    for (unsigned t = warp_no * 32, l = 0; l < 32; ++l, ++t)
      if ((c.arrived >> l & 1) && th[t].st == St::warp) make_ready(t);
    if (--w.pending != i) w.c[i] = w.c[w.pending];
    --i;
  }
}

std::string Worker::report() const {
  std::string r;
  for (unsigned a = 0; a < n;) {
    unsigned b = a;
    auto like = [&](unsigned x) { return th[x].st == th[a].st && (th[a].st == St::done || same(where[x].loc, where[a].loc)); };
    while (b < n && like(b)) ++b;
    r += "\n  threads " + std::to_string(a) + ".." + std::to_string(b - 1) + ": ";
    switch (th[a].st) {
      case St::unborn: r += "not started"; break;
      case St::running: r += "running"; break;
      case St::ready: r += "ready"; break;
      case St::barrier: r += "wait at __syncthreads, " + show(where[a].loc); break;
      case St::warp: {
        char m[16];
        std::snprintf(m, sizeof m, "%08x", where[a].mask);
        r += std::string("wait at ") + where[a].what + " mask 0x" + m + ", " + show(where[a].loc);
        break;
      }
      case St::done: r += "have left the kernel"; break;
    }
    a = b;
  }
  return r;
}

void Worker::free_shared() {
  auto drop = [&](void* p) { if (tsan()) graveyard.push_back(p); else std::free(p); };  // TSan: free is a write
  for (auto& v : shared) drop(v.p);
  shared.clear();
  shared_total = 0;
  drop(dyn);
  dyn = nullptr;
}

void Worker::run_block(unsigned no) {
  const dim3 g = L->grid, b = L->block;
  blockIdx = {no % g.x, no / g.x % g.y, no / (g.x * g.y)};
  blockDim = b, gridDim = g;
  block_no = no;
  unsigned count = b.x * b.y * b.z;
  if (b.x != shape.x || b.y != shape.y || b.z != shape.z) {
    shape = b, n = count;
    th.resize(n), where.resize(n), copies.resize(n), order.resize(n), ready.resize(n + 1), warps.resize((n + 31) / 32);
    for (unsigned t = 0; t < n; ++t) th[t].idx = {t % b.x, t / b.x % b.y, t / (b.x * b.y)};
    std::iota(order.begin(), order.end(), 0u);
    if (options().order == 1) std::reverse(order.begin(), order.end());
  }
  for (auto& t : th) t.st = St::unborn;
  for (unsigned w = 0; w < warps.size(); ++w) {
    unsigned lanes = std::min(32u, n - 32 * w);
    warps[w].live = lanes == 32 ? ~0u : (1u << lanes) - 1;
    warps[w].pending = 0;
  }
  if (copies_used) copies.assign(n, {}), copies_used = false;
  if (options().order == 2) rng.seed(options().seed + no), std::shuffle(order.begin(), order.end(), rng);
  next = done = head = tail = at_barrier = round = 0;
  acc_count[0] = acc_or[0] = 0, acc_and[0] = 1;
  error.clear();
  free_shared();
  if (L->shared_bytes) {
    shared_total = L->shared_bytes;
    if (posix_memalign(&dyn, 128, L->shared_bytes)) throw std::bad_alloc();
    if (options().poison) std::memset(dyn, 0xff, L->shared_bytes);
  }
  if (tsan()) {
    tsan_host = __tsan_get_current_fiber();
    tsan_ctx.resize(2048), tsan_slot.resize(2048);
    for (unsigned t = 0; t < n; ++t)
      if (unsigned i = tsan_no(t); !tsan_ctx[i]) {
        if (!tsan_slot[i]) tsan_slot[i] = new_slot();
        tsan_ctx[i] = __tsan_create_fiber(0);
        __tsan_set_fiber_name(tsan_ctx[i], ("CUDA thread " + std::to_string(t) + (no & 1 ? ", odd block" : ", even block")).c_str());
      }
    if (!options().between_blocks) acquire(L->end_sync());
    release(L->start_sync());
  }
  active = this;
  away(&main);  // returns when no thread can go on
  active = nullptr;
  if (error.empty() && done < n) {
    cur = 0;
    error = "emulated device: deadlock: not every thread reached the same barrier\n  in block " + show(blockIdx) + report();
  }
  if (!error.empty()) {  // abandon the stacks of the threads that will never finish
    for (auto& ctx : tsan_ctx) {
      if (!ctx) continue;
      __tsan_switch_to_fiber(ctx, 1);
      release(L->end_sync());
      to_host();
      __tsan_destroy_fiber(ctx);
      ctx = nullptr;
    }
    free_slots.clear();
    for (auto& s : slots) {
      if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(s->stack->lo(), s->stack->size());
      s->fake = nullptr;
      start(s.get());
      free_slots.push_back(s.get());
    }
  }
}

}  // namespace

// ---------------------------------------------------------------- called by kernels
int lane_id() {
  Worker& w = worker_in_kernel("a warp function");
  return static_cast<int>(w.cur % 32);
}

int block_barrier(int p, int* out_or, int* out_and, Loc loc) {
  Worker& w = worker_in_kernel("__syncthreads");
  Thread& t = w.th[w.cur];
  unsigned r = w.round & 1;
  void* sync = w.L->bar_sync(w.block_no, r);
  release(sync);
  w.to_host();
  Where& wh = w.where[w.cur];
  wh.loc.file = loc.file, wh.loc.line = loc.line, wh.what = "__syncthreads", wh.mask = 0;
  if (w.at_barrier) {
    for (unsigned i = 0; i < w.n; ++i)  // first waiting thread (cheap: it is among the first)
      if (w.th[w.order[i]].st == St::barrier) {
        if (!same(w.where[w.order[i]].loc, loc)) {
          w.fail("__syncthreads reached at different places: thread " + show(w.th[w.order[i]].idx) + " waits at " +
                     show(w.where[w.order[i]].loc), &loc);
          w.away(w.cur_slot);
        }
        break;
      }
  }
  if (w.done && !options().early_exit) {
    w.fail("__syncthreads after some threads of the block have left the kernel" + w.report(), &loc);
    w.away(w.cur_slot);
  }
  w.acc_count[r] += p != 0, w.acc_or[r] |= p != 0, w.acc_and[r] &= p != 0;
  t.st = St::barrier;
  ++w.at_barrier;
  if (w.at_barrier + w.done == w.n) w.release_barrier();
  w.away(w.cur_slot);
  acquire(sync);
  if (out_or) *out_or = w.acc_or[r];
  if (out_and) *out_and = w.acc_and[r];
  return w.acc_count[r];
}

void warp_collective(unsigned mask, Op op, void* mine, void (*compute)(unsigned, void* const*), Loc loc) {
  Worker& w = worker_in_kernel("a warp function");
  unsigned lane = w.cur % 32;
  Warp& wp = w.warps[w.cur / 32];
  release(&wp);
  w.to_host();
  const char* what = op_name[static_cast<int>(op)];
  auto bad = [&](const char* why) { w.fail(std::string(what) + ": " + why, &loc); w.away(w.cur_slot); };
  if (!(mask >> lane & 1)) bad("the calling lane is not in the mask");
  Collective* c = nullptr;
  for (unsigned i = 0; i < wp.pending; ++i)
    // Others may wait with other, even overlapping, masks; with this mask they must wait in the same operation.
    if (Collective& p = wp.c[i]; p.mask == mask) {
      if (p.op != op) bad("other lanes of the warp wait with the same mask in a different operation");
      c = &p;
    }
  if (!c) {
    c = &wp.c[wp.pending++];
    c->mask = mask, c->arrived = 0, c->op = op, c->compute = compute;
  }
  c->arrived |= 1u << lane;
  c->lane[lane] = mine;
  if (c->arrived == (mask & wp.live)) {
    w.try_complete(wp, w.cur / 32);  // this lane is still running: it goes on without a switch
    w.to_thread();
    return;
  }
  Where& wh = w.where[w.cur];  // member by member: a copy through the stack stalls
  wh.loc.file = loc.file, wh.loc.line = loc.line, wh.what = what, wh.mask = mask;
  w.th[w.cur].st = St::warp;
  w.away(w.cur_slot);
  acquire(&wp);
}

void yield() {
  Worker& w = worker_in_kernel("yield");
  w.to_host();
  w.make_ready(w.cur);
  w.away(w.cur_slot, true);
}

void trap(const std::string& why, Loc loc) {
  Worker& w = worker_in_kernel("trap");
  w.to_host();
  w.fail(why, &loc);
  w.away(w.cur_slot);
  std::abort();
}

void* dynamic_shared() { return worker_in_kernel("dynamic shared memory").dyn; }
std::size_t dynamic_shared_bytes() { return worker_in_kernel("dynamic shared memory").L->shared_bytes; }

void* shared_var(const void* key, std::size_t bytes, std::size_t align, const char* name) {
  Worker& w = worker_in_kernel("shared memory");
  for (auto& v : w.shared)
    if (v.key == key) {
      acquire(v.p);
      return v.p;
    }
  w.to_host();
  w.shared_total += bytes;
  if (w.shared_total - w.L->shared_bytes > 48 << 10)
    trap(std::string("static shared memory over 48 KiB, at variable ") + name, w.L->where);
  void* p;
  if (posix_memalign(&p, std::max<std::size_t>(align, 16), bytes)) throw std::bad_alloc();
  if (options().poison) std::memset(p, 0xff, bytes);
  w.shared.push_back({key, p, bytes});
  release(p);
  w.to_thread();
  acquire(p);
  return p;
}

void async_copy(void* d, const void* s, std::size_t n) {
  Worker& w = worker_in_kernel("cp.async");
  if (n != 4 && n != 8 && n != 16) trap("cp.async copies 4, 8 or 16 bytes");
  if (reinterpret_cast<std::uintptr_t>(d) % n || reinterpret_cast<std::uintptr_t>(s) % n) trap("cp.async: misaligned address");
  w.copies_used = true;
  w.copies[w.cur].open.push_back({d, s, n});
}
void async_commit() {
  Worker& w = worker_in_kernel("cp.async");
  Copies& t = w.copies[w.cur];
  t.groups.push_back(std::move(t.open));
  t.open.clear();
}
void async_wait(unsigned keep) {
  Worker& w = worker_in_kernel("cp.async");
  Copies& t = w.copies[w.cur];
  while (t.groups.size() > keep) {
    for (auto& c : t.groups.front()) std::memcpy(c.d, c.s, c.n);
    t.groups.erase(t.groups.begin());
  }
}

void emulator_where() {
  if (!active) { std::fprintf(stderr, "not in a kernel\n"); return; }
  Worker& w = *active;
  std::fprintf(stderr, "block %s thread %s of a kernel launched at %s%s\n", show(blockIdx).c_str(),
               show(threadIdx).c_str(), show(w.L->where).c_str(), w.report().c_str());
}

// ---------------------------------------------------------------- launch
namespace {
// Worker threads take blocks from a counter.  Started at the first launch that can use them.
class Pool {
 public:
  void run(unsigned blocks, const Launch& l, std::string* err) {
    std::unique_lock lk(m_);
    while (static_cast<int>(threads_.size()) < options().workers - 1) threads_.emplace_back([this] { serve(); });
    blocks_ = blocks, next_ = 0, launch_ = &l, error_.clear();
    ++generation_, active_ = static_cast<int>(threads_.size());
    cv_.notify_all();
    lk.unlock();
    work();
    lk.lock();
    done_.wait(lk, [&] { return active_ == 0; });
    *err = error_;
  }
  ~Pool() {
    { std::lock_guard lk(m_); stop_ = true; }
    cv_.notify_all();
    for (auto& t : threads_) t.join();
  }

 private:
  void work() {
    Worker& w = tls_worker;
    w.L = launch_;
    for (unsigned b; (b = next_.fetch_add(1)) < blocks_;) {
      w.run_block(b);
      if (!w.error.empty()) {
        std::lock_guard lk(m_);
        if (error_.empty()) error_ = w.error;
        next_ = blocks_;
      }
    }
  }
  void serve() {
    unsigned seen = 0;
    for (std::unique_lock lk(m_);;) {
      cv_.wait(lk, [&] { return stop_ || generation_ != seen; });
      if (stop_) return;
      seen = generation_;
      lk.unlock();
      work();
      lk.lock();
      if (--active_ == 0) done_.notify_one();
    }
  }
  std::mutex m_;
  std::condition_variable cv_, done_;
  std::vector<std::thread> threads_;
  const Launch* launch_ = nullptr;
  std::atomic<unsigned> next_{0};
  unsigned blocks_ = 0, generation_ = 0;
  int active_ = 0;
  bool stop_ = false;
  std::string error_;
};
std::mutex launch_mutex;
std::map<const void*, std::size_t> max_dynamic;
}  // namespace

std::string show(const LaunchConfig& c) {
  auto dims = [](const dim3& d) { return "(" + std::to_string(d.x) + "," + std::to_string(d.y) + "," + std::to_string(d.z) + ")"; };
  return std::string("kernel \"") + c.name + "\" grid " + dims(c.grid) + " block " + dims(c.block) + " launched at " + show(c.where);
}

void set_max_dynamic(const void* fn, std::size_t n) { max_dynamic[fn] = n; }

void launch_erased(const LaunchConfig& c, const void* fn, Body body) {
  auto bad = [&](const std::string& why) { set_last_error(cudaErrorInvalidConfiguration); throw error("emulated device: " + why + "\n  " + show(c)); };
  if (active) bad("launch from inside a kernel");
  std::uint64_t threads = std::uint64_t{c.block.x} * c.block.y * c.block.z;
  if (!threads || threads > 1024 || c.block.z > 64) bad("block of " + std::to_string(threads) + " threads");
  if (!c.grid.x || !c.grid.y || !c.grid.z || c.grid.x > 0x7fffffffu || c.grid.y > 65535 || c.grid.z > 65535)
    bad("grid (" + std::to_string(c.grid.x) + "," + std::to_string(c.grid.y) + "," + std::to_string(c.grid.z) + ") out of range");
  std::size_t limit = 48 << 10;
  if (auto it = max_dynamic.find(fn); it != max_dynamic.end()) limit = it->second;
  if (c.shared_bytes > limit) bad(std::to_string(c.shared_bytes) + " bytes of dynamic shared memory, limit " + std::to_string(limit) +
                                  " (see cudaFuncAttributeMaxDynamicSharedMemorySize)");
  submit(c.stream, [c, body = std::move(body)] {
    std::lock_guard lk(launch_mutex);
    Launch l{c.grid, c.block, c.shared_bytes, c.where, body, {}};
    unsigned blocks = c.grid.x * c.grid.y * c.grid.z;
    if (tsan()) l.sync.reset(new char[2 * std::size_t{blocks} + 2]);
    std::string err;
    host_guard(false);
    if (options().workers > 1 && blocks > 1) {
      static Pool pool;
      pool.run(blocks, l, &err);
    } else {
      Worker& w = tls_worker;
      w.L = &l;
      for (unsigned b = 0; b < blocks && err.empty(); ++b) {
        w.run_block(options().order == 1 ? blocks - 1 - b : b);
        err = w.error;
      }
    }
    host_guard(true);
    acquire(l.end_sync());
    for (void* p : tls_worker.graveyard) std::free(p);
    tls_worker.graveyard.clear();
    if (!err.empty()) {
      set_last_error(cudaErrorLaunchFailure);
      throw error(err + "\n  " + show(c));
    }
  });
}

}  // namespace emulator
