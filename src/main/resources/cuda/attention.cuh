// Attention of one token over the entries held, cut into items of some entries of one head; then what the
// items found is put together, and the attention row added to the eviction scores on the way.
#pragma once
#include "product.cuh"

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

// logits of `count` keys [count, Dh] -> weights (shared) and raw (global); then their values join `running`.
__device__ __forceinline__ void attend(
    Running& running, const Element* keys, const Element* values, int count, const float (&query)[VECTOR],
    float* weights, float* raw, int entryOffset, unsigned tag) {
  int lane = threadIdx.x % 32;
  float maximum = NOTHING;
#pragma unroll 4
  for (int base = 0; base < count; base += WARP_ROWS) {
    int entry = base + lane / ROW_LANES;
    float k[VECTOR];
    widenVector(*reinterpret_cast<const uint4*>(keys + min(entry, count - 1) * HEAD_DIM + lane % ROW_LANES * VECTOR), k);
    float dot = 0;
#pragma unroll
    for (int i = 0; i < VECTOR; i++) dot = fmaf(query[i], k[i], dot);
#pragma unroll
    for (int bit = ROW_LANES / 2; bit > 0; bit /= 2) dot += __shfl_xor_sync(~0u, dot, bit);
    if (entry < count) {
      maximum = fmaxf(maximum, dot);
      if (lane % ROW_LANES == 0) {
        weights[entry] = dot;
        if (raw != nullptr) publish(raw, entryOffset + entry, dot, tag);
      }
    }
  }
  running.rescale(fmaxf(running.maximum, warpMax(maximum)));
  __syncwarp();
  float total = 0;
  for (int entry = lane; entry < count; entry += 32) {
    float weight = __expf(weights[entry] - running.maximum);
    weights[entry] = weight;
    total += weight;
  }
  running.total += warpSum(total);
  __syncwarp();
#pragma unroll 8
  for (int entry = 0; entry < count; entry++) {
    float weight = weights[entry];
#pragma unroll
    for (int i = 0; i < LANE_DIMS; i++) {
      int d = lane * LANE_DIMS + i;
      if (d < HEAD_DIM) running.sum[i] = fmaf(weight, widen(values[entry * HEAD_DIM + d]), running.sum[i]);
    }
  }
  __syncwarp();
}

// The step's own entry, which no copy could bring: its key and value were just computed.
__device__ __forceinline__ void attendOwn(Running& running, const Step& step, unsigned pair,
    const float (&query)[VECTOR], float* raw, unsigned tag) {
  int lane = threadIdx.x % 32;
  int key = (pair / HEADS * 3 + 1) * WIDTH + pair % HEADS * HEAD_DIM;
  float own[VECTOR + LANE_DIMS];
  fetch(step.qkv, own, tag, [&](int i) {
    if (i < VECTOR) return key + lane % ROW_LANES * VECTOR + i;
    int d = lane * LANE_DIMS + i - VECTOR;
    return d < HEAD_DIM ? key + WIDTH + d : -1;
  });
  float dot = 0;
#pragma unroll
  for (int i = 0; i < VECTOR; i++) dot = fmaf(query[i], own[i], dot);
#pragma unroll
  for (int bit = ROW_LANES / 2; bit > 0; bit /= 2) dot += __shfl_xor_sync(~0u, dot, bit);
  if (raw != nullptr && lane == 0) publish(raw, pair * step.capacity + step.n - 1, dot, tag);
  running.rescale(fmaxf(running.maximum, dot));
  float weight = __expf(dot - running.maximum);
  running.total += weight;
#pragma unroll
  for (int i = 0; i < LANE_DIMS; i++) {
    if (lane * LANE_DIMS + i < HEAD_DIM) running.sum[i] = fmaf(weight, own[VECTOR + i], running.sum[i]);
  }
}

// The block's items of a layer, each published in Step::partial.
__device__ __forceinline__ void attention(
    const Ring& ring, unsigned& index, const Step& step, Shared& shared, unsigned tag) {
  int warp = threadIdx.x / 32;
  int lane = threadIdx.x % 32;
  float* mine = shared.sum + warp * (HEAD_DIM + 2);
  for (unsigned i = blockIdx.x; i < items(step); i += BLOCKS) {
    Item item(step, i);
    float4 fours[VECTOR / 4];
    fetchFours(step.qkv, fours, tag, [&](int j) {
      return static_cast<int>(item.pair / HEADS * 3 * WIDTH + item.pair % HEADS * HEAD_DIM) + lane % ROW_LANES * VECTOR + 4 * j;
    });
    float query[VECTOR];
#pragma unroll
    for (int j = 0; j < VECTOR / 4; j++) {
      query[4 * j] = fours[j].x;
      query[4 * j + 1] = fours[j].y;
      query[4 * j + 2] = fours[j].z;
      query[4 * j + 3] = fours[j].w;
    }
    float* raw = step.scoring == NO_SCORES ? nullptr : step.raw;
    Running running;
    for (unsigned entry = item.begin; entry < item.end; entry += CHUNK_ENTRIES, index++) {
      if (index % WARPS != warp) continue;
      ring.take(index);
      const Element* keys = ring.chunk(index);
      attend(running, keys, keys + CHUNK_ENTRIES * HEAD_DIM, min(CHUNK_ENTRIES, item.end - entry), query,
          shared.weights + warp * CHUNK_ENTRIES, raw, item.pair * step.capacity + entry, tag);
      ring.give(index);
    }
    // by the warp that would come next
    if (item.split == step.splits - 1 && index % WARPS == warp) {
      attendOwn(running, step, item.pair, query, raw, tag);
    }
#pragma unroll
    for (int j = 0; j < LANE_DIMS; j++) {
      if (lane * LANE_DIMS + j < HEAD_DIM) mine[lane * LANE_DIMS + j] = running.sum[j];
    }
    if (lane == 0) {
      mine[HEAD_DIM] = running.maximum;
      mine[HEAD_DIM + 1] = running.total;
    }
    syncComputing();
    for (int d = threadIdx.x; d < HEAD_DIM + 2; d += COMPUTING) {
      float maximum = NOTHING;
#pragma unroll
      for (int w = 0; w < WARPS; w++) maximum = fmaxf(maximum, shared.sum[w * (HEAD_DIM + 2) + HEAD_DIM]);
      float sum = 0, total = 0;
#pragma unroll
      for (int w = 0; w < WARPS; w++) {
        const float* of = shared.sum + w * (HEAD_DIM + 2);
        float factor = __expf(of[HEAD_DIM] - maximum);
        sum = fmaf(of[d], factor, sum);
        total = fmaf(of[HEAD_DIM + 1], factor, total);
      }
      publish(step.partial, (item.pair * step.splits + item.split) * (HEAD_DIM + 2) + d,
          d == HEAD_DIM ? maximum : d == HEAD_DIM + 1 ? total : total > 0 ? sum / total : 0, tag);
    }
    if (i + BLOCKS < items(step)) syncComputing();
  }
}

// All heads' outputs [B, D], into the activations of every block.
__device__ __forceinline__ void gatherHeads(const Step& step, Shared& shared, unsigned tag) {
  const int splits = step.splits;
  for (int i = threadIdx.x; i < BATCH * HEADS * splits; i += COMPUTING) {
    float of[2];
    fetch(step.partial, of, tag, [&](int j) { return i * (HEAD_DIM + 2) + HEAD_DIM + j; });
    shared.heads[2 * i] = of[0];
    shared.heads[2 * i + 1] = of[1];
  }
  constexpr int AT_ONCE = 4;
  syncComputing();
#pragma unroll
  for (int v = 0; v < (BATCH * WIDTH + COMPUTING - 1) / COMPUTING; v++) {
    int i = threadIdx.x + v * COMPUTING;
    int pair = i / HEAD_DIM;
    if (pair >= BATCH * HEADS) break;
    const float* heads = shared.heads + 2 * pair * splits;
    float maximum = NOTHING, total = 0, sum = 0;
    for (int s = 0; s < splits; s++) maximum = fmaxf(maximum, heads[2 * s]);
    for (int s = 0; s < splits; s += AT_ONCE) {
      float means[AT_ONCE] = {};
      fetch(step.partial, means, tag, [&](int j) {
        return s + j < splits ? (pair * splits + s + j) * (HEAD_DIM + 2) + i % HEAD_DIM : -1;
      });
#pragma unroll
      for (int j = 0; j < AT_ONCE; j++) {
        if (s + j >= splits) break;
        float share = heads[2 * (s + j) + 1] * __expf(heads[2 * (s + j)] - maximum);
        sum = fmaf(share, means[j], sum);
        total += share;
      }
    }
    shared.activation[i / WIDTH * PADDED + activationIndex(i % WIDTH)] = __fdividef(sum, total);
    if (i % HEAD_DIM == 0) {
      shared.maximum[pair] = maximum;
      shared.total[pair] = total;
    }
  }
  syncComputing();
}

// Adds the layer's attention row to the scores; every entry has one warp of one block that does so.
__device__ __forceinline__ void addScores(const Step& step, const Shared& shared, int layer, unsigned tag) {
  if (step.scoring == NO_SCORES) return;
  int lane = threadIdx.x % 32;
  // from the last warp down: the first ones have rows of the product to compute
  int warp = (WARPS - 1 - threadIdx.x / 32) * BLOCKS + blockIdx.x;
  for (int i = warp; i < BATCH * step.n; i += WARPS * BLOCKS) {
    int sequence = i / step.n;
    int entry = i % step.n;
    float sum = 0;
    for (int head = lane; head < HEADS; head += 32) {
      int pair = sequence * HEADS + head;
      float raw[1];
      fetch(step.raw, raw, tag, [&](int) { return pair * step.capacity + entry; });
      float weight = __expf(raw[0] - shared.maximum[pair]) / shared.total[pair];
      sum += weight;
      if (step.scoring == SUM_OF_HEAD) {
        step.scores[(static_cast<long long>(layer) * BATCH * HEADS + pair) * step.capacity + entry] += weight;
      }
    }
    sum = warpSum(sum);
    if (lane == 0 && step.scoring == SUM_OF_MODEL) {
      step.scores[static_cast<long long>(sequence) * step.capacity + entry] += sum;
    }
    if (lane == 0 && step.scoring == MEAN_OF_LAYER) {
      step.scores[(static_cast<long long>(layer) * BATCH + sequence) * step.capacity + entry] = sum / HEADS;
    }
  }
}
