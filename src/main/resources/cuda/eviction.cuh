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

// Moves the entries behind the victim one slot down, a warp per call.
__device__ __forceinline__ void closeGap(const Step& step, Element* entries, int gone) {
  constexpr int PER_ENTRY = HEAD_DIM / VECTOR;
  constexpr int AT_ONCE = 8;
  uint4* to = reinterpret_cast<uint4*>(entries + static_cast<long long>(gone) * HEAD_DIM);
  int total = (step.n - 1 - gone) * PER_ENTRY;
  for (int base = threadIdx.x % 32; base - static_cast<int>(threadIdx.x % 32) < total; base += 32 * AT_ONCE) {
    uint4 moved[AT_ONCE];
#pragma unroll
    for (int i = 0; i < AT_ONCE; i++) {
      if (base + 32 * i < total) moved[i] = __ldcg(to + PER_ENTRY + base + 32 * i);
    }
    __syncwarp();
#pragma unroll
    for (int i = 0; i < AT_ONCE; i++) {
      if (base + 32 * i < total) to[base + 32 * i] = moved[i];
    }
    __syncwarp();
  }
}

// The same for a row of scores; the freed one becomes zero.
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

// Keys and values of all layers; scores too where a head has its own.
__device__ __forceinline__ void evict(const Step& step) {
  int warps = WARPS * BLOCKS;
  for (int i = threadIdx.x / 32 * BLOCKS + blockIdx.x; i < 2 * LAYERS * BATCH * HEADS; i += warps) {
    // a head that has its own scores closes both gaps, keys and values, before it moves the scores
    bool both = step.scoring == SUM_OF_HEAD;
    if (both && i >= LAYERS * BATCH * HEADS) break;
    int kv = both ? 0 : i % 2;
    int layer = (both ? i : i / 2) / (BATCH * HEADS);
    int pair = (both ? i : i / 2) % (BATCH * HEADS);
    float* scores = scoresOf(step, layer, pair);
    int gone = victim(step, scores);
    closeGap(step, entriesOf(step, layer, kv, pair), gone);
    if (both) {
      closeGap(step, entriesOf(step, layer, 1, pair), gone);
      closeScores(step, scores, gone);
    }
  }
}

// Scores that heads share, once every block has chosen by them; one block does it.
__device__ __forceinline__ void evictSharedScores(const Step& step) {
  if (step.scoring != SUM_OF_MODEL && step.scoring != MEAN_OF_LAYER) return;
  int rows = step.scoring == MEAN_OF_LAYER ? LAYERS * BATCH : BATCH;
  for (int row = threadIdx.x / 32; row < rows; row += WARPS) {
    float* scores = step.scores + static_cast<long long>(row) * step.capacity;
    closeScores(step, scores, victim(step, scores));
  }
}
