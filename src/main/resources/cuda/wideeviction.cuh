// Evictions with many sequences, where one entry goes and the last one takes its slot: as soon as what decides is known, and beside
// what few blocks do. All others are eviction.cuh's.
#pragma once
#include "eviction.cuh"

// Whether layers have kept sets of their own: then each evicts when its scores are there.
__device__ __forceinline__ bool evictsByLayer(const Step& step) {
  return replacesOne(step) && (step.scoring == SUM_OF_HEAD || step.scoring == MEAN_OF_LAYER);
}

// Visits sets, a warp each, from the last block and warp down: the first ones have sequences to normalise, or to attend to.
template <class Visit>
__device__ __forceinline__ void eachSet(int sets, Visit visit) {
#pragma unroll 1
  for (int i = BLOCKS * WARPS - 1 - blockIdx.x - opaque(threadIdx.x) / 32 * BLOCKS; i < sets; i += BLOCKS * WARPS) visit(i);
}

// Where a vector of a head's last entry is, its key's and then its value's, and where it is in slot 0.
struct LastEntry {
  uint4* first;
  __device__ __forceinline__ LastEntry(const Step& step, int layer, int pair, int vector) {
    first = reinterpret_cast<uint4*>(entriesOf(step, layer, vector / PER_ENTRY, pair)) + vector % PER_ENTRY;
  }
  __device__ __forceinline__ uint4 load(const Step& step) const { return __ldcg(first + (step.n - 1) * PER_ENTRY); }
  __device__ __forceinline__ void store(int slot, uint4 vector) const { first[slot * PER_ENTRY] = vector; }
};
constexpr int VECTORS = 2 * PER_ENTRY;  // of an entry

// A layer's evictions.
__device__ __forceinline__ void evictLayer(const Step& step, int layer, int steps) {
  if (!evictsByLayer(step)) return;
  const bool own = step.scoring == SUM_OF_HEAD;
  const int heads = own ? 1 : HEADS;
  const int lane = opaque(threadIdx.x) % 32;
  eachSet(BATCH * HEADS / heads, [&](int i) {
    KeptSet set(step, steps, layer * (BATCH * HEADS / heads) + i);
    int slot = lastToGo(set);
    if (lane == 0) {
      float score = set.score(step.n - 1);
      set.origins()[step.n - 1] = steps;
      replaceScore(set, slot, score);
    }
    if (slot == step.n - 1) return;
#pragma unroll 2
    for (int v = lane; v < heads * VECTORS; v += 32) {
      LastEntry entry(step, layer, i * heads + v / VECTORS, v % VECTORS);
      entry.store(slot, entry.load(step));
    }
  });
}

// What goes of sets that all layers share: known when the last one has added its scores.
__device__ __forceinline__ void chooseShared(const Step& step, int steps) {
  if (!replacesOne(step) || evictsByLayer(step)) return;
  eachSet(BATCH, [&](int i) {
    KeptSet set(step, steps, i);
    int slot = lastToGo(set);
    if (opaque(threadIdx.x) % 32 == 0) {
      set.origins()[step.n - 1] = steps;
      step.chosen[i] = slot;
    }
  });
}

// The entries of all heads go where that says.
__device__ __forceinline__ void moveShared(const Step& step) {
  if (!replacesOne(step) || evictsByLayer(step)) return;
  constexpr int ALL = ALL_HEADS * VECTORS;
#pragma unroll 1
  for (int first = blockIdx.x * COMPUTING + opaque(threadIdx.x); first < ALL; first += AT_ONCE * BLOCKS * COMPUTING) {
    auto entry = [&](int i) {
      int head = i / VECTORS;
      return LastEntry(step, head / (BATCH * HEADS), head % (BATCH * HEADS), i % VECTORS);
    };
    uint4 vectors[AT_ONCE];
    int slots[AT_ONCE];
#pragma unroll
    for (int j = 0; j < AT_ONCE; j++) {
      int i = first + j * BLOCKS * COMPUTING;
      if (i >= ALL) continue;
      slots[j] = __ldcg(step.chosen + i / VECTORS % (BATCH * HEADS) / HEADS);
      vectors[j] = entry(i).load(step);
    }
#pragma unroll
    for (int j = 0; j < AT_ONCE; j++) {
      int i = first + j * BLOCKS * COMPUTING;
      if (i < ALL && slots[j] < step.n - 1) entry(i).store(slots[j], vectors[j]);
    }
  }
}
