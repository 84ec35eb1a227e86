// Attention of one decode step over the entries that a cache holds, as kernels by themselves, launched among libtorch's operators: for
// models whose step is not one kernel. Of every key-value head and sequence it reads each held key and value once, spreads them over
// the card in pieces as flash-decoding does (Dao et al. 2023), and leaves the attention weights where a strategy scores with them.
//
// Macros: ELEMENT_FP16 or ELEMENT_BF16, HEAD_DIM (a multiple of 8), GROUP (query heads of a key-value head, at most 8), ROWS (1: weights
// are wanted).
//
// The matrix instruction takes 16 x 8: first query heads, of which GROUP are there, by 8 keys; then 16 elements of values by query
// heads. Which of a head's elements is which of the instruction's does not matter as long as both sides agree, so that lanes load 16
// bytes of a key or value at once and hold what the instruction wants.
#include "element.cuh"

constexpr int WARPS = 8;
constexpr int THREADS = 32 * WARPS;
constexpr int TILE = 16;            // entries that a warp takes at once
constexpr int KEY_PARTS = (HEAD_DIM + 31) / 32;     // 16 bytes of a key for each of four lanes
constexpr int VALUE_PARTS = (HEAD_DIM + 63) / 64;   // 16 bytes of a value for each of eight lanes
constexpr float LOG2_E = 1.44269504f;

// What a launch is given. Strides are in elements; those of entries are HEAD_DIM.
struct Attention {
  const Element* q;             // [B, H, HEAD_DIM]
  const Element* k;             // [B, H / GROUP, n, HEAD_DIM]
  const Element* v;
  Element* out;                 // [B, H, HEAD_DIM], heads side by side
  Element* rows;                // [B, H, n] weights, if ROWS
  float* logits;                // [B, H, logitsRow], if ROWS
  float* parts;                 // of every piece and query head HEAD_DIM sums, its largest logit, and the sum of weights relative to it
  const long long* length;      // entries held, at most n; null where n are
  long long qBatch, qHead, kBatch, kHead, vBatch, vHead, outBatch;
  int n;
  int logitsRow;                // even, at least n
  int keyValueHeads;
  int pieces;
  float scale;
};

constexpr int PART = HEAD_DIM + 2;

// Shared memory of a block: of each warp and query head sums of values, the largest logit, and the sum of weights.
constexpr int MEANS = WARPS * GROUP * HEAD_DIM;
extern "C" __constant__ unsigned sharedBytes = 4 * (MEANS + 2 * WARPS * GROUP);

// The logit of what is not there: minus infinity.
#define NONE __int_as_float(0xff800000)

// Largest and sum over the four lanes that share a query head.
__device__ __forceinline__ float largestOfFour(float f) {
  f = fmaxf(f, __shfl_xor_sync(0xffffffffu, f, 1));
  return fmaxf(f, __shfl_xor_sync(0xffffffffu, f, 2));
}

__device__ __forceinline__ float sumOfFour(float f) {
  f += __shfl_xor_sync(0xffffffffu, f, 1);
  return f + __shfl_xor_sync(0xffffffffu, f, 2);
}

__device__ __forceinline__ int held(const Attention& at) { return at.length ? static_cast<int>(*at.length) : at.n; }

// What sums relative to one logit are to be multiplied by, relative to a larger one: 0 where nothing was summed.
__device__ __forceinline__ float shareOf(float logit, float most) { return logit > NONE ? exp2f(logit - most) : 0.0f; }

__device__ __forceinline__ float largestOfWarps(const float* mosts) {
  float most = NONE;
#pragma unroll
  for (int w = 0; w < WARPS; w++) most = fmaxf(most, mosts[w]);
  return most;
}

// Weights of entries [from, to) of a query head, from its logits; zero from `held` on.
__device__ void writeRow(const Attention& at, long long head, int from, int to, int held, float largest, float sum) {
  const float* logits = at.logits + head * at.logitsRow;
  Element* row = at.rows + head * at.n;
  for (int i = from + threadIdx.x; i < to; i += THREADS) {
    row[i] = narrow(i < held ? exp2f(logits[i] - largest) / sum : 0.0f);
  }
}

// One piece of one key-value head; B * H / GROUP * pieces blocks.
extern "C" __global__ void __launch_bounds__(THREADS, 2) attendPiece(const Attention at) {
  const int lane = threadIdx.x % 32;
  const int warp = threadIdx.x / 32;
  const int row = lane / 4;
  const int column = lane % 4;
  const int piece = blockIdx.x % at.pieces;
  const int keyValueHead = blockIdx.x / at.pieces % at.keyValueHeads;
  const int batch = blockIdx.x / at.pieces / at.keyValueHeads;
  const long long head = (static_cast<long long>(batch) * at.keyValueHeads + keyValueHead) * GROUP;   // the first of the group
  const int n = held(at);
  const int each = ((n + at.pieces - 1) / at.pieces + TILE - 1) / TILE * TILE;
  const int first = piece * each;
  const int end = min(n, first + each);

  // row `row` of queries, zero from GROUP on
  uint4 query[KEY_PARTS];
  const Element* q = at.q + batch * at.qBatch + (keyValueHead * GROUP + min(row, GROUP - 1)) * at.qHead;
#pragma unroll
  for (int part = 0; part < KEY_PARTS; part++) {
    int element = 32 * part + 8 * column;
    query[part] = row < GROUP && element < HEAD_DIM ? *reinterpret_cast<const uint4*>(q + element) : make_uint4(0, 0, 0, 0);
  }
  const Element* keys = at.k + batch * at.kBatch + keyValueHead * at.kHead;
  const Element* values = at.v + batch * at.vBatch + keyValueHead * at.vHead;
  const float scale = at.scale * LOG2_E;
#if ROWS
  float* logits = at.logits + (head + row) * at.logitsRow;
#endif

  float largest = NONE;
  float sum = 0;
  float mean[VALUE_PARTS][4][4] = {};
  for (int tile = first + TILE * warp; tile < end; tile += TILE * WARPS) {
    uint4 key[2][KEY_PARTS];
    uint4 value[4][VALUE_PARTS];
#pragma unroll
    for (int half = 0; half < 2; half++) {
      const Element* of = keys + static_cast<long long>(min(tile + 8 * half + row, end - 1)) * HEAD_DIM;
#pragma unroll
      for (int part = 0; part < KEY_PARTS; part++) {
        int element = 32 * part + 8 * column;
        key[half][part] = element < HEAD_DIM ? loadVector(of + element) : make_uint4(0, 0, 0, 0);
      }
    }
#pragma unroll
    for (int i = 0; i < 4; i++) {
      const Element* of = values + static_cast<long long>(min(tile + 8 * (i / 2) + 2 * column + i % 2, end - 1)) * HEAD_DIM;
#pragma unroll
      for (int part = 0; part < VALUE_PARTS; part++) {
        int element = 64 * part + 8 * row;
        value[i][part] = element < HEAD_DIM ? loadVector(of + element) : make_uint4(0, 0, 0, 0);
      }
    }
    float score[2][4] = {};
#pragma unroll
    for (int half = 0; half < 2; half++) {
#pragma unroll
      for (int part = 0; part < KEY_PARTS; part++) {
        multiplyAdd(score[half], query[part].x, 0, query[part].y, 0, key[half][part].x, key[half][part].y);
        multiplyAdd(score[half], query[part].z, 0, query[part].w, 0, key[half][part].z, key[half][part].w);
      }
      int entry = tile + 8 * half + 2 * column;
      score[half][0] = entry < end ? score[half][0] * scale : NONE;
      score[half][1] = entry + 1 < end ? score[half][1] * scale : NONE;
#if ROWS
      if (row < GROUP && entry < end) *reinterpret_cast<float2*>(logits + entry) = make_float2(score[half][0], score[half][1]);
#endif
    }
    float now = fmaxf(largest, largestOfFour(fmaxf(fmaxf(score[0][0], score[0][1]), fmaxf(score[1][0], score[1][1]))));
    if (__any_sync(0xffffffffu, now > largest)) {
      float shrink = exp2f(largest - now);
      sum *= shrink;
      float left = __shfl_sync(0xffffffffu, shrink, 8 * column);
      float right = __shfl_sync(0xffffffffu, shrink, 8 * column + 4);
#pragma unroll
      for (int part = 0; part < VALUE_PARTS; part++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
          mean[part][i][0] *= left;
          mean[part][i][1] *= right;
          mean[part][i][2] *= left;
          mean[part][i][3] *= right;
        }
      }
      largest = now;
    }
    unsigned weights[2];
#pragma unroll
    for (int half = 0; half < 2; half++) {
      float left = exp2f(score[half][0] - largest);
      float right = exp2f(score[half][1] - largest);
      sum += left + right;
      weights[half] = pack(left, right);
    }
#pragma unroll
    for (int part = 0; part < VALUE_PARTS; part++) {
      const unsigned* of[4];
#pragma unroll
      for (int i = 0; i < 4; i++) of[i] = &value[i][part].x;
#pragma unroll
      for (int i = 0; i < 4; i++) {
        // elements 2 i and 2 i + 1 of each lane's eight, of entries side by side
        multiplyAdd(mean[part][i], __byte_perm(of[0][i], of[1][i], 0x5410), __byte_perm(of[0][i], of[1][i], 0x7632),
            __byte_perm(of[2][i], of[3][i], 0x5410), __byte_perm(of[2][i], of[3][i], 0x7632), weights[0], weights[1]);
      }
    }
  }

  SHARED_MEMORY(shared);
  float* means = reinterpret_cast<float*>(shared);                  // [WARPS, GROUP, HEAD_DIM]
  float* mosts = means + MEANS;                                     // [GROUP, WARPS]
  float* sums = mosts + GROUP * WARPS;
  sum = sumOfFour(sum);
  if (column == 0 && row < GROUP) {
    mosts[row * WARPS + warp] = largest;
    sums[row * WARPS + warp] = sum;
  }
#pragma unroll
  for (int part = 0; part < VALUE_PARTS; part++) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
#pragma unroll
      for (int c = 0; c < 4; c++) {
        int of = 2 * column + c % 2;
        int element = 64 * part + 8 * row + 2 * i + c / 2;
        if (of < GROUP && element < HEAD_DIM) means[(warp * GROUP + of) * HEAD_DIM + element] = mean[part][i][c];
      }
    }
  }
  __syncthreads();
  for (int i = threadIdx.x; i < GROUP * HEAD_DIM; i += THREADS) {
    int of = i / HEAD_DIM;
    int element = i % HEAD_DIM;
    float most = largestOfWarps(mosts + of * WARPS);
    float total = 0;
    float all = 0;
#pragma unroll
    for (int w = 0; w < WARPS; w++) {
      float weight = shareOf(mosts[of * WARPS + w], most);
      total += weight * sums[of * WARPS + w];
      all += weight * means[(w * GROUP + of) * HEAD_DIM + element];
    }
    if (at.pieces == 1) {
      at.out[batch * at.outBatch + (keyValueHead * GROUP + of) * HEAD_DIM + element] = narrow(all / total);
    } else {
      float* part = at.parts + ((head + of) * at.pieces + piece) * PART;
      part[element] = all;
      if (element == 0) {
        part[HEAD_DIM] = most;
        part[HEAD_DIM + 1] = total;
      }
    }
  }
#if ROWS
  if (at.pieces == 1) {
    // other warps' logits too: the barrier above is behind their stores
    for (int of = 0; of < GROUP; of++) {
      float most = largestOfWarps(mosts + of * WARPS);
      float total = 0;
      for (int w = 0; w < WARPS; w++) total += shareOf(mosts[of * WARPS + w], most) * sums[of * WARPS + w];
      writeRow(at, head + of, 0, at.n, n, most, total);
    }
  }
#endif
}

constexpr int ROW_PART = 4 * THREADS;   // weights that a block writes

// Joins a query head's pieces, where there is more than one; B * H blocks for means, with ROWS each followed by n / ROW_PART, rounded
// up, for weights.
extern "C" __global__ void __launch_bounds__(THREADS) joinPieces(const Attention at) {
  const int lane = threadIdx.x % 32;
  const int warp = threadIdx.x / 32;
  const int blocks = ROWS ? 1 + (at.n + ROW_PART - 1) / ROW_PART : 1;
  const long long head = blockIdx.x / blocks;
  const int block = blockIdx.x % blocks;
  const float* parts = at.parts + head * at.pieces * PART;
  float most = NONE;
  for (int piece = lane; piece < at.pieces; piece += 32) most = fmaxf(most, parts[piece * PART + HEAD_DIM]);
#pragma unroll
  for (int mask = 16; mask > 0; mask /= 2) most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, mask));
  float total = 0;
  for (int piece = lane; piece < at.pieces; piece += 32) {
    total += shareOf(parts[piece * PART + HEAD_DIM], most) * parts[piece * PART + HEAD_DIM + 1];
  }
#pragma unroll
  for (int mask = 16; mask > 0; mask /= 2) total += __shfl_xor_sync(0xffffffffu, total, mask);
#if ROWS
  if (block > 0) {
    int from = (block - 1) * ROW_PART;
    writeRow(at, head, from, min(at.n, from + ROW_PART), held(at), most, total);
    return;
  }
#endif
  // each warp some of the pieces
  SHARED_MEMORY(shared);
  float* means = reinterpret_cast<float*>(shared);   // [WARPS, HEAD_DIM]
  float mean[(HEAD_DIM + 31) / 32] = {};
  for (int piece = warp; piece < at.pieces; piece += WARPS) {
    const float* part = parts + piece * PART;
    float weight = shareOf(part[HEAD_DIM], most);
#pragma unroll
    for (int i = 0; i < (HEAD_DIM + 31) / 32; i++) {
      if (32 * i + lane < HEAD_DIM) mean[i] += weight * part[32 * i + lane];
    }
  }
#pragma unroll
  for (int i = 0; i < (HEAD_DIM + 31) / 32; i++) {
    if (32 * i + lane < HEAD_DIM) means[warp * HEAD_DIM + 32 * i + lane] = mean[i];
  }
  __syncthreads();
  const int heads = at.keyValueHeads * GROUP;
  for (int element = threadIdx.x; element < HEAD_DIM; element += THREADS) {
    float all = 0;
#pragma unroll
    for (int w = 0; w < WARPS; w++) all += means[w * HEAD_DIM + element];
    at.out[head / heads * at.outBatch + head % heads * HEAD_DIM + element] = narrow(all / total);
  }
}
