// Products of a layer of few sequences, as kernels by themselves: for models whose step is a chain of kernels. The normalisation of what is
// multiplied and what follows a product are in them, so that between two products nothing is left but attention.
//
// A weight is read once, straight into registers; weights are the matrix instruction's rows, sequences its eight columns. Warps of a block
// share a tile of 16 rows, each some of their elements. A block asks for the next weights before it multiplies those that are there, and for
// the first before it knows what to multiply them by.
//
// Macros: ELEMENT_FP16 or ELEMENT_BF16.
#include "element.cuh"

constexpr int WARPS = 8;
constexpr int THREADS = 32 * WARPS;
constexpr int ROWS = 16;            // of a tile
constexpr int CHUNK = 32;           // elements of a row that four lanes load at once
constexpr int AHEAD = 4;            // chunks that are asked for at once
constexpr int MOST = 8;             // sequences

// What a launch is given. Rows of weights are `width` long, those of `out` as many as are written of a sequence.
struct Product {
  const Element* weights;       // [rows, width]
  const Element* x;             // [B, width]
  Element* out;                 // [B, rows], gated [B, rows / 2]
  const Element* gain;          // [width], where x is normalised
  const Element* bias;          // [rows], or null
  int rows;
  int width;                    // a multiple of CHUNK
  int batch;
  int blocks;                   // of the launch
  float epsilon;
};

// Shared memory of a block before its x: sums of each warp.
constexpr int FIXED_BYTES = 4 * WARPS * ROWS * (MOST + 1);

// How a product ends.
enum End { STORED, ADDED, GATED };

struct Weights {
  uint4 of[2][AHEAD];           // rows lane / 4 and lane / 4 + 8
};

// The row of weights that is the tile's row of that number. Gated, the second eight are the up projection's beside the gate's eight.
template <End END>
__device__ __forceinline__ int rowOf(const Product& p, int tile, int row) {
  int at = END == GATED ? tile * ROWS / 2 + row % 8 + row / 8 * (p.rows / 2) : tile * ROWS + row;
  return min(at, p.rows - 1);
}

// Chunks [chunk, chunk + AHEAD) of the warp's, of which it has `chunks`; what lies behind is zero.
template <End END>
__device__ __forceinline__ void load(const Product& p, int tile, int first, int chunk, int chunks, Weights& weights) {
  const int lane = threadIdx.x % 32;
#pragma unroll
  for (int half = 0; half < 2; half++) {
    const Element* row = p.weights + static_cast<long long>(rowOf<END>(p, tile, lane / 4 + 8 * half)) * p.width + CHUNK * first
        + 8 * (lane % 4);
#pragma unroll
    for (int c = 0; c < AHEAD; c++) {
      weights.of[half][c] = chunk + c < chunks ? loadOnce(row + CHUNK * (chunk + c)) : make_uint4(0, 0, 0, 0);
    }
  }
}

// Rows of x into shared memory [B, width], normalised by their root mean square, or as they are.
template <bool NORMALISED>
__device__ __forceinline__ void bring(const Product& p, Element* to, float* sums) {
  const int lane = threadIdx.x % 32;
  const int warp = threadIdx.x / 32;
  for (int b = 0; b < p.batch; b++) {
    const Element* x = p.x + static_cast<long long>(b) * p.width;
    float scale = 1;
    if (NORMALISED) {
      float sum = 0;
      for (int i = 8 * threadIdx.x; i < p.width; i += 8 * THREADS) {
        float of[8];
        widenVector(*reinterpret_cast<const uint4*>(x + i), of);
#pragma unroll
        for (int j = 0; j < 8; j++) sum += of[j] * of[j];
      }
#pragma unroll
      for (int mask = 16; mask > 0; mask /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, mask);
      if (lane == 0) sums[warp] = sum;
      __syncthreads();
      sum = 0;
#pragma unroll
      for (int w = 0; w < WARPS; w++) sum += sums[w];
      scale = rsqrtf(sum / p.width + p.epsilon);
      // before the next sequence's sums
      __syncthreads();
    }
    for (int i = 8 * threadIdx.x; i < p.width; i += 8 * THREADS) {
      uint4 raw = *reinterpret_cast<const uint4*>(x + i);
      if (NORMALISED) {
        float of[8];
        float gain[8];
        widenVector(raw, of);
        widenVector(*reinterpret_cast<const uint4*>(p.gain + i), gain);
#pragma unroll
        for (int j = 0; j < 8; j++) of[j] *= scale * gain[j];
        raw = make_uint4(pack(of[0], of[1]), pack(of[2], of[3]), pack(of[4], of[5]), pack(of[6], of[7]));
      }
      *reinterpret_cast<uint4*>(to + b * p.width + i) = raw;
    }
  }
  __syncthreads();
}

template <bool NORMALISED, End END>
__device__ __forceinline__ void multiply(const Product& p) {
  const int lane = threadIdx.x % 32;
  const int warp = threadIdx.x / 32;
  const int row = lane / 4;         // of the instruction's rows, and its column of x
  const int column = lane % 4;
  const int tiles = (p.rows + ROWS - 1) / ROWS;
  const int all = p.width / CHUNK;
  const int first = all * warp / WARPS;
  const int chunks = all * (warp + 1) / WARPS - first;

  SHARED_MEMORY(shared);
  float* sums = reinterpret_cast<float*>(shared);                       // [WARPS, ROWS, MOST + 1]
  Element* x = reinterpret_cast<Element*>(shared + FIXED_BYTES);        // [B, width]
  int tile = blockIdx.x;
  Weights now;
  load<END>(p, tile, first, 0, chunks, now);
  bring<NORMALISED>(p, x, sums);
  const Element* mine = x + min(row, p.batch - 1) * p.width + CHUNK * first + 8 * column;
  for (; tile < tiles; tile += p.blocks) {
    float c[4] = {};
    for (int chunk = 0; chunk < chunks; chunk += AHEAD) {
      Weights next;
      bool more = chunk + AHEAD < chunks;
      // behind the last tile the last row once more, which nobody uses
      load<END>(p, more ? tile : tile + p.blocks, first, more ? chunk + AHEAD : 0, tile + p.blocks < tiles || more ? chunks : 0, next);
#pragma unroll
      for (int i = 0; i < AHEAD; i++) {
        uint4 of = row < p.batch && chunk + i < chunks ? *reinterpret_cast<const uint4*>(mine + CHUNK * (chunk + i))
            : make_uint4(0, 0, 0, 0);
        multiplyAdd(c, now.of[0][i].x, now.of[1][i].x, now.of[0][i].y, now.of[1][i].y, of.x, of.y);
        multiplyAdd(c, now.of[0][i].z, now.of[1][i].z, now.of[0][i].w, now.of[1][i].w, of.z, of.w);
      }
      now = next;
    }
#pragma unroll
    for (int i = 0; i < 4; i++) sums[(warp * ROWS + row + i / 2 * 8) * (MOST + 1) + 2 * column + i % 2] = c[i];
    __syncthreads();
    if (threadIdx.x < ROWS * MOST) {
      const int of = threadIdx.x % ROWS;
      const int b = threadIdx.x / ROWS;
      const int at = END == GATED ? tile * ROWS / 2 + of % 8 + of / 8 * (p.rows / 2) : tile * ROWS + of;
      const bool there = b < p.batch && (END == GATED ? tile * ROWS / 2 + of % 8 < p.rows / 2 : at < p.rows);
      float sum = p.bias && there ? widen(p.bias[at]) : 0.0f;
#pragma unroll
      for (int w = 0; w < WARPS; w++) sum += sums[(w * ROWS + of) * (MOST + 1) + b];
      if (END == GATED) {
        // as the operators round: the gate, the gate activated, and what both make
        float up = __shfl_xor_sync(0xffffffffu, sum, 8);
        sum = widen(narrow(sum));
        sum = widen(narrow(sum / (1 + __expf(-sum)))) * widen(narrow(up));
        if (there && of < 8) p.out[static_cast<long long>(b) * (p.rows / 2) + at] = narrow(sum);
      } else if (there) {
        Element* to = p.out + static_cast<long long>(b) * p.rows + at;
        *to = narrow(END == ADDED ? widen(*to) + sum : sum);
      }
    }
    __syncthreads();
  }
}

// x normalised, times weights.
extern "C" __global__ void __launch_bounds__(THREADS, 2) productOfNorm(const __grid_constant__ Product p) { multiply<true, STORED>(p); }

// x times weights joins `out`.
extern "C" __global__ void __launch_bounds__(THREADS, 2) productAdded(const __grid_constant__ Product p) { multiply<false, ADDED>(p); }

// Of x normalised: silu(gate) * up, whose weights are below each other.
extern "C" __global__ void __launch_bounds__(THREADS, 2) productGated(const __grid_constant__ Product p) { multiply<true, GATED>(p); }
