// A warp's attention over entries in the ring, and over the step's own: a softmax-weighted sum of values in the making.
//
// A block's header says: CHUNK_ENTRIES of one head are in a chunk, all keys before all values.
#pragma once
#include "ring.cuh"

constexpr int ROW_LANES = HEAD_DIM / VECTOR;   // lanes that read a key together
constexpr int WARP_ROWS = 32 / ROW_LANES;      // keys that a warp reads at once
constexpr int LANE_DIMS = (HEAD_DIM + 31) / 32;  // value elements of a lane
constexpr float NOTHING = -1e30f;              // maximum of no entries

// A softmax-weighted sum of values in the making. Every lane knows maximum and total.
struct Running {
  float maximum = NOTHING;
  float total = 0;
  float sum[LANE_DIMS] = {};

  __device__ __forceinline__ void rescale(float newMaximum) {
    float factor = __expf(maximum - newMaximum);
    total *= factor;
#pragma unroll
    for (int i = 0; i < LANE_DIMS; i++) sum[i] *= factor;
    maximum = newMaximum;
  }
};

// Entries [begin, end) of those in the chunks from `index` on: logits -> weights (shared) and raw (global); then their
// values join `running`. Some entries at a time, the last ones again where there are fewer: a loop for what remains would be
// slower, and its code a part of all that should stay in the cache of instructions.
__device__ __forceinline__ void attend(Running& running, const Ring& ring, unsigned index, int begin, int end,
    const float (&query)[VECTOR], float* weights, float* raw, int rawOffset, unsigned tag) {
  auto key = [&](int entry) { return ring.chunk(index + entry / CHUNK_ENTRIES) + entry % CHUNK_ENTRIES * HEAD_DIM; };
  int lane = opaque(threadIdx.x) % 32;
  float maximum = NOTHING;
  constexpr int KEYS = 4;
#pragma unroll 1
  for (int first = begin; first < end; first += KEYS * WARP_ROWS) {
#pragma unroll
    for (int r = 0; r < KEYS; r++) {
      int entry = first + r * WARP_ROWS + lane / ROW_LANES;
      float k[VECTOR];
      widenVector(*reinterpret_cast<const uint4*>(key(min(entry, end - 1)) + lane % ROW_LANES * VECTOR), k);
      float dot = 0;
#pragma unroll
      for (int i = 0; i < VECTOR; i++) dot = fmaf(query[i], k[i], dot);
#pragma unroll
      for (int bit = ROW_LANES / 2; bit > 0; bit /= 2) dot += __shfl_xor_sync(~0u, dot, bit);
      if (entry < end) {
        maximum = fmaxf(maximum, dot);
        if (lane % ROW_LANES == 0) {
          weights[entry - begin] = dot;
          if (raw != nullptr) publish(raw, rawOffset + entry, dot, tag);
        }
      }
    }
  }
  running.rescale(fmaxf(running.maximum, warpMax(maximum)));
  __syncwarp();
  float total = 0;
  for (int entry = begin + lane; entry < end; entry += 32) {
    float weight = __expf(weights[entry - begin] - running.maximum);
    weights[entry - begin] = weight;
    total += weight;
  }
  running.total += warpSum(total);
  __syncwarp();
  constexpr int VALUES = 8;
#pragma unroll 1
  for (int first = begin; first < end; first += VALUES) {
#pragma unroll
    for (int r = 0; r < VALUES; r++) {
      int entry = min(first + r, end - 1);
      float weight = first + r < end ? weights[entry - begin] : 0;
      const Element* value = key(entry) + CHUNK_ENTRIES * HEAD_DIM;
#pragma unroll
      for (int i = 0; i < LANE_DIMS; i++) {
        int d = lane * LANE_DIMS + i;
        if (d < HEAD_DIM) running.sum[i] = fmaf(weight, widen(value[d]), running.sum[i]);
      }
    }
  }
  __syncwarp();
}

__device__ __forceinline__ float component(float4 four, int i) {
  return i == 0 ? four.x : i == 1 ? four.y : i == 2 ? four.z : four.w;
}

// Neighbours from the first to the last.
template <int N>
__device__ __forceinline__ void spread(const float4* fours, float (&out)[N]) {
#pragma unroll
  for (int i = 0; i < N; i++) out[i] = component(fours[i / 4], i % 4);
}

// The step's own entry, which no copy could bring: its key and value were just computed. `value`: those fours of it that
// hold the lane's elements.
__device__ __forceinline__ void attendOwn(Running& running, const Step& step, unsigned pair,
    const float (&query)[VECTOR], const float (&key)[VECTOR], const float4* value, float* raw, unsigned tag) {
  int lane = opaque(threadIdx.x) % 32;
  float dot = 0;
#pragma unroll
  for (int i = 0; i < VECTOR; i++) dot = fmaf(query[i], key[i], dot);
#pragma unroll
  for (int bit = ROW_LANES / 2; bit > 0; bit /= 2) dot += __shfl_xor_sync(~0u, dot, bit);
  if (raw != nullptr && lane == 0) publish(raw, pair * step.capacity + step.n - 1, dot, tag);
  running.rescale(fmaxf(running.maximum, dot));
  float weight = __expf(dot - running.maximum);
  running.total += weight;
#pragma unroll
  for (int i = 0; i < LANE_DIMS; i++) {
    float own = component(value[i / 4], LANE_DIMS < 4 ? (lane * LANE_DIMS + i) % 4 : i % 4);
    if (lane * LANE_DIMS + i < HEAD_DIM) running.sum[i] = fmaf(weight, own, running.sum[i]);
  }
}

// What is published of an item: see Step::partial.
constexpr int PARTIAL = HEAD_DIM + 4;
