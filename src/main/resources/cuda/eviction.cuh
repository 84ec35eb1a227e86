// Dropping one entry and closing the gap: the lowest score among the unprotected entries goes, among equals
// the oldest; without scores the oldest unprotected entry.
#pragma once
#include "step.cuh"

// Scores [C] that a head's entries have.
__device__ __forceinline__ float* scoresOf(const Step& step, int layer, int pair) {
  int row = step.scoring == SUM_OF_HEAD ? layer * BATCH * HEADS + pair
      : step.scoring == MEAN_OF_LAYER ? layer * BATCH + pair / HEADS
      : pair / HEADS;
  return step.scores + static_cast<long long>(row) * step.capacity;
}

// The entry that goes, the same on every lane.
__device__ __forceinline__ int victim(const Step& step, const float* scores) {
  if (step.scoring == NO_SCORES) return step.first;
  float lowest = __int_as_float(0x7f800000);
  int index = step.first;
  for (int i = step.first + threadIdx.x % 32; i < step.n - step.recent; i += 32) {
    float score = __ldcg(scores + i);
    if (score < lowest) {
      lowest = score;
      index = i;
    }
  }
#pragma unroll
  for (int bit = 16; bit > 0; bit /= 2) {
    float other = __shfl_xor_sync(~0u, lowest, bit);
    int otherIndex = __shfl_xor_sync(~0u, index, bit);
    if (other < lowest || (other == lowest && otherIndex < index)) {
      lowest = other;
      index = otherIndex;
    }
  }
  return index;
}

// Moves the scores behind the victim one place down, a warp per call; the freed one becomes zero.
__device__ __forceinline__ void closeScores(const Step& step, float* scores, int gone) {
  int lane = threadIdx.x % 32;
  for (int base = gone; base < step.n; base += 32) {
    int i = base + lane;
    float moved = i + 1 < step.n ? __ldcg(scores + i + 1) : 0;
    __syncwarp();
    if (i < step.n) scores[i] = moved;
    __syncwarp();
  }
}

// A head's keys or values move in pieces of so many 16-byte vectors by every lane.
constexpr int ALL_HEADS = LAYERS * BATCH * HEADS;
constexpr int PER_ENTRY = HEAD_DIM / VECTOR;
constexpr int AT_ONCE = 8;
constexpr int PIECE = 32 * AT_ONCE;

// The gaps in the keys and values of a warp's heads, closed piece by piece beside something else; scores too where a head
// has its own. Every block must have used its scores and cached its entries before.
struct Gaps {
  const Step& step;
  int next;       // the head that comes after this one
  int total = 0;  // vectors that move in this head's keys, and as many in its values
  int at = 0;     // of them and those, the piece's first
  uint4* keys = nullptr;  // from the gap on
  uint4 piece[AT_ONCE] = {};

  __device__ __forceinline__ explicit Gaps(const Step& step)
      : step(step), next(step.evicts ? blockIdx.x + threadIdx.x / 32 * BLOCKS : ALL_HEADS) {
    nextHead();
  }

  __device__ __forceinline__ bool closed() const { return at >= 2 * total; }

  // How many pieces a warp may have, at most.
  __device__ __forceinline__ unsigned most() const {
    int heads = (ALL_HEADS + BLOCKS * WARPS - 1) / (BLOCKS * WARPS);
    return step.evicts ? heads * ((2 * (step.n - 1) * PER_ENTRY + PIECE - 1) / PIECE) : 0;
  }

  // The lane's vectors of a piece: visit(address of the vector to put, index). Values follow keys without a break.
  template <class Visit>
  __device__ __forceinline__ void each(Visit visit) {
    long long values = static_cast<long long>(BATCH) * HEADS * step.capacity * PER_ENTRY - total;
#pragma unroll
    for (int v = 0; v < AT_ONCE; v++) {
      int i = at + v * 32 + threadIdx.x % 32;
      if (i < 2 * total) visit(keys + i + (i < total ? 0 : values), v);
    }
  }

  __device__ __forceinline__ void load() {
    each([&](uint4* to, int v) { piece[v] = __ldcg(to + PER_ENTRY); });
  }

  // All of the piece has been read before any of it is overwritten.
  __device__ __forceinline__ void store() {
    if (closed()) return;
    __syncwarp();
    each([&](uint4* to, int v) { *to = piece[v]; });
    at += PIECE;
    if (closed()) nextHead();
  }

 private:
  __device__ __forceinline__ void nextHead() {
    at = 0;
    total = 0;
    while (total == 0 && next < ALL_HEADS) {
      int layer = next / (BATCH * HEADS);
      int pair = next % (BATCH * HEADS);
      float* scores = scoresOf(step, layer, pair);
      int gone = victim(step, scores);
      if (step.scoring == SUM_OF_HEAD) closeScores(step, scores, gone);
      keys = reinterpret_cast<uint4*>(entriesOf(step, layer, 0, pair) + static_cast<long long>(gone) * HEAD_DIM);
      total = (step.n - 1 - gone) * PER_ENTRY;
      next += BLOCKS * WARPS;
    }
  }
};

// Scores that heads share, once every block has chosen by them; one block does it.
__device__ __forceinline__ void evictSharedScores(const Step& step) {
  if (step.scoring != SUM_OF_MODEL && step.scoring != MEAN_OF_LAYER) return;
  int rows = step.scoring == MEAN_OF_LAYER ? LAYERS * BATCH : BATCH;
  for (int row = threadIdx.x / 32; row < rows; row += WARPS) {
    float* scores = step.scores + static_cast<long long>(row) * step.capacity;
    closeScores(step, scores, victim(step, scores));
  }
}
