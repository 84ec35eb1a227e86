// A block of the kernel for few sequences: its chunks, its biases, its shared memory.
#pragma once
#include "step.cuh"

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
constexpr int SLICES_AT_ONCE = BATCH <= 2 ? 4 : 2;

static_assert(WIDTH * sizeof(Element) % 16 == 0 && BATCH <= 4, "width or batch");
static_assert(INNER % WIDTH == 0 && SLICES % SLICES_AT_ONCE == 0, "slices of the MLP's inner width");

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

// Threads that copy.
constexpr int COPYING = 1;
