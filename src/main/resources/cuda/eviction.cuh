// What goes after a step: of the entries that are not protected those with the lowest scores, among equals the oldest; without
// scores the oldest. Who gets their slots is Step::removal; either way the first slots are those of the entries that stay.
#pragma once
#include "step.cuh"

constexpr int ALL_HEADS = LAYERS * BATCH * HEADS;

// A piece of a search, or of what moves: so many slots, or 16-byte vectors, of every lane.
constexpr int AT_ONCE = 8;
constexpr int PIECE = 32 * AT_ONCE;

// What one head keeps, or a layer's heads, or all of them: scores and origins [C], as they are before anything has moved.
struct KeptSet {
  const Step& step;
  int steps;  // before this one: the origin of its own entry, which is not in memory before now
  int index;
  bool first;  // whether the head is the first one with this set: it writes what is the set's alone

  __device__ __forceinline__ KeptSet(const Step& step, int steps, int index)
      : step(step), steps(steps), index(index), first(true) {}

  // That of a head, which is layer * BATCH * HEADS + sequence * HEADS + its place in the layer.
  __device__ __forceinline__ static KeptSet of(const Step& step, int steps, int head) {
    bool own = step.scoring == SUM_OF_HEAD;
    bool layers = step.scoring == MEAN_OF_LAYER;
    KeptSet set(step, steps, own ? head : layers ? head / HEADS : head / HEADS % BATCH);
    set.first = own || head % HEADS == 0 && (layers || head < BATCH * HEADS);
    return set;
  }

  __device__ __forceinline__ static bool shared(const Step& step) { return step.scoring != SUM_OF_HEAD; }

  // How many there are.
  __device__ __forceinline__ static int count(const Step& step) {
    return step.scoring == SUM_OF_HEAD ? ALL_HEADS : step.scoring == MEAN_OF_LAYER ? LAYERS * BATCH : BATCH;
  }

  __device__ __forceinline__ float* scores() const { return step.scores + static_cast<long long>(index) * step.capacity; }
  __device__ __forceinline__ int* origins() const { return step.origins + static_cast<long long>(index) * step.capacity; }

  __device__ __forceinline__ float score(int slot) const {
    return step.scoring == NO_SCORES ? 0 : __ldcg(scores() + slot);
  }
  __device__ __forceinline__ int origin(int slot) const {
    return slot == step.n - 1 ? steps : __ldcg(origins() + slot);
  }

  // Everything that a slot has here. What is behind those that stay has no score.
  __device__ __forceinline__ void put(int slot, float score, int origin) const {
    origins()[slot] = origin;
    if (step.scoring != NO_SCORES) scores()[slot] = score;
  }
  __device__ __forceinline__ void forget(int slot) const {
    if (step.scoring != NO_SCORES) scores()[slot] = 0;
  }
};

// The lower the sooner it goes: a score, which is never below zero, so that its bits are in its order, then an origin.
typedef unsigned long long Rank;
constexpr Rank PROTECTED = ~0ull;

__device__ __forceinline__ Rank rankOf(const KeptSet& set, float score, int origin) {
  bool mayGo = origin >= set.step.first && origin < set.steps + 1 - set.step.recent;
  return mayGo ? static_cast<Rank>(__float_as_uint(score)) << 32 | static_cast<unsigned>(origin) : PROTECTED;
}

// The slot of the lowest of all lanes' ranks, which `rank` becomes; of equals that of any: only protected ones are equal.
__device__ __forceinline__ int joinLanes(Rank& rank, int slot, int last) {
  unsigned score = lowestOfWarp(static_cast<unsigned>(rank >> 32));
  unsigned origin = lowestOfWarp(rank >> 32 == score ? static_cast<unsigned>(rank) : ~0u);
  Rank lowest = static_cast<Rank>(score) << 32 | origin;
  slot = lowestOfWarp(rank == lowest ? slot : last);
  rank = lowest;
  return slot;
}

// The slot of the lowest rank that is not below `rank`, which becomes that rank; the same on every lane.
__device__ __forceinline__ int lowest(const KeptSet& set, Rank& rank) {
  const int n = set.step.n;
  Rank best = PROTECTED;
  int slot = n - 1;
#pragma unroll 1
  for (int first = threadIdx.x % 32; first < n; first += 32 * AT_ONCE) {
    float scores[AT_ONCE];
    int origins[AT_ONCE];
#pragma unroll
    for (int j = 0; j < AT_ONCE; j++) {
      int i = min(first + 32 * j, n - 1);
      scores[j] = set.score(i);
      origins[j] = set.origin(i);
    }
#pragma unroll
    for (int j = 0; j < AT_ONCE; j++) {
      Rank of = rankOf(set, scores[j], origins[j]);
      if (of >= rank && of < best) {
        best = of;
        slot = min(first + 32 * j, n - 1);
      }
    }
  }
  rank = best;
  return joinLanes(rank, slot, n - 1);
}

// The slot of the last one that goes, the same on every lane.
__device__ __forceinline__ int lastToGo(const KeptSet& set) {
  int last = set.step.n - 1;
  Rank rank = 0;
#pragma unroll 1
  for (int i = 0; i < set.step.dropped; i++) {
    int slot = lowest(set, rank);
    if (rank == PROTECTED) break;
    last = slot;
    rank++;
  }
  return last;
}

// Pairs of slots: an entry moves from the second to the first. In their order, none overwrites what a later one reads.
struct Moves {
  int count;
  int to, distance;    // if one entry goes: the first pair's slot to fill; from how far behind it comes, as in all other pairs
  const uint2* pairs;  // if several go

  __device__ __forceinline__ int toOf(int i) const { return pairs == nullptr ? to + i : pairs[i].x; }
  __device__ __forceinline__ int fromOf(int i) const { return pairs == nullptr ? to + i + distance : pairs[i].y; }
};

// Most pairs of a step.
__device__ __forceinline__ int mostMoves(const Step& step) {
  return step.removal == COMPACT ? step.n - step.dropped : step.dropped;
}

// Lists the pairs, in memory that is the warp's alone, where several go.
__device__ __forceinline__ Moves listMoves(const KeptSet& set, Rank last) {
  const Step& step = set.step;
  const int window = step.n - step.dropped;
  const bool compact = step.removal == COMPACT;
  const int lane = threadIdx.x % 32;
  const unsigned before = (1u << lane) - 1;
  uint2* pairs = step.moves + static_cast<long long>(blockIdx.x * WARPS + threadIdx.x / 32) * step.capacity;
  int firstToFill = compact ? step.n : 0;
  int vacancies = 0, movers = 0;
#pragma unroll 1
  for (int base = 0; base < step.n; base += 32) {
    int slot = base + lane;
    int there = min(slot, step.n - 1);
    bool goes = rankOf(set, set.score(there), set.origin(there)) <= last;
    unsigned gone = __ballot_sync(~0u, slot < step.n && goes);
    if (firstToFill == step.n && gone != 0) firstToFill = base + __ffs(gone) - 1;
    bool vacant = slot < window && (compact ? slot >= firstToFill : goes);
    bool moves = slot < step.n && !goes && slot >= (compact ? firstToFill : window);
    unsigned allVacant = __ballot_sync(~0u, vacant);
    unsigned allMove = __ballot_sync(~0u, moves);
    if (vacant) pairs[vacancies + __popc(allVacant & before)].x = slot;
    if (moves) pairs[movers + __popc(allMove & before)].y = slot;
    vacancies += __popc(allVacant);
    movers += __popc(allMove);
  }
  __syncwarp();
  return {min(vacancies, movers), 0, 0, pairs};
}

// What a set's entries do when those up to the one in slot `last` go.
__device__ __forceinline__ Moves movesOf(const KeptSet& set, int last) {
  int own = set.step.n - 1;
  if (set.step.dropped > 1) return listMoves(set, rankOf(set, set.score(last), set.origin(last)));
  if (set.step.removal == COMPACT) return {own - last, last, 1, nullptr};
  return {last < own ? 1 : 0, last, own - last, nullptr};
}

// Moves scores and origins, a warp per call.
__device__ __forceinline__ void moveScores(const KeptSet& set, const Moves& moves) {
  int lane = threadIdx.x % 32;
#pragma unroll 1
  for (int base = 0; base < moves.count; base += 32) {
    int i = base + lane;
    float score = 0;
    int origin = 0;
    if (i < moves.count) {
      int from = moves.fromOf(i);
      score = set.score(from);
      origin = set.origin(from);
    }
    __syncwarp();
    if (i < moves.count) set.put(moves.toOf(i), score, origin);
    __syncwarp();
  }
  for (int slot = set.step.n - set.step.dropped + lane; slot < set.step.n; slot += 32) set.forget(slot);
}

// The same where the step's own entry takes the slot of one that goes, by one thread. Its score: read before, in no hurry.
__device__ __forceinline__ void replaceScore(const KeptSet& set, int gone, float score) {
  int own = set.step.n - 1;
  if (gone < own) set.put(gone, score, set.steps);
  set.forget(own);
}

__device__ __forceinline__ bool replacesOne(const Step& step) { return step.dropped == 1 && step.removal == REPLACE; }

constexpr int PER_ENTRY = HEAD_DIM / VECTOR;  // 16-byte vectors of a key or a value

// What goes of a warp's heads, and the keys and values that have to move, piece by piece beside something else; with them the
// scores and origins that are a head's own. A piece is loaded, and used when something else has been done: nobody waits for
// memory, which is busy. Every block must have used its scores and cached its entries before, if any goes.
struct Relocation {
  const Step& step;
  int steps;
  int head = 0;
  int next;         // the head that comes after this one
  int searched;     // slots among which the one that goes has been looked for, where one goes; then all that there are
  Rank rank = 0;    // the lowest of them,
  int slot = 0;     // and where it is: of this lane
  float own = 0;    // the own entry's score, on the lane that met it
  int total = 0;    // vectors that move of this head's keys, and as many of its values
  int at = 0;       // of them and those, the piece's first
  uint4* keys = nullptr;
  Moves moves = {};
  uint4 piece[AT_ONCE] = {};

  // None: all of it happens elsewhere.
  __device__ __forceinline__ Relocation(const Step& step, int steps, bool none = false) : step(step), steps(steps),
      next(none || step.origins == nullptr ? ALL_HEADS : blockIdx.x + threadIdx.x / 32 * BLOCKS), searched(step.n) {
    nextHead();
  }

  __device__ __forceinline__ bool done() const { return searched >= step.n && at >= 2 * total; }

  // How many pieces a warp may have, at most.
  __device__ __forceinline__ unsigned most() const {
    int heads = (ALL_HEADS + BLOCKS * WARPS - 1) / (BLOCKS * WARPS);
    int search = step.dropped == 1 ? (step.n + PIECE - 1) / PIECE : 0;
    return step.dropped > 0 ? heads * (search + (2 * mostMoves(step) * PER_ENTRY + PIECE - 1) / PIECE) : 0;
  }

  __device__ __forceinline__ void load() {
    if (searched < step.n) {
      KeptSet set = KeptSet::of(step, steps, head);
#pragma unroll
      for (int v = 0; v < AT_ONCE; v++) {
        piece[v].x = __float_as_uint(set.score(slotOf(v)));
        piece[v].y = set.origin(slotOf(v));
      }
    } else {
      each([&](int i, long long of, int v) { piece[v] = __ldcg(keys + of + moves.fromOf(i) * PER_ENTRY); });
    }
  }

  // All of the piece has been read before any of it is overwritten.
  __device__ __forceinline__ void store() {
    if (done()) return;
    if (searched < step.n) {
      search();
      return;
    }
    __syncwarp();
    each([&](int i, long long of, int v) { keys[of + moves.toOf(i) * PER_ENTRY] = piece[v]; });
    at += PIECE;
    if (done()) nextHead();
  }

 private:
  // The lane's slots of a piece of the search, the last one again where there are no more.
  __device__ __forceinline__ int slotOf(int v) const {
    return min(searched + v * 32 + static_cast<int>(threadIdx.x % 32), step.n - 1);
  }

  __device__ __forceinline__ void search() {
    KeptSet set = KeptSet::of(step, steps, head);
#pragma unroll
    for (int v = 0; v < AT_ONCE; v++) {
      int there = slotOf(v);
      float score = __uint_as_float(piece[v].x);
      Rank of = rankOf(set, score, piece[v].y);
      if (of < rank) {
        rank = of;
        slot = there;
      }
      if (there == step.n - 1) own = score;
    }
    searched += PIECE;
    if (searched < step.n) return;
    chosen(set, joinLanes(rank, slot, step.n - 1), __shfl_sync(~0u, own, (step.n - 1) % 32));
    if (done()) nextHead();
  }

  // The lane's vectors of a piece of what moves: visit(which of the moves, where the vector would be in slot 0, index). Values follow keys
  // without a break.
  template <class Visit>
  __device__ __forceinline__ void each(Visit visit) {
    long long values = static_cast<long long>(BATCH) * HEADS * step.capacity * PER_ENTRY;
#pragma unroll
    for (int v = 0; v < AT_ONCE; v++) {
      int i = at + v * 32 + threadIdx.x % 32;
      int ofKind = i < total ? i : i - total;
      if (i < 2 * total) visit(ofKind / PER_ENTRY, ofKind % PER_ENTRY + (i < total ? 0 : values), v);
    }
  }

  __device__ __forceinline__ void nextHead() {
    at = 0;
    total = 0;
    while (done() && next < ALL_HEADS) {
      head = next;
      next += BLOCKS * WARPS;
      KeptSet set = KeptSet::of(step, steps, head);
      if (set.first && threadIdx.x % 32 == 0) set.origins()[step.n - 1] = steps;
      if (step.dropped == 1) {
        searched = 0;
        rank = PROTECTED;
        slot = step.n - 1;
      } else if (step.dropped > 1) {
        chosen(set, lastToGo(set), 0);
      }
    }
  }

  // The last of those that go is known.
  __device__ __forceinline__ void chosen(const KeptSet& set, int last, float own) {
    moves = movesOf(set, last);
    if (KeptSet::shared(step)) {
      if (set.first && threadIdx.x % 32 == 0) step.chosen[set.index] = last;
    } else if (!replacesOne(step)) {
      moveScores(set, moves);
    } else if (threadIdx.x % 32 == 0) {
      replaceScore(set, last, own);
    }
    keys = reinterpret_cast<uint4*>(entriesOf(step, head / (BATCH * HEADS), 0, head % (BATCH * HEADS)));
    total = moves.count * PER_ENTRY;
  }
};

// Scores and origins that heads share move once every head has chosen by them; one block does it.
__device__ __forceinline__ void moveSharedScores(const Step& step, int steps) {
  if (step.dropped == 0 || !KeptSet::shared(step)) return;
  if (replacesOne(step)) {
    // from the last thread down: the first ones have the next tokens to find
    for (int i = COMPUTING - 1 - threadIdx.x; i < KeptSet::count(step); i += COMPUTING) {
      KeptSet set(step, steps, i);
      replaceScore(set, __ldcg(step.chosen + i), set.score(step.n - 1));
    }
    return;
  }
#pragma unroll 1
  for (int i = threadIdx.x / 32; i < KeptSet::count(step); i += WARPS) {
    KeptSet set(step, steps, i);
    moveScores(set, movesOf(set, __ldcg(step.chosen + i)));
  }
}
