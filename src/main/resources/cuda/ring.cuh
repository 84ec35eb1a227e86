// A ring of chunks in shared memory. One thread copies what the step will read, in order and as far
// ahead as there is room, across all barriers of the step: device memory never waits for the arithmetic.
#pragma once
#include "exchange.cuh"

struct Ring {
  Element* chunks;   // [STAGES, CHUNK_ELEMENTS]
  unsigned full;     // shared addresses of STAGES barriers each: a chunk has arrived,
  unsigned empty;    // a chunk has been read

  __device__ explicit Ring(char* shared) {
    chunks = reinterpret_cast<Element*>(shared + FIXED_BYTES);
    full = static_cast<unsigned>(__cvta_generic_to_shared(shared + FIXED_BYTES + STAGES * CHUNK_BYTES));
    empty = full + 8 * STAGES;
  }

  __device__ void start() const {
    for (int i = 0; i < 2 * STAGES; i++) {
      asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" :: "r"(full + 8 * i) : "memory");
    }
    asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
  }

  __device__ static void wait(unsigned barrier, unsigned parity) {
    asm volatile(
        "{ .reg .pred p;\n"
        "again: mbarrier.try_wait.parity.shared::cta.b64 p, [%0], %1;\n"
        "@p bra done;\n"
        "bra again;\n"
        "done: }" :: "r"(barrier), "r"(parity) : "memory");
  }

  __device__ Element* chunk(unsigned index) const { return chunks + index % STAGES * CHUNK_ELEMENTS; }

  // The copying thread: waits for room, and says how many bytes will come. Copies under way are limited to what
  // keeps device memory busy: more of them would only queue, and what blocks exchange would queue behind them.
  __device__ void open(unsigned index, unsigned bytes) const {
    if (index >= AHEAD) {
      unsigned arrived = index - AHEAD;
      wait(full + 8 * (arrived % STAGES), arrived / STAGES % 2);
    }
    wait(empty + 8 * (index % STAGES), index / STAGES % 2 ^ 1);
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;"
        :: "r"(full + 8 * (index % STAGES)), "r"(bytes) : "memory");
  }

  // The copying thread: starts a copy into an open chunk.
  __device__ void copy(unsigned index, int offset, const Element* from, unsigned bytes, unsigned long long policy) const {
    unsigned to = static_cast<unsigned>(__cvta_generic_to_shared(chunk(index) + offset));
    asm volatile(
        "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.L2::cache_hint [%0], [%1], %2, [%3], %4;"
        :: "r"(to), "l"(from), "r"(bytes), "r"(full + 8 * (index % STAGES)), "l"(policy) : "memory");
  }

  // A warp that computes: waits until a chunk is there. A barrier's parity tells only the phase it is in from
  // the one before, so the warp first sees that the chunk before in the same place was given back.
  __device__ void take(unsigned index) const {
    wait(empty + 8 * (index % STAGES), index / STAGES % 2 ^ 1);
    wait(full + 8 * (index % STAGES), index / STAGES % 2);
  }

  // A warp that computes: gives a chunk's room back.
  __device__ void give(unsigned index) const {
    __syncwarp();
    if (threadIdx.x % 32 == 0) {
      asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" :: "r"(empty + 8 * (index % STAGES)) : "memory");
    }
  }
};

// The copying thread's side of a product: a block's rows of a matrix [total, WIDTH], or of a slice of one
// with longer rows.
__device__ inline void copyRows(
    const Ring& ring, unsigned& index, const Element* matrix, int total, int stride, unsigned long long policy) {
  Rows rows(total);
  for (unsigned row = rows.begin; row < rows.end; row += CHUNK_ROWS, index++) {
    unsigned count = min(CHUNK_ROWS, rows.end - row);
    unsigned bytes = WIDTH * sizeof(Element);
    const Element* from = matrix + static_cast<long long>(row) * stride;
    ring.open(index, count * bytes);
    if (stride == WIDTH) {
      ring.copy(index, 0, from, count * bytes, policy);
    } else {
      for (unsigned i = 0; i < count; i++) ring.copy(index, i * WIDTH, from + static_cast<long long>(i) * stride, bytes, policy);
    }
  }
}

// The copying thread's side of attention: a block's items, all entries but the step's own.
__device__ inline void copyEntries(const Ring& ring, unsigned& index, const Step& step, int layer, unsigned long long policy) {
  for (unsigned i = blockIdx.x; i < items(step); i += BLOCKS) {
    Item item(step, i);
    for (unsigned entry = item.begin; entry < item.end; entry += CHUNK_ENTRIES, index++) {
      unsigned bytes = min(CHUNK_ENTRIES, item.end - entry) * HEAD_DIM * sizeof(Element);
      ring.open(index, 2 * bytes);
      for (int kv = 0; kv < 2; kv++) {
        ring.copy(index, kv * CHUNK_ENTRIES * HEAD_DIM,
            entriesOf(step, layer, kv, item.pair) + static_cast<long long>(entry) * HEAD_DIM, bytes, policy);
      }
    }
  }
}

// Everything that a step reads from device memory, in the order in which it is needed.
__device__ inline void copyAll(const Ring& ring, const Step& step, const Layer* layers) {
  unsigned long long once, again;
  asm volatile("createpolicy.fractional.L2::evict_first.b64 %0, 1.0;" : "=l"(once));
  asm volatile("createpolicy.fractional.L2::evict_last.b64 %0, 1.0;" : "=l"(again));
  unsigned index = 0;
  for (int layer = 0; layer < LAYERS; layer++) {
    const Layer& w = layers[layer];
    copyRows(ring, index, w.qkv, 3 * WIDTH, WIDTH, once);
    copyEntries(ring, index, step, layer, KEEP_CACHE ? again : once);
    copyRows(ring, index, w.projection, WIDTH, WIDTH, once);
    copyRows(ring, index, w.up, INNER, WIDTH, once);
    for (int slice = 0; slice < SLICES; slice++) {
      copyRows(ring, index, w.down + slice * WIDTH, WIDTH, INNER, once);
    }
  }
  copyRows(ring, index, step.tokens, VOCABULARY, WIDTH, once);
}
