// A block of the kernel for many sequences: how products are cut into what clusters, blocks and warps compute, and its shared memory.
//
// Macros beside those of step.cuh: CLUSTER (blocks that multiply the same rows, each some of their elements), PART (elements of a row
// that a warp multiplies at once), ROOM (elements of every sequence that a block has room for), ENTRIES_UNDER_WAY (the same as UNDER_WAY
// where chunks are cache entries).
#pragma once
#include "step.cuh"

static_assert(!LOW_LATENCY, "values with tags are step.cu's");

#if CLUSTER > 1
#define OF_CLUSTER __cluster_dims__(CLUSTER, 1, 1)
#endif

// Rows of a matrix that a warp multiplies at once: the M side of a matrix instruction. Sequences are its N side, eight at a time; of
// more than 32, warps that share a chunk have a half each.
constexpr int TILE = 16;
constexpr int SHARERS = BATCH > 32 ? 2 : 1;
constexpr int OCTETS_OF_WARP = (BATCH + 8 * SHARERS - 1) / (8 * SHARERS);
constexpr int OCTETS = OCTETS_OF_WARP * SHARERS;
static_assert(WARPS % SHARERS == 0, "warps that share chunks");

// Where blocks share rows, room for activations is in two halves: one comes while the other is multiplied.
constexpr int HALVES = CLUSTER == 1 ? 1 : 2;

constexpr int CLUSTERS = BLOCKS / CLUSTER;
static_assert(BLOCKS % CLUSTER == 0 && WIDTH % (CLUSTER * PART) == 0 && INNER % WIDTH == 0 && ROOM / HALVES >= PART, "parts of rows");
static_assert(PART * sizeof(Element) % 64 == 0, "parts of 64 bytes each");

// Elements of a row that a block multiplies with what is in one of them, of so many: all, or a part that divides them.
__host__ __device__ constexpr int spanOf(int elements) {
  int span = elements;
  for (int pieces = 1; span > ROOM / HALVES || span % PART != 0 || elements % span != 0; pieces++) span = elements / pieces;
  return span;
}

// So few sequences that every block normalises all of them for itself, and multiplies whole rows: then what a product finds is
// complete, and joins the residual stream at once. Otherwise a block normalises some sequences for all, and adds up what the
// product before left.
constexpr bool EACH_NORMALISES = BATCH <= 16 && CLUSTER == 1 && spanOf(WIDTH) == WIDTH;

// Pieces of a row's inner width, each other blocks', whose sums remain to be added up.
constexpr int CUTS = EACH_NORMALISES ? 1 : INNER / WIDTH;

// The same of the projection, whose rows are too few for all warps of all clusters: as many pieces, if parts divide them.
__host__ __device__ constexpr int projectionCuts() {
  int cuts = CUTS;
  while (WIDTH % (cuts * CLUSTER * PART) != 0) cuts--;
  return cuts;
}
constexpr int PROJECTION_CUTS = projectionCuts();

// Where rows of a chunk lie in shared memory, and activations: the lanes of a matrix instruction read 16 bytes of eight rows each, and
// meet no bank conflicts.
__host__ __device__ constexpr int strideOf(int elements) {
  return elements + (elements * sizeof(Element) % 128 == 64 ? 0 : 64 / sizeof(Element));
}
constexpr int CHUNK_STRIDE = strideOf(PART);
__host__ __device__ constexpr int larger(int a, int b) { return a > b ? a : b; }
__host__ __device__ constexpr int smaller(int a, int b) { return a < b ? a : b; }
constexpr int STRIDE = strideOf(larger(spanOf(WIDTH / CLUSTER), spanOf(INNER / CUTS / CLUSTER)));

// A chunk is a place of the ring: a tile's rows of a part, those with even numbers first, or keys and values of a head. The latter are
// one warp's, which has an entry for every lane at most.
constexpr int CHUNK_ELEMENTS = TILE * CHUNK_STRIDE;
constexpr int CHUNK_BYTES = CHUNK_ELEMENTS * sizeof(Element);
__host__ __device__ constexpr int entriesOfChunk(int most) { return most >= 32 ? 32 : most >= 4 ? most / 4 * 4 : most; }
constexpr int CHUNK_ENTRIES = entriesOfChunk(CHUNK_ELEMENTS / 2 / HEAD_DIM);
static_assert(CHUNK_ENTRIES > 0, "room for the key and the value of an entry");

// What sums of a product, [B, its rows], or [CUTS, B, its rows], wait in for other blocks.
__device__ __forceinline__ float* sumsOf(const Step& step) { return step.qkv; }

// What the next product multiplies, rounded to elements as the operators do: [B, D], behind the residual stream in Step::x;
// hidden values are [B, I] in Step::hidden.
__device__ __forceinline__ Element* activationsOf(const Step& step) {
  return reinterpret_cast<Element*>(step.x + BATCH * WIDTH);
}
__device__ __forceinline__ Element* hiddenOf(const Step& step) { return reinterpret_cast<Element*>(step.hidden); }

// Maximum and sum of exponentials of every head of every sequence.
__device__ __forceinline__ float2* softmaxOf(const Step& step) { return reinterpret_cast<float2*>(step.partial); }

// Warps' sums of a product, before they are added up: a slot for every part of a row. So many bytes at most, or a block takes its
// rows in turns.
constexpr int MOST_SLOT_BYTES = 46 * 1024;

// Sequences of a slot are so far apart: lanes that store the sums of a tile's rows meet no bank conflicts.
__host__ __device__ constexpr int paddedRows(int rows) { return (rows + 3) / 8 * 8 + 4; }

// How a product of TOTAL rows of LENGTH elements is cut. First into pieces of a row, whose sums remain apart; then into groups of
// rows, a cluster's. Each of its blocks has other elements, in passes of a span each; its warps take units, a part of the span of one
// tile, for the sequences of a sharer, and hold their sums over all passes. At the end every block owns some of the rows, and adds up
// for them what all of the cluster have.
template <int TOTAL, int LENGTH, int PIECES>
struct Cut {
  static constexpr int ROW = LENGTH;
  static constexpr int PIECES_OF_ROW = PIECES;
  static constexpr int SPAN = spanOf(LENGTH / PIECES / CLUSTER);
  static constexpr int PASSES = LENGTH / PIECES / CLUSTER / SPAN;
  static constexpr int PARTS = SPAN / PART;
  static constexpr int SLOTS = CLUSTER * PARTS;

  // The first row of a group, an even one: sums of two rows are stored at once.
  __host__ __device__ static constexpr unsigned firstRow(unsigned group, unsigned groups) {
    return group == groups ? TOTAL : static_cast<unsigned>(TOTAL) * group / groups / 2 * 2;
  }
  __host__ __device__ static constexpr int rowsOf(int groups) {
    int most = 0;
    for (int g = 0; g < groups; g++) {
      int rows = firstRow(g + 1, groups) - firstRow(g, groups);
      if (rows > most) most = rows;
    }
    return most;
  }
  __host__ __device__ static constexpr int ownedOf(int rows) { return (rows + 2 * CLUSTER - 1) / (2 * CLUSTER) * 2; }
  __host__ __device__ static constexpr int slotBytes(int groups) {
    return SLOTS * BATCH * paddedRows(ownedOf(rowsOf(groups))) * static_cast<int>(sizeof(float));
  }
  static constexpr int AT_ONCE = CLUSTERS / PIECES > 0 ? CLUSTERS / PIECES : 1;
  __host__ __device__ static constexpr int groups() {
    int groups = AT_ONCE;
    while (slotBytes(groups) > MOST_SLOT_BYTES) groups += AT_ONCE;
    return groups;
  }
  static constexpr int GROUPS = groups();
  static constexpr int JOBS = PIECES * GROUPS;
  static constexpr int ROWS = rowsOf(GROUPS);
  static constexpr int OWNED = ownedOf(ROWS);
  static constexpr int PADDED = paddedRows(OWNED);
  static constexpr int UNITS = (ROWS + TILE - 1) / TILE * PARTS * SHARERS;

  // Units that a warp has sums of at once, as many as there are registers for: otherwise it takes them in rounds.
  static constexpr int MOST_HELD = OCTETS_OF_WARP > 2 ? 2 : 4;
  static constexpr int HELD = (UNITS + WARPS - 1) / WARPS < MOST_HELD ? (UNITS + WARPS - 1) / WARPS : MOST_HELD;
};
typedef Cut<3 * WIDTH, WIDTH, 1> QkvCut;
typedef Cut<WIDTH, WIDTH, PROJECTION_CUTS> ProjectionCut;
typedef Cut<INNER, WIDTH, 1> UpCut;
typedef Cut<WIDTH, INNER, CUTS> DownCut;

// A cluster's rows [begin, end) of one piece.
template <class C>
struct Job {
  unsigned piece, begin, end;
  __device__ __forceinline__ explicit Job(unsigned index) {
    unsigned group = index / C::PIECES_OF_ROW;
    piece = index - group * C::PIECES_OF_ROW;
    begin = C::firstRow(group, C::GROUPS);
    end = C::firstRow(group + 1, C::GROUPS);
  }
  __device__ __forceinline__ unsigned units() const { return (end - begin + TILE - 1) / TILE * C::PARTS * SHARERS; }

  // Where in a row the block's span of that pass begins.
  __device__ __forceinline__ unsigned column(int pass) const {
    return ((piece * C::PASSES + pass) * CLUSTER + blockIdx.x % CLUSTER) * C::SPAN;
  }
};

// Rows that a block owns of a product, at most.
constexpr int MOST_OWNED = larger(larger(QkvCut::OWNED, ProjectionCut::OWNED), larger(UpCut::OWNED, DownCut::OWNED));

// The vocabulary is every block's alone, in whole rows: a warp has sums of so many tiles in registers, as many as there is room for.
constexpr int TILES_HELD = OCTETS > 4 ? 1 : OCTETS > 2 ? 2 : 3;
constexpr int VOCABULARY_SPAN = spanOf(WIDTH / CLUSTER);

// Rows of the vocabulary that a block computes.
struct Tokens {
  unsigned begin, end;
  __device__ __forceinline__ Tokens() {
    unsigned block = opaque(blockIdx.x);
    begin = static_cast<unsigned>(VOCABULARY) * block / BLOCKS / 2 * 2;
    end = block + 1 == BLOCKS ? VOCABULARY : static_cast<unsigned>(VOCABULARY) * (block + 1) / BLOCKS / 2 * 2;
  }
  __device__ __forceinline__ unsigned tiles() const { return (end - begin + TILE - 1) / TILE; }
};

// What an item of attention found: its weighted sum of values, maximum and sum of exponentials.
typedef float Found[HEAD_DIM + 2];

// The largest logit that a warp found of every sequence, and its token.
typedef float2 Bests[WARPS][BATCH];

// Shared memory of a block, but for the ring behind it.
struct Shared {
  Layer layers[LAYERS];
  alignas(16) Element activation[HALVES][OCTETS * 8 * STRIDE];  // a span of all sequences; those that fill up eight are never written
  alignas(16) Element norm[2][EACH_NORMALISES ? WIDTH : VECTOR];  // gain and shift of the next layer norm
  // of products; of attention, what items found; of the vocabulary, largest logits
  alignas(16) float slots[larger(larger(QkvCut::slotBytes(QkvCut::GROUPS), ProjectionCut::slotBytes(ProjectionCut::GROUPS)),
      larger(larger(UpCut::slotBytes(UpCut::GROUPS), DownCut::slotBytes(DownCut::GROUPS)),
          larger(WARPS * sizeof(Found), sizeof(Bests)))) / sizeof(float)];
  float2 biases[MOST_OWNED / 2];
  unsigned long long arrived;                           // barrier: sums of all warps of the cluster are there
  float2 reduction[WARPS];
  int last;
};

// Threads that copy.
constexpr int COPYING = 32;
