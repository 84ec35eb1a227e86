// What the phases of a step share: sizes, arguments, shared memory.
//
// Sizes come as macros: LAYERS, HEADS, HEAD_DIM, INNER (of the MLP), VOCABULARY, BATCH, EPSILON, ELEMENT_FP32|FP16|BF16,
// MAX_SHARED (bytes a block may have), BLOCKS (of the launch: one per multiprocessor), WARPS (of a block that
// compute; one more copies), CHUNK_ROWS and UNDER_WAY (see below),
// MAX_SPLITS (most pieces that a head's entries are cut into), STEP_BYTES (what the host takes a Step for).
#pragma once
#include "element.cuh"

constexpr int WIDTH = HEADS * HEAD_DIM;  // D
constexpr int COMPUTING = 32 * WARPS;    // threads that compute

// A power of two, for the reduction over lanes that ends with one result per lane.
__host__ __device__ constexpr int powerOfTwo(int atLeast) {
  int power = 1;
  while (power < atLeast) power *= 2;
  return power;
}
static_assert(HEAD_DIM * sizeof(Element) % 16 == 0 && 512 % (HEAD_DIM * sizeof(Element)) == 0, "head width");

struct Layer {
  const Element *gain1, *shift1;          // [D]
  const Element *qkv, *qkvBias;           // [3D, D], [3D]
  const Element *projection, *projectionBias;  // [D, D], [D]
  const Element *gain2, *shift2;          // [D]
  const Element *up, *upBias;             // [4D, D], [4D]
  const Element *down, *downBias;         // [D, 4D], [D]
};

// Few enough sequences for tagged values.
#define LOW_LATENCY (BATCH <= 2)

// How the attention row is kept as a score.
enum Scoring { NO_SCORES = 0, SUM_OF_MODEL = 1, SUM_OF_HEAD = 2, MEAN_OF_LAYER = 3 };

// Who gets the slot of an entry that goes: one of the last, or the entries behind it, which all move up.
enum Removal { REPLACE = 0, COMPACT = 1 };

// The arguments of a step. G is the number of blocks.
struct Step {
  const Layer* layers;       // [L]
  const Element* tokens;     // [V, D]
  const Element* positions;  // [P, D]
  const Element* gain;       // [D], the final norm's
  const Element* shift;      // [D]
  long long* token;          // [B]
  long long* position;       // [1]
  Element* logits;           // [B, V]
  Element* cache;            // [L, 2, B, H, C, Dh]
  float* scores;             // [1 or L, B, 1 or H, C]
  int* origins;              // as many: the step that wrote each entry; null if nothing is ever evicted
  long long* steps;          // [1]: steps since the cache was empty, of no use without origins
  long long* hostToken;      // [B], in the host's memory
  // what blocks publish for each other, see exchange.cuh: 8 bytes a value
  float* x;                  // [B, D], the residual stream
  float* qkv;                // [B, 3, D], the step's own query, scaled, key and value
  float* partial;            // [B, H, splits, Dh + 4]: weighted mean of values, maximum, sum of exponentials, two unused
  float* raw;                // [B, H, C], attention logits of the current layer
  float* hidden;             // [B, I]
  float* best;               // [G, B, 2]: largest logit of a block, and its token
  int* chosen;               // [1 or L, B]: the slot of the last entry that goes, of sets that heads share
  uint2* moves;              // [G, warps, C]: slots to fill and slots they are filled from; null if one entry goes at a time
  unsigned* counters;        // [2]: arrivals at barriers, blocks that are done; zero between steps
  unsigned tag;              // of the first exchange; a step uses 2 * LAYERS of them
  int n;                     // entries held with this step's own, which goes to slot n - 1
  int advance;               // added to the position id
  int capacity;              // C
  int splits;                // pieces that a head's entries are cut into
  int scoring;
  int removal;
  int dropped;               // entries that go after this step
  int first;                 // entries protected by their origin: those below it,
  int recent;                // and the last ones, with this step's own
};
static_assert(sizeof(Step) == STEP_BYTES, "the host's Step has other fields");

// Rows of a matrix that a block computes, at most.
__host__ __device__ constexpr int rowsOfBlock(int total) { return (total + BLOCKS - 1) / BLOCKS; }

// Rows [begin, end) of a matrix that a block computes.
struct Rows {
  unsigned begin, end;
  __device__ __forceinline__ explicit Rows(unsigned total) {
    unsigned block = opaque(blockIdx.x);
    begin = total * block / BLOCKS;
    end = total * (block + 1) / BLOCKS;
  }
};

// An item of attention: entries [begin, end) of the n - 1 old ones, of one head of one sequence.
struct Item {
  unsigned pair, split, begin, end;
  __device__ __forceinline__ Item(const Step& step, unsigned index) {
    unsigned splits = step.splits;
    pair = index / splits;
    split = index - pair * splits;
    begin = (step.n - 1) * split / splits;
    end = (step.n - 1) * (split + 1) / splits;
  }
};

__device__ __forceinline__ unsigned items(const Step& step) { return BATCH * HEADS * step.splits; }

// Keys (kv = 0) or values (kv = 1) of a head: [C, Dh].
__device__ __forceinline__ Element* entriesOf(const Step& step, int layer, int kv, int pair) {
  return step.cache + ((static_cast<long long>(layer) * 2 + kv) * BATCH * HEADS + pair) * step.capacity * HEAD_DIM;
}

// Waits for the threads that compute, and for those of this block alone.
__device__ __forceinline__ void syncComputing() {
  syncFirst<COMPUTING>();
}

__device__ __forceinline__ float warpSum(float v) {
#pragma unroll
  for (int bit = 16; bit > 0; bit /= 2) v += __shfl_xor_sync(~0u, v, bit);
  return v;
}

__device__ __forceinline__ float warpMax(float v) {
#pragma unroll
  for (int bit = 16; bit > 0; bit /= 2) v = fmaxf(v, __shfl_xor_sync(~0u, v, bit));
  return v;
}

// Two sums over the threads that compute.
__device__ __forceinline__ float2 sumOfBlock(float2 (&reduction)[WARPS], float a, float b) {
  a = warpSum(a);
  b = warpSum(b);
  if (threadIdx.x % 32 == 0) reduction[threadIdx.x / 32] = make_float2(a, b);
  syncComputing();
  float2 sum = make_float2(0, 0);
#pragma unroll
  for (int w = 0; w < WARPS; w++) {
    float2 of = reduction[w];
    sum.x += of.x;
    sum.y += of.y;
  }
  return sum;
}
