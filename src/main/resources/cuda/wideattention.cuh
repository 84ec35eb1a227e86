// Attention of many sequences: an item, some entries of one head, is one warp's. A block has all items of a head, and puts together
// what they found; then the attention row is added to the eviction scores.
#pragma once
#include "wideproduct.cuh"
#include "attend.cuh"

// A block has every BLOCKS-th head of a sequence, as many at a time as there are warps for all their items.
struct BlockItems {
  unsigned heads, atOnce, splits, chunks;  // of the block; at a time; items of each; chunks of each, though the last may be empty

  __device__ __forceinline__ explicit BlockItems(const Step& step) {
    constexpr unsigned ALL = BATCH * HEADS;
    heads = blockIdx.x < ALL ? (ALL - blockIdx.x + BLOCKS - 1) / BLOCKS : 0;
    splits = step.splits;
    atOnce = WARPS / splits;
    chunks = ((step.n - 1 + splits - 1) / splits + CHUNK_ENTRIES - 1) / CHUNK_ENTRIES;
  }
  // Items of the heads from the first one on.
  __device__ __forceinline__ unsigned items(unsigned first) const { return min(atOnce, heads - first) * splits; }
  __device__ __forceinline__ unsigned pair(unsigned head) const { return blockIdx.x + head * BLOCKS; }
  __device__ __forceinline__ Item item(const Step& step, unsigned first, unsigned i) const {
    return Item(step, pair(first + i / splits) * splits + i % splits);
  }
};

// The copying warp's side: all entries but the step's own. A lane knows an item, for those chunks of it that come later.
__device__ __forceinline__ void copyItems(
    const Ring& ring, unsigned& index, const Step& step, int layer, unsigned long long policy) {
  constexpr int ENTRY = HEAD_DIM * sizeof(Element);
  BlockItems block(step);
  const long long toValues = static_cast<long long>(BATCH) * HEADS * step.capacity * HEAD_DIM;
#pragma unroll 1
  for (unsigned first = 0; first < block.heads; first += block.atOnce) {
    int items = block.items(first);
    Item mine = block.item(step, first, min(threadIdx.x % 32, items - 1));
    int left = mine.end - mine.begin;
    unsigned long long from = reinterpret_cast<unsigned long long>(
        entriesOf(step, layer, 0, mine.pair) + static_cast<long long>(mine.begin) * HEAD_DIM);
#pragma unroll 1
    for (unsigned chunk = 0; chunk < block.chunks; chunk++) {
#pragma unroll 1
      for (int i = 0; i < items; i++, index++) {
        int bytes = min(CHUNK_ENTRIES, __shfl_sync(~0u, left, i)) * ENTRY;
        unsigned low = __shfl_sync(~0u, static_cast<unsigned>(from), i);
        unsigned high = __shfl_sync(~0u, static_cast<unsigned>(from >> 32), i);
        const Element* keys = reinterpret_cast<const Element*>(static_cast<unsigned long long>(high) << 32 | low);
        ring.await(index, aheadOf(ENTRIES_UNDER_WAY));
        ring.copyTogether<CHUNK_ENTRIES * ENTRY>(index, 0, keys, bytes, policy);
        ring.copyTogether<CHUNK_ENTRIES * ENTRY>(index, CHUNK_ENTRIES * HEAD_DIM, keys + toValues, bytes, policy);
        ring.close(index);
      }
      left -= CHUNK_ENTRIES;
      from += CHUNK_ENTRIES * ENTRY;
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
  constexpr int VALUES = CHUNK_ENTRIES % 8 == 0 ? 8 : CHUNK_ENTRIES % 4 == 0 ? 4 : CHUNK_ENTRIES % 2 == 0 ? 2 : 1;
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

// A lane's elements of a head: LANE_DIMS sums of values divided by `total`.
__device__ __forceinline__ void storeHead(const Step& step, unsigned pair, const float (&sum)[LANE_DIMS], float total) {
  int lane = opaque(threadIdx.x) % 32;
  Element* row = activationsOf(step) + pair / HEADS * WIDTH;
  unsigned head = pair % HEADS * HEAD_DIM;
  if constexpr (LANE_DIMS % 2 == 0) {
#pragma unroll
    for (int j = 0; j < LANE_DIMS; j += 2) {
      int d = lane * LANE_DIMS + j;
      if (d < HEAD_DIM) storeOperands(row, head + d, make_float2(__fdividef(sum[j], total), __fdividef(sum[j + 1], total)));
    }
  } else {
#pragma unroll
    for (int j = 0; j < LANE_DIMS; j++) {
      int d = lane * LANE_DIMS + j;
      if (d < HEAD_DIM) storeOperand(row, head + d, __fdividef(sum[j], total));
    }
  }
}

// Puts a head together whose entries were cut into several items.
__device__ __forceinline__ void combine(const Step& step, unsigned pair, const Found* items) {
  int lane = opaque(threadIdx.x) % 32;
  int splits = step.splits;
  float mine = lane < splits ? items[lane][HEAD_DIM] : NOTHING;
  float maximum = warpMax(mine);
  float share = mine > NOTHING ? __expf(mine - maximum) : 0;
  float total = warpSum(lane < splits ? items[lane][HEAD_DIM + 1] * share : 0);
  float sum[LANE_DIMS] = {};
  for (int split = 0; split < splits; split++) {
    float factor = __shfl_sync(~0u, share, split);
#pragma unroll
    for (int j = 0; j < LANE_DIMS; j++) {
      int d = lane * LANE_DIMS + j;
      if (d < HEAD_DIM) sum[j] = fmaf(factor, items[split][d], sum[j]);
    }
  }
  storeHead(step, pair, sum, total);
  if (lane == 0) softmaxOf(step)[pair] = make_float2(maximum, total);
}
static_assert(WARPS <= 32, "a lane for every item of a head");

// Attention of an item's chunks, every `apart`-th from `index` on.
__device__ __forceinline__ void attendItem(const Ring& ring, unsigned index, unsigned apart, unsigned chunks, const Step& step,
    int layer, const Item& item, Found& found) {
  int lane = opaque(threadIdx.x) % 32;
  unsigned sequence = item.pair / HEADS;
  unsigned head = item.pair - sequence * HEADS;
  constexpr int OF_VECTOR = VECTOR / 4;
  constexpr int OF_LANE = (LANE_DIMS + 3) / 4;
  // of the step's own query (0), key (1) or value (2), from that element of the head on
  const float* sums = sumsOf(step) + sequence * 3 * WIDTH + head * HEAD_DIM;
  auto four = [&](int kind, int d) { return __ldcg(reinterpret_cast<const float4*>(sums + kind * WIDTH + d)); };
  const bool own = item.split == step.splits - 1;
  float4 queries[OF_VECTOR], keys[OF_VECTOR], values[OF_LANE];
#pragma unroll
  for (int j = 0; j < OF_VECTOR; j++) {
    queries[j] = four(0, lane % ROW_LANES * VECTOR + 4 * j);
    if (own) keys[j] = four(1, lane % ROW_LANES * VECTOR + 4 * j);
  }
#pragma unroll
  for (int j = 0; j < OF_LANE; j++) {
    int d = lane * LANE_DIMS / 4 * 4 + 4 * j;
    if (own && d < HEAD_DIM) values[j] = four(2, d);
  }
  const float scale = rsqrtf(HEAD_DIM);
  float query[VECTOR];
  spread(queries, query);
#pragma unroll
  for (int i = 0; i < VECTOR; i++) query[i] *= scale;
  float* raw = step.scoring == NO_SCORES ? nullptr : step.raw;
  Running running;
  if (own) {
    long long at = static_cast<long long>(step.n - 1) * HEAD_DIM;
#pragma unroll
    for (int j = 0; j < OF_VECTOR; j++) {
      if (lane < ROW_LANES) storeFour(entriesOf(step, layer, 0, item.pair) + at + lane * VECTOR + 4 * j, keys[j]);
      keys[j] = stored(keys[j]);
    }
    float key[VECTOR];
    spread(keys, key);
#pragma unroll
    for (int j = 0; j < OF_LANE; j++) {
      int d = lane * LANE_DIMS / 4 * 4 + 4 * j;
      if (d >= HEAD_DIM) continue;
      if (LANE_DIMS >= 4 || lane * LANE_DIMS % 4 == 0) storeFour(entriesOf(step, layer, 1, item.pair) + at + d, values[j]);
      values[j] = stored(values[j]);
    }
    attendOwn(running, step, item.pair, query, key, values, raw, 0);
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
  if (step.splits == 1) {
    storeHead(step, item.pair, running.sum, running.total);
    if (lane == 0) softmaxOf(step)[item.pair] = make_float2(running.maximum, running.total);
    return;
  }
#pragma unroll
  for (int j = 0; j < LANE_DIMS; j++) {
    int d = lane * LANE_DIMS + j;
    if (d < HEAD_DIM) found[d] = running.sum[j];
  }
  if (lane == 0) {
    found[HEAD_DIM] = running.maximum;
    found[HEAD_DIM + 1] = running.total;
  }
}

__device__ __forceinline__ void attention(const Ring& ring, unsigned& index, const Step& step, Shared& shared, int layer) {
  BlockItems block(step);
  Found* found = reinterpret_cast<Found*>(shared.slots);
  unsigned warp = opaque(threadIdx.x) / 32;
#pragma unroll 1
  for (unsigned first = 0; first < block.heads; first += block.atOnce) {
    unsigned items = block.items(first);
    if (warp < items) {
      attendItem(ring, index + warp, items, block.chunks, step, layer, block.item(step, first, warp), found[warp]);
    }
    index += block.chunks * items;
    if (block.splits == 1) continue;
    syncComputing();
    if (warp < items / block.splits) combine(step, block.pair(first + warp), found + warp * block.splits);
    if (first + block.atOnce < block.heads) syncComputing();
  }
}

// A head's weight of an entry, from its logit.
__device__ __forceinline__ float weightOf(float logit, float2 softmax) { return __fdividef(__expf(logit - softmax.x), softmax.y); }

// Adds a layer's attention row to the scores, by the blocks from that one on: a warp takes 32 neighbours, of a head or of all heads that
// share them.
__device__ __forceinline__ void addScores(const Step& step, int layer, int firstBlock) {
  if (step.scoring == NO_SCORES) return;
  const bool own = step.scoring == SUM_OF_HEAD;
  const int pieces = (step.n + 31) / 32;
  const int parts = BATCH * (own ? HEADS : 1) * pieces;
  const int blocks = BLOCKS - firstBlock;
  // from the last warp down: the first ones have rows of the product to compute
#pragma unroll 1
  for (int part = (WARPS - 1 - opaque(threadIdx.x) / 32) * blocks + blockIdx.x - firstBlock; part < parts; part += WARPS * blocks) {
    int set = part / pieces;
    int entry = (part - set * pieces) * 32 + opaque(threadIdx.x) % 32;
    if (entry >= step.n) continue;
    int row = step.scoring == SUM_OF_MODEL ? set : layer * BATCH * (own ? HEADS : 1) + set;
    float* score = step.scores + static_cast<long long>(row) * step.capacity + entry;
    float before = step.scoring == MEAN_OF_LAYER ? 0 : __ldcg(score);
    if (own) {
      *score = before + weightOf(__ldcg(step.raw + set * step.capacity + entry), __ldcg(softmaxOf(step) + set));
      continue;
    }
    float sum = 0;
    // asked for together: one trip to L2 and not one for each
    constexpr int AT_ONCE = 10;
#pragma unroll 1
    for (int first = 0; first < HEADS; first += AT_ONCE) {
      float logits[AT_ONCE];
      float2 softmax[AT_ONCE];
#pragma unroll
      for (int i = 0; i < AT_ONCE; i++) {
        int pair = set * HEADS + min(first + i, HEADS - 1);
        logits[i] = __ldcg(step.raw + pair * step.capacity + entry);
        softmax[i] = __ldcg(softmaxOf(step) + pair);
      }
#pragma unroll
      for (int i = 0; i < AT_ONCE; i++) sum += first + i < HEADS ? weightOf(logits[i], softmax[i]) : 0;
    }
    *score = step.scoring == MEAN_OF_LAYER ? sum / HEADS : before + sum;
  }
}
