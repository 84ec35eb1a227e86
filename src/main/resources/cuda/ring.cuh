// A ring of chunks in shared memory. One thread, or one warp, copies what the step will read, in order and as far
// ahead as there is room, whatever phase the warps are in: device memory never waits for the arithmetic.
//
// A block's header, included before, says what else is in shared memory, CHUNK_ELEMENTS and CHUNK_BYTES of a chunk, and COPYING,
// the threads that copy: one in long pieces, or a warp in 16 bytes a lane, which many short rows want.
#pragma once
#include "exchange.cuh"

constexpr int FIXED_BYTES = (sizeof(Shared) + 127) / 128 * 128;
constexpr int STAGES = (MAX_SHARED - FIXED_BYTES - 1024) / CHUNK_BYTES < 32
    ? (MAX_SHARED - FIXED_BYTES - 1024) / CHUNK_BYTES : 32;
static_assert(STAGES > 1, "too little shared memory");

// No further ahead than the ring is long: a barrier's parity tells one phase from the next, not from the one after.
__host__ __device__ constexpr unsigned aheadOf(unsigned underWay) { return underWay < STAGES ? underWay : STAGES; }
constexpr unsigned AHEAD = aheadOf(UNDER_WAY);

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
      initBarrier(full + 8 * i, COPYING);
      initBarrier(empty + 8 * i, WARPS);
    }
    fenceBarriers();
  }

  __device__ Element* chunk(unsigned index) const { return chunks + index % STAGES * CHUNK_ELEMENTS; }

  // Who copies: waits for room. Copies under way are limited to what keeps device memory busy: more of them would only queue, and
  // what blocks exchange would queue behind them.
  __device__ void await(unsigned index, unsigned ahead = AHEAD) const {
    if (index >= ahead) {
      unsigned arrived = index - ahead;
      waitBarrier(full + 8 * (arrived % STAGES), arrived / STAGES % 2);
    }
    waitBarrier(empty + 8 * (index % STAGES), index / STAGES % 2 ^ 1);
  }

  // The copying thread: waits for room, and says how many bytes will come.
  __device__ void open(unsigned index, unsigned bytes) const {
    await(index);
    arriveExpecting(full + 8 * (index % STAGES), bytes);
  }

  // The copying thread: starts a copy into an open chunk.
  __device__ void copy(unsigned index, int offset, const Element* from, unsigned bytes, unsigned long long policy) const {
    copyToShared(sharedAddress(chunk(index) + offset), from, bytes, full + 8 * (index % STAGES), policy);
  }

  // The copying warp, which has waited for room: starts to copy `bytes` into a chunk, at most MOST, 16 bytes a lane.
  template <int MOST>
  __device__ void copyTogether(unsigned index, int offset, const Element* from, int bytes, unsigned long long policy) const {
    int lane = 16 * (threadIdx.x % 32);
    unsigned to = sharedAddress(chunk(index) + offset) + lane;
    const char* first = reinterpret_cast<const char*>(from) + lane;
#pragma unroll
    for (int at = 0; at < MOST; at += 512) {
      if (at + lane < bytes) copyVector(to + at, first + at, policy);
    }
  }

  // The copying warp: no more comes into a chunk.
  __device__ void close(unsigned index) const { arriveWhenCopied(full + 8 * (index % STAGES)); }

  // A warp that computes: waits until a chunk is there. A barrier's parity tells only the phase it is in from
  // the one before, so the warp first sees that the chunk before in the same place was given back.
  __device__ void take(unsigned index) const {
    waitBarrier(empty + 8 * (index % STAGES), index / STAGES % 2 ^ 1);
    waitBarrier(full + 8 * (index % STAGES), index / STAGES % 2);
  }

  // A warp that computes: gives back the room of a chunk that so many have taken, of whose number WARPS is a multiple.
  __device__ void give(unsigned index, unsigned sharers = 1) const {
    __syncwarp();
    if (threadIdx.x % 32 == 0) arrive(empty + 8 * (index % STAGES), WARPS / sharers);
  }

  // Every warp that computes: gives back its part in chunks that all of them take, at most 32.
  __device__ void giveShared(unsigned index, unsigned count) const {
    __syncwarp();
    if (threadIdx.x % 32 < count) arrive(empty + 8 * ((index + threadIdx.x % 32) % STAGES), 1);
  }
};
