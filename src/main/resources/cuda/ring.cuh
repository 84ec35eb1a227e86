// A ring of chunks in shared memory. One thread copies what the step will read, in order and as far
// ahead as there is room, whatever phase the warps are in: device memory never waits for the arithmetic.
#pragma once
#include "exchange.cuh"

struct Ring {
  Element* chunks;   // [STAGES, CHUNK_ELEMENTS]
  unsigned full;     // shared addresses of STAGES barriers each: a chunk has arrived,
  unsigned empty;    // a chunk has been read

  __device__ explicit Ring(char* shared) {
    chunks = reinterpret_cast<Element*>(shared + FIXED_BYTES);
    full = sharedAddress(shared + FIXED_BYTES + STAGES * CHUNK_BYTES);
    empty = full + 8 * STAGES;
  }

  __device__ void start() const {
    for (int i = 0; i < STAGES; i++) {
      initBarrier(full + 8 * i, 1);
      initBarrier(empty + 8 * i, WARPS);
    }
    fenceBarriers();
  }

  __device__ Element* chunk(unsigned index) const { return chunks + index % STAGES * CHUNK_ELEMENTS; }

  // The copying thread: waits for room, and says how many bytes will come. Copies under way are limited to what
  // keeps device memory busy: more of them would only queue, and what blocks exchange would queue behind them.
  __device__ void open(unsigned index, unsigned bytes) const {
    if (index >= AHEAD) {
      unsigned arrived = index - AHEAD;
      waitBarrier(full + 8 * (arrived % STAGES), arrived / STAGES % 2);
    }
    waitBarrier(empty + 8 * (index % STAGES), index / STAGES % 2 ^ 1);
    arriveExpecting(full + 8 * (index % STAGES), bytes);
  }

  // The copying thread: starts a copy into an open chunk.
  __device__ void copy(unsigned index, int offset, const Element* from, unsigned bytes, unsigned long long policy) const {
    copyToShared(sharedAddress(chunk(index) + offset), from, bytes, full + 8 * (index % STAGES), policy);
  }

  // A warp that computes: waits until a chunk is there. A barrier's parity tells only the phase it is in from
  // the one before, so the warp first sees that the chunk before in the same place was given back.
  __device__ void take(unsigned index) const {
    waitBarrier(empty + 8 * (index % STAGES), index / STAGES % 2 ^ 1);
    waitBarrier(full + 8 * (index % STAGES), index / STAGES % 2);
  }

  // A warp that computes: gives back the room of a chunk that it alone has taken.
  __device__ void give(unsigned index) const {
    __syncwarp();
    if (threadIdx.x % 32 == 0) arrive(empty + 8 * (index % STAGES), WARPS);
  }

  // Every warp that computes: gives back its part in chunks that all of them take, at most 32.
  __device__ void giveShared(unsigned index, unsigned count) const {
    __syncwarp();
    if (threadIdx.x % 32 < count) arrive(empty + 8 * ((index + threadIdx.x % 32) % STAGES), 1);
  }
};

// The copying thread's side of a product: a block's rows of a matrix [total, WIDTH], or of a slice of one
// with longer rows.
__device__ __forceinline__ void copyRows(
    const Ring& ring, unsigned& index, const Element* matrix, unsigned total, unsigned stride, unsigned long long policy) {
  Rows rows(total);
#pragma unroll 1
  for (unsigned row = rows.begin; row < rows.end; row += CHUNK_ROWS, index++) {
    unsigned count = min(CHUNK_ROWS, rows.end - row);
    unsigned bytes = WIDTH * sizeof(Element);
    const Element* from = matrix + static_cast<long long>(row) * stride;
    ring.open(index, count * bytes);
    bool whole = stride == WIDTH;
#pragma unroll 1
    for (unsigned i = 0; i < (whole ? 1 : count); i++) {
      ring.copy(index, i * WIDTH, from + static_cast<long long>(i) * stride, whole ? count * bytes : bytes, policy);
    }
  }
}

// The copying thread's side of attention: a block's items, all entries but the step's own.
__device__ __forceinline__ void copyEntries(
    const Ring& ring, unsigned& index, const Step& step, int layer, unsigned long long policy) {
#pragma unroll 1
  for (unsigned i = blockIdx.x; i < items(step); i += BLOCKS) {
    Item item(step, i);
#pragma unroll 1
    for (unsigned entry = item.begin; entry < item.end; entry += CHUNK_ENTRIES, index++) {
      unsigned bytes = min(CHUNK_ENTRIES, item.end - entry) * HEAD_DIM * sizeof(Element);
      ring.open(index, 2 * bytes);
#pragma unroll 1
      for (int kv = 0; kv < 2; kv++) {
        ring.copy(index, kv * CHUNK_ENTRIES * HEAD_DIM,
            entriesOf(step, layer, kv, item.pair) + static_cast<long long>(entry) * HEAD_DIM, bytes, policy);
      }
    }
  }
}

// Everything that a step reads from device memory, in the order in which it is needed. Every copy is at one place in the code:
// all that runs within a layer should stay in the cache of instructions.
__device__ inline void copyAll(const Ring& ring, const Step& step, const Layer* layers) {
  unsigned long long once = evictFirst();
  unsigned long long again = evictLast();
  unsigned index = 0;
#pragma unroll 1
  for (int layer = 0; layer <= LAYERS; layer++) {
    bool head = layer == LAYERS;
    const Layer& w = layers[head ? 0 : layer];
#pragma unroll 1
    for (int part = 0; part < (head ? 1 : 3 + SLICES); part++) {
      if (part == 1) copyEntries(ring, index, step, layer, KEEP_CACHE ? again : once);
      const Element* matrix = head ? step.tokens
          : part == 0 ? w.qkv : part == 1 ? w.projection : part == 2 ? w.up : w.down + (part - 3) * WIDTH;
      unsigned total = head ? VOCABULARY : part == 0 ? 3 * WIDTH : part == 2 ? INNER : WIDTH;
      copyRows(ring, index, matrix, total, part < 3 ? WIDTH : INNER, once);
    }
  }
}
