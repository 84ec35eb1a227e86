// What the copying warp of a block does for products of many sequences. Rows are short pieces of 16 bytes a lane, not one long copy each:
// those are begun one after the other, lane by lane, and the warp would not keep up with device memory.
#pragma once
#include "wide.cuh"
#include "ring.cuh"

static_assert(STAGES >= WARPS, "too little shared memory");

// The copying warp: a tile's rows of a part, `count` of them from there on, that are LENGTH apart. All addresses are the lane's first ones
// and constants: what has to be computed for every copy holds the next one up.
template <int LENGTH>
__device__ __forceinline__ void copyTile(const Ring& ring, unsigned index, const Element* from, unsigned count, unsigned long long policy) {
  constexpr int ROWS = 8;                // at a time, of a quarter of the lanes' vectors each
  constexpr int COLUMNS = 4 * VECTOR;
  unsigned lane = threadIdx.x % 32;
  unsigned row = lane / 4;
  from += static_cast<long long>(row) * LENGTH + lane % 4 * VECTOR;
  ring.await(index);
  unsigned to = sharedAddress(ring.chunk(index) + (row % 2 * TILE / 2 + row / 2) * CHUNK_STRIDE + lane % 4 * VECTOR);
#pragma unroll
  for (int first = 0; first < TILE; first += ROWS) {
    if (first + row >= count) continue;
#pragma unroll
    for (int k = 0; k < PART; k += COLUMNS) {
      copyVector(to + (first / 2 * CHUNK_STRIDE + k) * sizeof(Element), from + first * LENGTH + k, policy);
    }
  }
  ring.close(index);
}

// The copying warp's side of a product.
template <class C>
__device__ __forceinline__ void copyProduct(const Ring& ring, unsigned& index, const Element* matrix, unsigned long long policy) {
#pragma unroll 1
  for (unsigned i = blockIdx.x / CLUSTER; i < C::JOBS; i += CLUSTERS) {
    Job<C> job(i);
#pragma unroll 1
    for (unsigned first = 0; first < job.units() / SHARERS; first += C::HELD * WARPS / SHARERS) {
      unsigned last = min(first + C::HELD * WARPS / SHARERS, job.units() / SHARERS);
#pragma unroll 1
      for (int pass = 0; pass < C::PASSES; pass++) {
#pragma unroll 1
        for (unsigned chunk = first; chunk < last; chunk++, index++) {
          unsigned row = job.begin + chunk / C::PARTS * TILE;
          copyTile<C::ROW>(ring, index, matrix + static_cast<long long>(row) * C::ROW + job.column(pass) + chunk % C::PARTS * PART,
              min(TILE, job.end - row), policy);
        }
      }
    }
  }
}

// The copying warps of all blocks: brings biases, gains and shifts of a layer into L2, which are asked for when they are needed.
__device__ __forceinline__ void prefetchVectors(const Layer& w) {
  constexpr unsigned LINE = 128 / sizeof(Element);
  unsigned line = blockIdx.x + threadIdx.x % 32 * BLOCKS;
  auto each = [&](const Element* vector, unsigned length) {
    unsigned lines = (length + LINE - 1) / LINE;
    if (line < lines) prefetch(vector + line * LINE);
    line -= lines;
  };
  each(w.gain1, WIDTH);
  each(w.shift1, WIDTH);
  each(w.qkvBias, 3 * WIDTH);
  each(w.projectionBias, WIDTH);
  each(w.gain2, WIDTH);
  each(w.shift2, WIDTH);
  each(w.upBias, INNER);
  each(w.downBias, WIDTH);
}
