// What the phases of a step share: sizes, arguments, shared memory.
//
// Sizes come as macros: LAYERS, HEADS, HEAD_DIM, INNER (of the MLP), VOCABULARY, BATCH, EPSILON, ELEMENT_FP32|FP16|BF16,
// MAX_SHARED (bytes a block may have), BLOCKS (of the launch: one per multiprocessor), WARPS (of a block that
// compute; one more copies), CHUNK_ROWS and UNDER_WAY (see below), KEEP_CACHE (whether cache entries are worth their room in L2),
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
constexpr int BATCH_PADDED = powerOfTwo(BATCH);

// A chunk is a place of the ring: CHUNK_ROWS rows of WIDTH elements, which one warp takes, or the keys and values of
// some entries of a head, which all warps share.
constexpr int CHUNK_ELEMENTS = CHUNK_ROWS * WIDTH;
constexpr int CHUNK_BYTES = CHUNK_ELEMENTS * sizeof(Element);
static_assert(UNDER_WAY > 0, "chunks that may be on their way at once");
constexpr int CHUNK_ENTRIES = CHUNK_ELEMENTS / 2 / HEAD_DIM;
static_assert(CHUNK_ENTRIES > 0, "room for the key and the value of an entry");

// With fewer than 8 warps a thread has 255 registers, else 168.
constexpr bool REGISTERS_TO_SPARE = WARPS < 8;

// All warps but the last share the entries of some chunks; the last has the step's own entry.
constexpr int ATTENDING = WARPS - 1;
constexpr int CHUNKS_AT_ONCE = WARPS < 8 ? WARPS : 8;
constexpr int SHARE = (CHUNKS_AT_ONCE * CHUNK_ENTRIES + ATTENDING - 1) / ATTENDING;
static_assert(ATTENDING > 0, "two warps that compute");

// Room for the activations of a sequence, see activationIndex.
constexpr int PADDED = (WIDTH + 255) / 256 * 256;

// A row of INNER elements is multiplied in slices of WIDTH; of their activations so many are held at once.
constexpr int SLICES = INNER / WIDTH;
constexpr int SLICES_AT_ONCE = BATCH <= 2 ? 4 : BATCH <= 4 ? 2 : 1;

static_assert(HEAD_DIM * sizeof(Element) % 16 == 0 && 512 % (HEAD_DIM * sizeof(Element)) == 0, "head width");
static_assert(WIDTH * sizeof(Element) % 16 == 0 && BATCH <= 8, "width or batch");
static_assert(INNER % WIDTH == 0 && SLICES % SLICES_AT_ONCE == 0, "slices of the MLP's inner width");

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
constexpr int OWNED = rowsOfBlock(WIDTH);

// Biases of the rows that a block computes in a layer.
struct Biases {
  Element qkv[rowsOfBlock(3 * WIDTH)], projection[OWNED], up[rowsOfBlock(INNER)], down[OWNED];
};

// Shared memory of a block, but for the ring behind it.
struct Shared {
  Layer layers[LAYERS];
  Biases biases[LAYERS];
  alignas(16) float activation[SLICES_AT_ONCE * BATCH * PADDED];  // [slices, B, PADDED], input of the current product
  float own[OWNED * BATCH];                     // residual stream of the rows that this block owns
  float slices[SLICES * OWNED * BATCH];         // what each slice of INNER adds to them
  float heads[BATCH * HEADS * MAX_SPLITS * 2];  // maximum and sum of exponentials of each item
  float maximum[BATCH * HEADS], total[BATCH * HEADS];  // of a head's softmax
  float weights[ATTENDING * SHARE];             // attention weights of a warp's entries
  float sum[WARPS * (HEAD_DIM + 2)];            // as Step::partial, of a warp
  float2 reduction[WARPS];
  float best[WARPS * BATCH * 2];
  int last;
};

constexpr int FIXED_BYTES = (sizeof(Shared) + 127) / 128 * 128;
constexpr int STAGES = (MAX_SHARED - FIXED_BYTES - 1024) / CHUNK_BYTES < 32
    ? (MAX_SHARED - FIXED_BYTES - 1024) / CHUNK_BYTES : 32;
static_assert(STAGES >= WARPS, "too little shared memory");

// No further ahead than the ring is long: a barrier's parity tells one phase from the next, not from the one after.
constexpr unsigned AHEAD = UNDER_WAY < STAGES ? UNDER_WAY : STAGES;

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
