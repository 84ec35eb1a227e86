// Matrix times the vectors of many sequences by matrix instructions: every weight is read once, whatever the number of sequences.
// Sums that warps and the blocks of a cluster have of the same rows are added up in shared memory.
#pragma once
#include "widecopies.cuh"
#include "wideoperand.cuh"

// Starts to bring a span of `values` [B, length], from that column on, into shared memory, as a group of copies.
template <int SPAN>
__device__ __forceinline__ void startActivations(Element* activation, const Element* values, unsigned length, unsigned column) {
  constexpr unsigned VECTORS = SPAN / VECTOR;
#pragma unroll 4
  for (unsigned i = opaque(threadIdx.x); i < BATCH * VECTORS; i += COMPUTING) {
    unsigned sequence = i / VECTORS;
    unsigned k = (i - sequence * VECTORS) * VECTOR;
    copyVector(sharedAddress(activation + sequence * STRIDE + k), values + static_cast<long long>(sequence) * length + column + k);
  }
  endGroup();
}

// Sums of a tile's rows for eight sequences each, as a matrix instruction leaves them: see ptx.cuh.
template <int N>
using Sums = float[N][4];

// A chunk's rows times their part of the activations, added to `sums`. Of the 16 bytes that a lane has of each row an instruction takes
// some: which of them together does not matter, as long as they are the same of both.
template <int N>
__device__ __forceinline__ void multiply(Sums<N>& sums, const Element* chunk, const Element* activation) {
  constexpr int AT_ONCE = 4 * VECTOR;  // elements of a row that the four lanes of a row have
  constexpr int UNROLLED = N > 2 ? 1 : 5;
  constexpr int GROUP = N % 4 == 0 ? 4 : N;  // eights of sequences, as many as there are registers for
  int lane = opaque(threadIdx.x) % 32;
  const Element* rows = chunk + lane / 4 * CHUNK_STRIDE + lane % 4 * VECTOR;
  const Element* columns = activation + lane / 4 * STRIDE + lane % 4 * VECTOR;
#pragma unroll(UNROLLED)
  for (int k = 0; k < PART; k += AT_ONCE) {
    const Operand upper = weightsOf(*reinterpret_cast<const uint4*>(rows + k));
    const Operand lower = weightsOf(*reinterpret_cast<const uint4*>(rows + 8 * CHUNK_STRIDE + k));
#pragma unroll
    for (int first = 0; first < N; first += GROUP) {
      uint4 b[GROUP];
#pragma unroll
      for (int o = 0; o < GROUP; o++) b[o] = *reinterpret_cast<const uint4*>(columns + (first + o) * 8 * STRIDE + k);
      addProducts<GROUP>(sums + first, upper, lower, b);
    }
  }
}

// Visits the lane's sums of a tile, of two neighbouring rows each: visit(the first one, sequence, its sum, the next one's). Sequences
// count from `first`.
template <int N, class Visit>
__device__ __forceinline__ void eachSum(const Sums<N>& sums, int first, Visit visit) {
  int lane = opaque(threadIdx.x) % 32;
#pragma unroll
  for (int o = 0; o < N; o++) {
#pragma unroll
    for (int i = 0; i < 2; i++) {
      int sequence = first + o * 8 + lane % 4 * 2 + i;
      if (BATCH % (8 * SHARERS) == 0 || sequence < BATCH) visit(lane / 4 * 2, sequence, sums[o][i], sums[o][i + 2]);
    }
  }
}

// A warp's sums of a unit of a job of so many rows, into the slots of the block that owns them.
template <class C>
__device__ __forceinline__ void giveSums(Shared& shared, const Sums<OCTETS_OF_WARP>& sums, unsigned unit, unsigned rows) {
  unsigned chunk = unit / SHARERS;
  unsigned sequences = unit % SHARERS * OCTETS_OF_WARP * 8;
  unsigned row = chunk / C::PARTS * TILE + opaque(threadIdx.x) % 32 / 4 * 2;
  if (row >= rows) return;
  unsigned owner = CLUSTER == 1 ? 0 : row / C::OWNED;
  float* slot = shared.slots + (blockIdx.x % CLUSTER * C::PARTS + chunk % C::PARTS) * BATCH * C::PADDED + row - owner * C::OWNED;
  if constexpr (CLUSTER == 1) {
    eachSum<OCTETS_OF_WARP>(sums, sequences, [&](unsigned, unsigned sequence, float sum, float next) {
      *reinterpret_cast<float2*>(slot + sequence * C::PADDED) = make_float2(sum, next);
    });
  } else {
    unsigned remote = addressIn(owner, sharedAddress(slot));
    eachSum<OCTETS_OF_WARP>(sums, sequences, [&](unsigned, unsigned sequence, float sum, float next) {
      storeRemote(remote + sequence * C::PADDED * sizeof(float), sum, next);
    });
  }
}

// Waits until all warps of the cluster have given their sums; `meetings` counts them.
__device__ __forceinline__ void meetCluster(Shared& shared, unsigned& meetings) {
  if constexpr (CLUSTER == 1) {
    syncComputing();
  } else {
    unsigned barrier = sharedAddress(&shared.arrived);
    __syncwarp();
    if (threadIdx.x % 32 < CLUSTER) arriveRemote(addressIn(threadIdx.x % 32, barrier));
    waitForCluster(barrier, meetings++ % 2);
  }
}

// The computing warps' side of a product. start(column, activation) brings a span of activations into shared memory, or starts groups
// of copies that do. before(sequence, row) gives what emit(piece, sequence, row, two sums, that) gets too: of neighbouring rows, an even
// one and the next. Biases are part of the sums, if there are any. beside() is run by every warp, when it has multiplied. Ends without
// a barrier.
template <class C, class Start, class Before, class Emit, class Beside>
__device__ __forceinline__ void product(const Ring& ring, unsigned& index, unsigned& meetings, Shared& shared, const Element* biases,
    Start start, Before before, Emit emit, Beside beside) {
  const unsigned thread = opaque(threadIdx.x);
  const unsigned warp = thread / 32;
  constexpr unsigned PAIRS = C::OWNED / 2;
  if (C::JOBS < CLUSTERS && blockIdx.x / CLUSTER >= C::JOBS) beside();
#pragma unroll 1
  for (unsigned i = blockIdx.x / CLUSTER; i < C::JOBS; i += CLUSTERS) {
    Job<C> job(i);
    if (i >= CLUSTERS) meetCluster(shared, meetings);  // all have read the slots of the job before
    const unsigned begin = job.begin + blockIdx.x % CLUSTER * C::OWNED;
    const unsigned pairs = begin < job.end ? min(C::OWNED, job.end - begin) / 2 : 0;
    // asked for before it is waited for
    float2 bias = biases == nullptr || thread >= pairs ? make_float2(0, 0) : loadTwo(biases + begin + 2 * thread);
    auto first = thread < PAIRS * BATCH && thread % PAIRS < pairs ? before(thread / PAIRS, begin + thread % PAIRS * 2) : make_float2(0, 0);
#pragma unroll 1
    for (unsigned round = 0; round < job.units(); round += C::HELD * WARPS) {
      unsigned count = min(C::HELD * WARPS, job.units() - round);
      Sums<OCTETS_OF_WARP> held[C::HELD] = {};
      const bool again = C::PASSES > 1 || round == 0;
      if (again) {
        if (i >= CLUSTERS || round > 0) syncComputing();
        for (int pass = 0; pass < min(HALVES, C::PASSES); pass++) start(job.column(pass), shared.activation[pass]);
      }
#pragma unroll 1
      for (int pass = 0; pass < C::PASSES; pass++) {
        if (again) {
          if (HALVES == 2 && C::PASSES > 1 && pass == 0) {
            awaitGroups<1>();
          } else {
            awaitGroups<0>();
          }
          syncComputing();
          if (HALVES == 2 && pass > 0 && pass + 1 < C::PASSES) start(job.column(pass + 1), shared.activation[(pass + 1) % HALVES]);
        }
#pragma unroll
        for (int j = 0; j < C::HELD; j++) {
          unsigned unit = j * WARPS + warp;
          if (unit >= count) continue;
          unsigned chunk = unit / SHARERS;
          ring.take(index + chunk);
          multiply<OCTETS_OF_WARP>(held[j], ring.chunk(index + chunk), shared.activation[pass % HALVES]
              + unit % SHARERS * OCTETS_OF_WARP * 8 * STRIDE + (round / SHARERS + chunk) % C::PARTS * PART);
          ring.give(index + chunk, SHARERS);
        }
        index += count / SHARERS;
        if (HALVES == 1 && pass + 1 < C::PASSES) {
          syncComputing();
          start(job.column(pass + 1), shared.activation[0]);
        }
      }
#pragma unroll
      for (int j = 0; j < C::HELD; j++) {
        unsigned unit = j * WARPS + warp;
        if (unit < count) giveSums<C>(shared, held[j], round + unit, job.end - job.begin);
      }
    }
    if (biases != nullptr && thread < pairs) shared.biases[thread] = bias;
    if (i < CLUSTERS) beside();
    meetCluster(shared, meetings);
#pragma unroll 2
    for (unsigned k = thread; k < PAIRS * BATCH; k += COMPUTING) {
      unsigned sequence = k / PAIRS;
      unsigned pair = k - sequence * PAIRS;
      if (pair >= pairs) continue;
      float2 sum = biases == nullptr ? make_float2(0, 0) : shared.biases[pair];
      const float* slot = shared.slots + sequence * C::PADDED + 2 * pair;
#pragma unroll
      for (int s = 0; s < C::SLOTS; s++) {
        float2 of = *reinterpret_cast<const float2*>(slot + s * BATCH * C::PADDED);
        sum = make_float2(sum.x + of.x, sum.y + of.y);
      }
      unsigned row = begin + 2 * pair;
      emit(job.piece, sequence, row, sum, k == thread ? first : before(sequence, row));
    }
  }
}
static_assert(MOST_OWNED / 2 <= COMPUTING, "a thread for two biases");
