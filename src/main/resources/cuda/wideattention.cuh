// Attention of many sequences: an item, some entries of one head, is one warp's, and a block's warps have an item each at the same
// time; then what a head's items found is put together, and the attention row added to the eviction scores.
#pragma once
#include "wideproduct.cuh"
#include "attend.cuh"

// A block's items are every BLOCKS-th, WARPS of them at a time.
struct BlockItems {
  unsigned all, chunks;  // of the block; of each item, though the last may be empty

  __device__ __forceinline__ explicit BlockItems(const Step& step) {
    unsigned total = items(step);
    all = blockIdx.x < total ? (total - blockIdx.x + BLOCKS - 1) / BLOCKS : 0;
    unsigned most = (step.n - 1 + step.splits - 1) / step.splits;
    chunks = (most + CHUNK_ENTRIES - 1) / CHUNK_ENTRIES;
  }
  __device__ __forceinline__ Item item(const Step& step, unsigned i) const { return Item(step, blockIdx.x + i * BLOCKS); }
};

// The copying warp's side, one lane of it: all entries but the step's own.
__device__ __forceinline__ void copyItems(
    const Ring& ring, unsigned& index, const Step& step, int layer, unsigned long long policy) {
  BlockItems block(step);
#pragma unroll 1
  for (unsigned first = 0; first < block.all; first += WARPS) {
    unsigned count = min(WARPS, block.all - first);
#pragma unroll 1
    for (unsigned i = 0; i < block.chunks * count; i++, index++) {
      if (threadIdx.x % 32 != 0) continue;
      Item item = block.item(step, first + i % count);
      unsigned entry = item.begin + i / count * CHUNK_ENTRIES;
      if (entry < item.end) {
        copyChunk(ring, index, step, layer, item, entry, policy);
      } else {
        ring.open(index, 0);
      }
    }
  }
}

// Attention to the first `count` entries of a chunk, at least one. A lane has the logit of one entry. Entries behind the last are
// taken for the last one, and weigh nothing.
__device__ __forceinline__ void attendChunk(Running& running, const Element* chunk, int count, const float (&query)[VECTOR], float* raw) {
  int lane = opaque(threadIdx.x) % 32;
  int part = lane % ROW_LANES;
  float mine = 0;
  constexpr int KEYS = ROW_LANES < CHUNK_ENTRIES ? ROW_LANES : CHUNK_ENTRIES;  // of neighbouring lanes, which read a key together
#pragma unroll
  for (int r = 0; r < KEYS; r++) {
    int entry = min(lane / ROW_LANES * ROW_LANES + r, count - 1);
    float k[VECTOR];
    widenVector(*reinterpret_cast<const uint4*>(chunk + entry * HEAD_DIM + part * VECTOR), k);
    float dot = 0;
#pragma unroll
    for (int i = 0; i < VECTOR; i++) dot = fmaf(query[i], k[i], dot);
#pragma unroll
    for (int bit = ROW_LANES / 2; bit > 0; bit /= 2) dot += __shfl_xor_sync(~0u, dot, bit);
    if (part == r) mine = dot;
  }
  bool any = lane < count;
  if (any && raw != nullptr) raw[lane] = mine;
  running.rescale(fmaxf(running.maximum, warpMax(any ? mine : NOTHING)));
  float weight = any ? __expf(mine - running.maximum) : 0;
  running.total += warpSum(weight);
  const Element* values = chunk + CHUNK_ENTRIES * HEAD_DIM;
  constexpr int VALUES = CHUNK_ENTRIES % 8 == 0 ? 8 : CHUNK_ENTRIES % 2 == 0 ? 2 : 1;
#pragma unroll 1
  for (int first = 0; first < count; first += VALUES) {
#pragma unroll
    for (int r = 0; r < VALUES; r++) {
      float factor = __shfl_sync(~0u, weight, first + r);
      const Element* value = values + min(first + r, count - 1) * HEAD_DIM;
      if constexpr (LANE_DIMS == 2 && sizeof(Element) == 2) {
        float low, high;
        widenPair(*reinterpret_cast<const unsigned*>(value + 2 * lane), low, high);
        running.sum[0] = fmaf(factor, low, running.sum[0]);
        running.sum[1] = fmaf(factor, high, running.sum[1]);
      } else {
#pragma unroll
        for (int i = 0; i < LANE_DIMS; i++) {
          int d = lane * LANE_DIMS + i;
          if (d < HEAD_DIM) running.sum[i] = fmaf(factor, widen(value[d]), running.sum[i]);
        }
      }
    }
  }
  __syncwarp();
}

// As the cache holds them.
__device__ __forceinline__ float4 stored(float4 four) {
  return make_float4(widen(narrow(four.x)), widen(narrow(four.y)), widen(narrow(four.z)), widen(narrow(four.w)));
}

// Attention of an item's chunks, every `apart`-th from `index` on.
__device__ __forceinline__ void attendItem(const Ring& ring, unsigned index, unsigned apart, unsigned chunks, const Step& step,
    const Layer& w, int layer, const Item& item) {
  int lane = opaque(threadIdx.x) % 32;
  unsigned sequence = item.pair / HEADS;
  unsigned head = item.pair - sequence * HEADS;
  constexpr int OF_VECTOR = VECTOR / 4;
  // of queries (0), keys (1) or values (2), from that element of the head on
  auto four = [&](int kind, int d) { return sumSlices<SLICES>(step, sequence, 3 * WIDTH, kind * WIDTH + head * HEAD_DIM + d, w.qkvBias); };
  const float scale = rsqrtf(HEAD_DIM);
  float4 fours[OF_VECTOR];
#pragma unroll
  for (int j = 0; j < OF_VECTOR; j++) fours[j] = four(0, lane % ROW_LANES * VECTOR + 4 * j);
  float query[VECTOR];
  spread(fours, query);
#pragma unroll
  for (int i = 0; i < VECTOR; i++) query[i] *= scale;
  float* raw = step.scoring == NO_SCORES ? nullptr : step.raw;
  Running running;
  if (item.split == step.splits - 1) {
    // the step's own entry
    long long own = static_cast<long long>(step.n - 1) * HEAD_DIM;
#pragma unroll
    for (int j = 0; j < OF_VECTOR; j++) {
      int d = lane % ROW_LANES * VECTOR + 4 * j;
      fours[j] = four(1, d);
      if (lane < ROW_LANES) storeFour(entriesOf(step, layer, 0, item.pair) + own + d, fours[j]);
      fours[j] = stored(fours[j]);
    }
    float key[VECTOR];
    spread(fours, key);
    float4 value[(LANE_DIMS + 3) / 4];
#pragma unroll
    for (int j = 0; j < (LANE_DIMS + 3) / 4; j++) {
      int d = lane * LANE_DIMS / 4 * 4 + 4 * j;
      if (d >= HEAD_DIM) continue;
      float4 v = four(2, d);
      value[j] = stored(v);
      if (LANE_DIMS >= 4 || lane * LANE_DIMS % 4 == 0) storeFour(entriesOf(step, layer, 1, item.pair) + own + d, v);
    }
    attendOwn(running, step, item.pair, query, key, value, raw, 0);
  }
#pragma unroll 1
  for (unsigned c = 0; c < chunks; c++, index += apart) {
    unsigned entry = min(item.begin + c * CHUNK_ENTRIES, item.end);
    int count = min(CHUNK_ENTRIES, item.end - entry);
    ring.take(index);
    if (count > 0) {
      attendChunk(running, ring.chunk(index), count, query, raw == nullptr ? nullptr : raw + item.pair * step.capacity + entry);
    }
    ring.give(index);
  }
  bool whole = step.splits == 1;
  float* partial = step.partial + (item.pair * step.splits + item.split) * PARTIAL;
#pragma unroll
  for (int j = 0; j < LANE_DIMS; j++) {
    int d = lane * LANE_DIMS + j;
    if (d >= HEAD_DIM) continue;
    if (whole) {
      activationsOf(step)[sequence * WIDTH + head * HEAD_DIM + d] = narrow(__fdividef(running.sum[j], running.total));
    } else {
      partial[d] = running.sum[j];
    }
  }
  if (lane == 0) *(whole ? softmaxOf(step) + item.pair : reinterpret_cast<float2*>(partial + HEAD_DIM)) =
      make_float2(running.maximum, running.total);
}

__device__ __forceinline__ void attention(
    const Ring& ring, unsigned& index, const Step& step, const Layer& w, int layer) {
  BlockItems block(step);
  unsigned warp = opaque(threadIdx.x) / 32;
#pragma unroll 1
  for (unsigned first = 0; first < block.all; first += WARPS) {
    unsigned count = min(WARPS, block.all - first);
    if (warp < count) {
      attendItem(ring, index + warp, count, block.chunks, step, w, layer, block.item(step, first + warp));
    }
    index += block.chunks * count;
  }
}

// All heads' outputs, where a head's entries were cut into several items: a warp puts a head together.
__device__ __forceinline__ void combine(const Step& step) {
  int lane = opaque(threadIdx.x) % 32;
#pragma unroll 1
  for (unsigned pair = blockIdx.x + opaque(threadIdx.x) / 32 * BLOCKS; pair < BATCH * HEADS; pair += BLOCKS * WARPS) {
    const float* items = step.partial + pair * step.splits * PARTIAL;
    auto softmax = [&](int split) { return __ldcg(reinterpret_cast<const float2*>(items + split * PARTIAL + HEAD_DIM)); };
    float2 mine = lane < step.splits ? softmax(lane) : make_float2(NOTHING, 0);
    float maximum = warpMax(mine.x);
    float share = mine.y > 0 ? __expf(mine.x - maximum) : 0;
    float total = warpSum(mine.y * share);
    float sum[LANE_DIMS] = {};
#pragma unroll 4
    for (int split = 0; split < step.splits; split++) {
      float factor = __shfl_sync(~0u, share, split);
#pragma unroll
      for (int j = 0; j < LANE_DIMS; j++) {
        int d = lane * LANE_DIMS + j;
        if (d < HEAD_DIM) sum[j] = fmaf(factor, __ldcg(items + split * PARTIAL + d), sum[j]);
      }
    }
#pragma unroll
    for (int j = 0; j < LANE_DIMS; j++) {
      int d = lane * LANE_DIMS + j;
      if (d < HEAD_DIM) activationsOf(step)[pair / HEADS * WIDTH + pair % HEADS * HEAD_DIM + d] = narrow(__fdividef(sum[j], total));
    }
    if (lane == 0) softmaxOf(step)[pair] = make_float2(maximum, total);
  }
}
static_assert(MAX_SPLITS <= 32, "a lane for every item of a head");

// Adds a layer's attention row to the scores: a warp takes 32 neighbours, of a head or of all heads that share them.
__device__ __forceinline__ void addScores(const Step& step, int layer) {
  if (step.scoring == NO_SCORES) return;
  const bool own = step.scoring == SUM_OF_HEAD;
  const int pieces = (step.n + 31) / 32;
  const int parts = BATCH * (own ? HEADS : 1) * pieces;
  // from the last warp down: the first ones have rows of the product to compute
#pragma unroll 1
  for (int part = (WARPS - 1 - opaque(threadIdx.x) / 32) * BLOCKS + blockIdx.x; part < parts; part += WARPS * BLOCKS) {
    int set = part / pieces;
    int entry = (part - set * pieces) * 32 + opaque(threadIdx.x) % 32;
    if (entry >= step.n) continue;
    int row = step.scoring == SUM_OF_MODEL ? set : layer * BATCH * (own ? HEADS : 1) + set;
    float* score = step.scores + static_cast<long long>(row) * step.capacity + entry;
    float before = step.scoring == MEAN_OF_LAYER ? 0 : __ldcg(score);
    float sum = 0;
    int heads = own ? 1 : HEADS;
#pragma unroll 4
    for (int head = 0; head < heads; head++) {
      int pair = set * heads + head;
      float2 softmax = __ldcg(softmaxOf(step) + pair);
      sum += __fdividef(__expf(__ldcg(step.raw + pair * step.capacity + entry) - softmax.x), softmax.y);
    }
    *score = step.scoring == MEAN_OF_LAYER ? sum / HEADS : before + sum;
  }
}
