// Everything that a step for few sequences reads from device memory, in the order in which it is needed.
#pragma once
#include "block.cuh"
#include "attend.cuh"

static_assert(STAGES >= WARPS, "too little shared memory");

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

// The copying thread: an item's entries from `entry` on, as many as a chunk holds.
__device__ __forceinline__ void copyChunk(const Ring& ring, unsigned index, const Step& step, int layer, const Item& item, unsigned entry,
    unsigned long long policy) {
  unsigned bytes = min(CHUNK_ENTRIES, item.end - entry) * HEAD_DIM * sizeof(Element);
  ring.open(index, 2 * bytes);
#pragma unroll 1
  for (int kv = 0; kv < 2; kv++) {
    ring.copy(index, kv * CHUNK_ENTRIES * HEAD_DIM,
        entriesOf(step, layer, kv, item.pair) + static_cast<long long>(entry) * HEAD_DIM, bytes, policy);
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
      copyChunk(ring, index, step, layer, item, entry, policy);
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
      if (part == 1) copyEntries(ring, index, step, layer, again);
      const Element* matrix = head ? step.tokens
          : part == 0 ? w.qkv : part == 1 ? w.projection : part == 2 ? w.up : w.down + (part - 3) * WIDTH;
      unsigned total = head ? VOCABULARY : part == 0 ? 3 * WIDTH : part == 2 ? INNER : WIDTH;
      copyRows(ring, index, matrix, total, part < 3 ? WIDTH : INNER, once);
    }
  }
}
