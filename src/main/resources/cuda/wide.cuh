// A block of the kernel for many sequences: how a product is cut into what one block and one warp compute, and its shared memory.
//
// Macros beside those of step.cuh: SLICE, a divisor of WIDTH.
#pragma once
#include "step.cuh"

// Rows of a matrix that a warp multiplies at once: the M side of a matrix instruction. Sequences are its N side, eight at a time.
constexpr int TILE = 16;
constexpr int OCTETS = (BATCH + 7) / 8;

// A product is cut along the elements of a row too, or every block would need all of all sequences' activations: SLICE of them
// at a time, so that sums of slices remain to be added up.
constexpr int SLICES = WIDTH / SLICE;
constexpr int INNER_SLICES = INNER / SLICE;
static_assert(WIDTH % SLICE == 0 && INNER % SLICE == 0 && SLICE * sizeof(Element) % 64 == 0, "slices of 64 bytes each");

// Where rows of a slice lie in shared memory: the lanes of a matrix instruction read 16 bytes of eight rows each, and meet no
// bank conflicts.
constexpr int STRIDE = SLICE + (SLICE * sizeof(Element) % 128 == 64 ? 0 : 64 / sizeof(Element));

// A chunk is a place of the ring: a tile's rows of a slice, those with even numbers first, or keys and values of a head. Either is one
// warp's, which has an entry for every lane at most.
constexpr int CHUNK_ELEMENTS = TILE * STRIDE;
constexpr int CHUNK_BYTES = CHUNK_ELEMENTS * sizeof(Element);
constexpr int CHUNK_ENTRIES = CHUNK_ELEMENTS / 2 / HEAD_DIM < 32 ? CHUNK_ELEMENTS / 2 / HEAD_DIM : 32;
static_assert(CHUNK_ENTRIES > 0, "room for the key and the value of an entry");

// Sums of a slice of a product, for all sequences: [slices, B, rows] in Step::qkv, whichever product it is.
__device__ __forceinline__ float* sumsOf(const Step& step) { return step.qkv; }

// What the next product multiplies, rounded to elements as the operators do: [B, D], behind the residual stream in Step::x;
// hidden values are [B, I] in Step::hidden.
__device__ __forceinline__ Element* activationsOf(const Step& step) {
  return reinterpret_cast<Element*>(step.x + BATCH * WIDTH);
}
__device__ __forceinline__ Element* hiddenOf(const Step& step) { return reinterpret_cast<Element*>(step.hidden); }

// Maximum and sum of exponentials of every head of every sequence, behind the items in Step::partial.
__device__ __forceinline__ float2* softmaxOf(const Step& step) {
  return reinterpret_cast<float2*>(step.partial + BATCH * HEADS * MAX_SPLITS * (HEAD_DIM + 4));
}

// Slices and groups of rows that a product of so many slices is cut into: block by block, in turns if there are too few.
__host__ __device__ constexpr unsigned groupsOf(unsigned slices) { return BLOCKS / slices > 0 ? BLOCKS / slices : 1; }

struct Job {
  unsigned slice, begin, end;  // rows [begin, end)
  __device__ __forceinline__ Job(unsigned index, unsigned total, unsigned slices) {
    unsigned group = index / slices;
    slice = index - group * slices;
    begin = firstRow(total, group, slices);
    end = firstRow(total, group + 1, slices);
  }

  // An even one: sums of two rows are stored at once.
  __device__ __forceinline__ static unsigned firstRow(unsigned total, unsigned group, unsigned slices) {
    return group == groupsOf(slices) ? total : total * group / groupsOf(slices) / 2 * 2;
  }

  __device__ __forceinline__ unsigned tiles() const { return (end - begin + TILE - 1) / TILE; }
};

// The vocabulary is not cut into slices: a warp has sums of so many tiles in registers, as many as there is room for.
constexpr int TILES_HELD = OCTETS > 4 ? 1 : OCTETS > 2 ? 2 : 3;

// Shared memory of a block, but for the ring behind it.
struct Shared {
  Layer layers[LAYERS];
  alignas(16) Element activation[OCTETS * 8 * STRIDE];  // a slice of all sequences; those that fill up eight are never written
  float2 reduction[WARPS];
  float2 best[WARPS][BATCH];                            // largest logit, and its token
  int last;
};

// Threads that copy.
constexpr int COPYING = 32;
