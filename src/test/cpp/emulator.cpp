#include "emulator.h"

#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace emulator {

Thread* current;

namespace {

// A switch of stacks is most of the work. GCC's and Clang's own way saves only what must be saved.
#if defined(__x86_64__)
typedef void* Registers[5];
#define SAVE(registers) __builtin_setjmp(registers)
#define RESTORE(registers) __builtin_longjmp(registers, 1)
#else
typedef jmp_buf Registers;
#define SAVE(registers) _setjmp(registers)
#define RESTORE(registers) _longjmp(registers, 1)
#endif

constexpr size_t STACK = 64 * 1024;
constexpr unsigned WARP = 32;
constexpr unsigned GUARD = 1024;  // bytes before and behind shared memory that nobody may write
constexpr unsigned VECTOR_BYTES = 16;
constexpr unsigned REMOTE = 1u << 24;  // from there on, addresses in other blocks
constexpr unsigned char POISON = 0xff;  // not a number in every element type

struct Block;
struct Warp;

struct Vector {
  unsigned to;
  const void* from;
};

struct Fiber : Thread {
  std::vector<Vector> copying;  // since it last said where to arrive, or ended a group
  bool early = false;           // those move at once
  std::vector<std::vector<Vector>> groups;  // not waited for yet
  Block* of;
  Warp* warp;
  const char* waitsFor = "";
  bool started = false;
  Registers registers;
  ucontext_t start;
  void* stack;

  Fiber() {
    stack = mmap(nullptr, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED) {
      perror("a stack for every thread of the launch");
      abort();
    }
    mprotect(stack, 4096, PROT_NONE);  // a stack that is too short ends the process, not another thread
  }
  Fiber(const Fiber&) = delete;
  ~Fiber() { munmap(stack, STACK); }
};

// Where threads wait for each other.
struct Meeting {
  const char* what = nullptr;
  int detail = 0;
  std::vector<Fiber*> waiting;
};

struct Warp {
  Meeting meeting;
  unsigned generation = 0;
  uint32_t values[2][WARP];  // of this exchange, and of the one before, which some have still to read
  uint32_t shared[2][WARP * MOST_SHARED];
};

// One that counts arrivals and bytes.
struct Barrier {
  int arrivals;  // of a phase
  int pending;
  unsigned phase = 0;
  long long bytes = 0;
  std::vector<Fiber*> waiting;
};

struct Block {
  std::vector<char> memory;
  char* shared;
  unsigned sharedBytes;
  std::map<unsigned, Barrier> barriers;
  Meeting meetings[2];
  std::vector<std::unique_ptr<Warp>> warps;
  unsigned running;  // threads that have not ended

  explicit Block(unsigned bytes) : memory(bytes + 2 * GUARD + 128, static_cast<char>(POISON)), sharedBytes(bytes) {
    uintptr_t first = reinterpret_cast<uintptr_t>(memory.data()) + GUARD;
    shared = reinterpret_cast<char*>((first + 127) / 128 * 128);
  }
  bool untouched(const char* at, unsigned bytes) const {
    return std::all_of(at, at + bytes, [](char c) { return static_cast<unsigned char>(c) == POISON; });
  }
};

struct Copy {
  uint64_t due;
  Block* of;
  unsigned to;
  const void* from;
  unsigned bytes;
  Barrier* barrier;
  std::vector<Vector> vectors;  // of a thread that arrives with them, instead
  bool moved;  // its bytes are there already, only nobody knows
  bool operator<(const Copy& other) const { return due > other.due; }
};

// The launch that runs.
Fiber host;  // the thread that launched
std::vector<std::unique_ptr<Fiber>> fibers;  // of this launch and, behind them, of larger ones before
size_t launched;
std::vector<std::unique_ptr<Block>> blocks;
std::vector<Fiber*> ready, readySlow, polling;
std::vector<Copy> copies;  // a heap, the next one due in front
Kernel* kernel;
const void* argument;
unsigned cluster;  // blocks of one
unsigned slowBlock;
unsigned longestCopy;  // in turns
bool change;           // since those who poll last looked
uint64_t turn;
unsigned finished;
std::string message;
uint64_t randomState;

// Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014.
unsigned random(unsigned below) {
  uint64_t z = randomState += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return static_cast<unsigned>(((z ^ z >> 31) >> 32) * below >> 32);
}

Fiber* self() { return static_cast<Fiber*>(current); }

void wake(Fiber* fiber) { (fiber->block.x == slowBlock ? readySlow : ready).push_back(fiber); }

void wakeAll(std::vector<Fiber*>& waiting) {
  for (Fiber* fiber : waiting) wake(fiber);
  waiting.clear();
}

// Mostly one of those that became ready last, whose memory is still near: a warp then goes far ahead of others.
Fiber* draw(std::vector<Fiber*>& from) {
  unsigned among = random(16) == 0 ? from.size() : std::min<size_t>(from.size(), WARP);
  std::swap(from[from.size() - 1 - random(among)], from.back());
  Fiber* drawn = from.back();
  from.pop_back();
  return drawn;
}

void endPhase(Barrier& barrier) {
  if (barrier.pending > 0 || barrier.bytes > 0) return;
  barrier.phase++;
  barrier.pending = barrier.arrivals;
  wakeAll(barrier.waiting);
}

void noteStuck() {
  std::map<std::string, std::vector<Fiber*>> waiting;
  for (size_t i = 0; i < launched; i++) waiting[fibers[i]->waitsFor].push_back(fibers[i].get());
  message = "nobody can go on:";
  for (auto& [what, who] : waiting) {
    message += " " + std::to_string(who.size()) + " threads wait for " + what + " (thread " + std::to_string(who[0]->thread.x)
        + " of block " + std::to_string(who[0]->block.x) + (who.size() > 1 ? ", …);" : ");");
  }
}

void deliver() {
  std::pop_heap(copies.begin(), copies.end());
  Copy copy = std::move(copies.back());
  copies.pop_back();
  if (!copy.moved) {
    if (copy.bytes > 0) memcpy(copy.of->shared + copy.to, copy.from, copy.bytes);
    for (const Vector& vector : copy.vectors) memcpy(copy.of->shared + vector.to, vector.from, VECTOR_BYTES);
  }
  if (copy.bytes == 0) copy.barrier->pending--;
  copy.barrier->bytes -= copy.bytes;
  endPhase(*copy.barrier);
}

Fiber* next() {
  turn++;
  while (message.empty()) {
    if (!copies.empty() && copies.front().due <= turn) deliver();
    // who polls looks again when nobody else can run, and now and then before
    if (change && (ready.empty() || random(256) == 0)) {
      change = false;
      wakeAll(polling);
    }
    if (!ready.empty()) return draw(ready);
    if (!copies.empty()) {
      turn = std::max(turn, copies.front().due);
    } else if (!readySlow.empty()) {
      return draw(readySlow);
    } else {
      if (finished < launched) noteStuck();
      break;
    }
  }
  return &host;
}

// The rest of the turn is for others; who calls this is in some list, or will not run again.
__attribute__((noinline)) void leave() {
  Fiber* to = next();
  if (to == current) return;
  if (SAVE(self()->registers) == 0) {
    current = to;
    if (to->started) RESTORE(to->registers);
    to->started = true;
    setcontext(&to->start);
  }
}

void runKernel() {
  for (;;) {
    kernel(argument);
    self()->waitsFor = "nothing, they are done";
    finished++;
    self()->of->running--;
    leave();  // until the next launch
  }
}

// Whether the caller is the last to come.
bool meet(Meeting& meeting, unsigned threads, const char* what, int detail) {
  if (meeting.waiting.empty()) {
    meeting.what = what;
    meeting.detail = detail;
  } else if (meeting.what != what || meeting.detail != detail) {
    fail("one thread waits for %s (%d), another for %s (%d)", meeting.what, meeting.detail, what, detail);
  }
  if (meeting.waiting.size() + 1 == threads) {
    wakeAll(meeting.waiting);
    return true;
  }
  self()->waitsFor = what;
  meeting.waiting.push_back(self());
  leave();
  return false;
}

Barrier& barrierAt(Block& block, unsigned at) {
  auto found = block.barriers.find(at);
  if (found == block.barriers.end()) fail("no barrier at %u in shared memory", at);
  return found->second;
}

Barrier& barrierAt(unsigned at) { return barrierAt(*self()->of, at); }

void arriveAt(Barrier& barrier, unsigned at, unsigned arrivals, unsigned expectedBytes) {
  if (barrier.pending < static_cast<int>(arrivals)) fail("one arrival too many in a phase of the barrier at %u", at);
  barrier.bytes += expectedBytes;
  barrier.pending -= arrivals;
  endPhase(barrier);
}

// The block of the cluster that a remote address is in; the address becomes its offset.
Block& blockOf(unsigned& address) {
  if (address < REMOTE) fail("an address in no other block: %u", address);
  Block& block = *blocks[self()->block.x / cluster * cluster + address / REMOTE - 1];
  address %= REMOTE;
  if (block.running == 0) fail("an address in a block that has ended");
  return block;
}

void prepare(unsigned blockCount, unsigned threads, unsigned sharedBytes) {
  launched = static_cast<size_t>(blockCount) * threads;
  while (fibers.size() < launched) {
    fibers.push_back(std::make_unique<Fiber>());
    Fiber& fiber = *fibers.back();
    getcontext(&fiber.start);
    fiber.start.uc_stack.ss_sp = fiber.stack;
    // not all at the same place of a page, which would be the same place of the processor's caches
    fiber.start.uc_stack.ss_size = STACK - fibers.size() * 832 % (STACK / 4) / 64 * 64;
    makecontext(&fiber.start, runKernel, 0);
  }
  blocks.clear();
  for (unsigned b = 0; b < blockCount; b++) {
    blocks.push_back(std::make_unique<Block>(sharedBytes));
    Block& block = *blocks.back();
    block.running = threads;
    for (unsigned w = 0; w < threads / WARP; w++) block.warps.push_back(std::make_unique<Warp>());
    for (unsigned t = 0; t < threads; t++) {
      Fiber& fiber = *fibers[b * threads + t];
      fiber.thread.x = t;
      fiber.block.x = b;
      fiber.shared = block.shared;
      fiber.of = &block;
      fiber.copying.clear();
      fiber.groups.clear();
      fiber.warp = block.warps[t / WARP].get();
      wake(&fiber);
    }
  }
}

// What must hold once all threads are done.
void checkEnd() {
  for (auto& block : blocks) {
    if (!block->untouched(block->shared - GUARD, GUARD)) message = "something was written before shared memory";
    if (!block->untouched(block->shared + block->sharedBytes, GUARD)) message = "something was written behind shared memory";
    for (auto& [at, barrier] : block->barriers) {
      if (!block->untouched(block->shared + at, 8)) message = "something was written over a barrier";
      if (barrier.bytes != 0) message = "a barrier still expects bytes at the end";
    }
  }
  if (!copies.empty()) message = "a copy nobody waited for";
}

}  // namespace

void fail(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char text[400];
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  message = text;
  leave();
  abort();
}

void syncBlock(int number, unsigned threads) {
  meet(self()->of->meetings[number], threads, "its block at a barrier", number);
}

void syncWarp() { meet(self()->warp->meeting, WARP, "its warp", 0); }

uint32_t exchange(uint32_t value, int bit) {
  Warp& warp = *self()->warp;
  unsigned lane = self()->thread.x % WARP;
  uint32_t* values = warp.values[warp.generation % 2];
  values[lane] = value;
  if (meet(warp.meeting, WARP, "its warp at a shuffle", bit)) warp.generation++;
  return values[lane ^ bit];
}

void shareAll(const uint32_t* mine, int words, uint32_t* all) {
  Warp& warp = *self()->warp;
  if (words > MOST_SHARED) fail("%d words of a lane", words);
  uint32_t* shared = warp.shared[warp.generation % 2];
  memcpy(shared + self()->thread.x % WARP * words, mine, words * sizeof *mine);
  if (meet(warp.meeting, WARP, "its warp at a matrix instruction", words)) warp.generation++;
  memcpy(all, shared, WARP * words * sizeof *all);
}

void pause() {
  self()->waitsFor = "what another block publishes";
  polling.push_back(self());
  leave();
}

void changed() {
  change = true;
  if (random(32) == 0) {
    wake(self());
    leave();
  }
}

unsigned sharedOffset(const void* at) {
  ptrdiff_t offset = static_cast<const char*>(at) - self()->shared;
  unsigned bytes = self()->of->sharedBytes;
  if (offset < 0 || offset >= bytes) fail("an address %td bytes into shared memory of %u", offset, bytes);
  return static_cast<unsigned>(offset);
}

void initBarrier(unsigned at, unsigned arrivals) {
  if (at % 8 != 0 || at + 8 > self()->of->sharedBytes) fail("a barrier at %u in shared memory of %u", at, self()->of->sharedBytes);
  Barrier barrier{static_cast<int>(arrivals), static_cast<int>(arrivals), 0, 0, {}};
  if (!self()->of->barriers.emplace(at, barrier).second) fail("a second barrier at %u in shared memory", at);
}

void waitBarrier(unsigned at, unsigned parity) {
  Barrier& barrier = barrierAt(at);
  while (barrier.phase % 2 == parity) {
    self()->waitsFor = "a chunk or its room";
    barrier.waiting.push_back(self());
    leave();
  }
}

void arrive(unsigned at, unsigned arrivals, unsigned expectedBytes) { arriveAt(barrierAt(at), at, arrivals, expectedBytes); }

unsigned remote(unsigned rank, unsigned offset) {
  if (rank >= cluster) fail("block %u of a cluster of %u", rank, cluster);
  return (rank + 1) * REMOTE + offset;
}

void storeRemote(unsigned at, const void* from, unsigned bytes) {
  Block& block = blockOf(at);
  if (at % bytes != 0 || at + bytes > block.sharedBytes) fail("%u bytes stored at %u in shared memory of %u", bytes, at, block.sharedBytes);
  memcpy(block.shared + at, from, bytes);
}

void arriveRemote(unsigned at) {
  Block& block = blockOf(at);
  arriveAt(barrierAt(block, at), at, 1, 0);
}

void copy(unsigned to, const void* from, unsigned bytes, unsigned at) {
  Block& block = *self()->of;
  Barrier& barrier = barrierAt(at);
  if (to % 16 != 0 || reinterpret_cast<uintptr_t>(from) % 16 != 0 || bytes % 16 != 0 || bytes == 0) {
    fail("a copy of %u bytes from %p to %u in shared memory: all must be multiples of 16", bytes, from, to);
  }
  if (to + bytes > block.sharedBytes) fail("a copy of %u bytes to %u in shared memory of %u", bytes, to, block.sharedBytes);
  if (barrier.bytes < bytes) fail("a copy of %u bytes where %lld are expected", bytes, barrier.bytes);
  bool moved = random(2) == 0;
  if (moved) memcpy(block.shared + to, from, bytes);
  copies.push_back({turn + random(longestCopy), &block, to, from, bytes, &barrier, {}, moved});
  std::push_heap(copies.begin(), copies.end());
}

void copyVector(unsigned to, const void* from) {
  Block& block = *self()->of;
  if (to % VECTOR_BYTES != 0 || reinterpret_cast<uintptr_t>(from) % VECTOR_BYTES != 0) {
    fail("a copy of 16 bytes from %p to %u in shared memory: both must be multiples of 16", from, to);
  }
  if (to + VECTOR_BYTES > block.sharedBytes) fail("a copy of 16 bytes to %u in shared memory of %u", to, block.sharedBytes);
  if (self()->copying.empty()) self()->early = random(2) == 0;
  if (self()->early) memcpy(block.shared + to, from, VECTOR_BYTES);
  self()->copying.push_back({to, from});
}

void arriveWhenCopied(unsigned at) {
  Barrier& barrier = barrierAt(at);
  if (barrier.pending < 1) fail("one arrival too many in a phase of the barrier at %u", at);
  copies.push_back({turn + random(longestCopy), self()->of, 0, nullptr, 0, &barrier, std::move(self()->copying), self()->early});
  std::push_heap(copies.begin(), copies.end());
  self()->copying.clear();
}

void endGroup() {
  if (self()->early) self()->copying.clear();
  self()->groups.push_back(std::move(self()->copying));
  self()->copying.clear();
}

void awaitGroups(unsigned last) {
  auto& groups = self()->groups;
  for (; groups.size() > last; groups.erase(groups.begin())) {
    for (const Vector& vector : groups.front()) memcpy(self()->of->shared + vector.to, vector.from, VECTOR_BYTES);
  }
}

const char* run(unsigned blockCount, unsigned ofCluster, unsigned threads, unsigned sharedBytes, unsigned seed, Kernel* toRun,
    const void* withArgument) {
  randomState = seed;
  slowBlock = random(blockCount + 1);  // or none
  static const unsigned longest[] = {1, 1000, 100000};
  longestCopy = longest[random(3)];
  cluster = ofCluster;
  kernel = toRun;
  argument = withArgument;
  turn = finished = 0;
  change = false;
  message.clear();
  ready.clear();
  readySlow.clear();
  polling.clear();
  copies.clear();
  prepare(blockCount, threads, sharedBytes);
  current = &host;
  host.started = true;
  host.block.x = ~0u;
  leave();
  if (message.empty()) checkEnd();
  if (message.empty()) return nullptr;
  fibers.clear();  // some are in the middle of something
  return message.c_str();
}

}  // namespace emulator
