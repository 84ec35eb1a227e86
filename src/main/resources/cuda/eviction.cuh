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

// How a block closes its heads' gaps: piece by piece, so many 16-byte vectors of each by every thread.
constexpr int ALL_HEADS = LAYERS * BATCH * HEADS;
constexpr int PER_ENTRY = HEAD_DIM / VECTOR;
constexpr int AT_ONCE = 8;
constexpr int PIECE = COMPUTING * AT_ONCE;

// Calls visit(at, v) for the places in a piece where the thread has the vector of the entry behind to put.
template <class Visit>
__device__ __forceinline__ void eachVector(const Step& step, const Shared& shared, int piece, int pieces, Visit visit) {
  int i = piece / pieces / 2;
  int kv = piece / pieces % 2;
  int head = blockIdx.x + i * BLOCKS;
  int gone = shared.gone[i];
  uint4* to = reinterpret_cast<uint4*>(
      entriesOf(step, head / (BATCH * HEADS), kv, head % (BATCH * HEADS)) + static_cast<long long>(gone) * HEAD_DIM);
  int total = (step.n - 1 - gone) * PER_ENTRY;
  int base = piece % pieces * PIECE + threadIdx.x;
#pragma unroll
  for (int v = 0; v < AT_ONCE; v++) {
    if (base + v * COMPUTING < total) visit(to + base + v * COMPUTING, v);
  }
}

// Keys and values of all layers; scores too where a head has its own. A block takes whole heads: all its threads hold
// one piece in registers while the next is on its way.
__device__ __forceinline__ void evict(const Step& step, Shared& shared) {
  int heads = (ALL_HEADS - static_cast<int>(blockIdx.x) + BLOCKS - 1) / BLOCKS;  // of this block
  for (int i = threadIdx.x / 32; i < heads; i += WARPS) {
    int head = blockIdx.x + i * BLOCKS;
    float* scores = scoresOf(step, head / (BATCH * HEADS), head % (BATCH * HEADS));
    int gone = victim(step, scores);
    if (threadIdx.x % 32 == 0) shared.gone[i] = gone;
    if (step.scoring == SUM_OF_HEAD) closeScores(step, scores, gone);
  }
  syncComputing();

  // every head has as many pieces as one that loses its first entry; behind a later gap some are empty
  int pieces = ((step.n - 1) * PER_ENTRY + PIECE - 1) / PIECE;
  int all = 2 * heads * pieces;
  uint4 next[AT_ONCE] = {};
  auto load = [&](uint4* at, int v) { next[v] = __ldcg(at + PER_ENTRY); };
  if (all > 0) eachVector(step, shared, 0, pieces, load);
  for (int piece = 0; piece < all; piece++) {
    uint4 moved[AT_ONCE];
#pragma unroll
    for (int v = 0; v < AT_ONCE; v++) moved[v] = next[v];
    if (piece + 1 < all) eachVector(step, shared, piece + 1, pieces, load);
    // all of the piece has been read before any of it is overwritten
    syncComputing();
    eachVector(step, shared, piece, pieces, [&](uint4* at, int v) { *at = moved[v]; });
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
