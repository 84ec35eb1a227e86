// Matrix times the vectors of many sequences by matrix instructions: every weight is read once, whatever the number of sequences.
#pragma once
#include "wide.cuh"
#include "ring.cuh"

// The copying warp's side: tiles [first, last) of rows of a slice, of a matrix whose rows are `length` long. A lane copies a row.
__device__ __forceinline__ void copyTiles(const Ring& ring, unsigned& index, const Element* matrix, unsigned length,
    const Job& job, unsigned first, unsigned last, unsigned long long policy) {
  unsigned lane = threadIdx.x % 32;
#pragma unroll 1
  for (unsigned tile = first; tile < last; tile++, index++) {
    unsigned row = job.begin + tile * TILE;
    unsigned count = min(TILE, job.end - row);
    if (lane == 0) ring.open(index, count * SLICE * sizeof(Element));
    __syncwarp();
    if (lane < count) {
      ring.copy(index, (lane % 2 * TILE / 2 + lane / 2) * STRIDE, matrix + static_cast<long long>(row + lane) * length + job.slice * SLICE,
          SLICE * sizeof(Element), policy);
    }
  }
}

__device__ __forceinline__ void copyProduct(const Ring& ring, unsigned& index, const Element* matrix, unsigned total, unsigned length,
    unsigned long long policy) {
  unsigned slices = length / SLICE;
#pragma unroll 1
  for (unsigned i = blockIdx.x; i < slices * groupsOf(slices); i += BLOCKS) {
    Job job(i, total, slices);
    copyTiles(ring, index, matrix, length, job, 0, job.tiles(), policy);
  }
}

// A slice of `values` [B, length] into shared memory. Ends with a barrier.
__device__ __forceinline__ void loadActivations(Shared& shared, const Element* values, unsigned length, unsigned slice) {
  constexpr int VECTORS = SLICE / VECTOR;
  constexpr int ALL = BATCH * VECTORS;
  constexpr int OF_THREAD = (ALL + COMPUTING - 1) / COMPUTING;
  constexpr int TOGETHER = OF_THREAD < 8 ? OF_THREAD : 8;
#pragma unroll 1
  for (int first = opaque(threadIdx.x); first < ALL; first += TOGETHER * COMPUTING) {
    uint4 loaded[TOGETHER];
#pragma unroll
    for (int j = 0; j < TOGETHER; j++) {
      int i = first + j * COMPUTING;
      if (i < ALL) {
        loaded[j] = __ldcg(reinterpret_cast<const uint4*>(
            values + static_cast<long long>(i / VECTORS) * length + slice * SLICE + i % VECTORS * VECTOR));
      }
    }
#pragma unroll
    for (int j = 0; j < TOGETHER; j++) {
      int i = first + j * COMPUTING;
      if (i < ALL) *reinterpret_cast<uint4*>(shared.activation + i / VECTORS * STRIDE + i % VECTORS * VECTOR) = loaded[j];
    }
  }
  syncComputing();
}

#if ELEMENT_FP16
#define multiplyAdd multiplyAddHalf
#elif ELEMENT_BF16
#define multiplyAdd multiplyAddBfloat
#endif

// Sums of a tile's rows for all sequences, as a matrix instruction leaves them: see ptx.cuh.
typedef float Sums[OCTETS][4];

#if ELEMENT_FP32
// Elements in two parts of eleven bits each; what they leave is 2^-22 of it.
struct Parts {
  unsigned high[4], low[4];
  __device__ __forceinline__ explicit Parts(uint4 bits) {
    unsigned of[4] = {bits.x, bits.y, bits.z, bits.w};
#pragma unroll
    for (int i = 0; i < 4; i++) {
      float f = __uint_as_float(of[i]);
      high[i] = floatToTf32(f);
      low[i] = floatToTf32(f - __uint_as_float(high[i]));
    }
  }
};
#endif

// A chunk's rows times the slice in shared memory, added to `sums`. Of the 16 bytes that a lane has of each row an instruction takes
// some: which of them together does not matter, as long as they are the same of both. Instructions with the same sums are far
// apart in 16 bits, so that none waits for the one before.
__device__ __forceinline__ void multiply(Sums& sums, const Element* chunk, const Element* activation) {
  constexpr int AT_ONCE = 4 * VECTOR;  // elements of a row that the four lanes of a row have
  constexpr int UNROLLED = OCTETS > 2 ? 1 : 5;
  int lane = opaque(threadIdx.x) % 32;
  const Element* rows = chunk + lane / 4 * STRIDE + lane % 4 * VECTOR;
  const Element* columns = activation + lane / 4 * STRIDE + lane % 4 * VECTOR;
#pragma unroll(UNROLLED)
  for (int k = 0; k < SLICE; k += AT_ONCE) {
    uint4 low = *reinterpret_cast<const uint4*>(rows + k);
    uint4 high = *reinterpret_cast<const uint4*>(rows + 8 * STRIDE + k);
    uint4 b[OCTETS];
#pragma unroll
    for (int o = 0; o < OCTETS; o++) b[o] = *reinterpret_cast<const uint4*>(columns + o * 8 * STRIDE + k);
#if ELEMENT_FP32
    Parts upper(low), lower(high);
    // the products of parts, but for that of both low ones, which is below what fp32 keeps. An instruction cuts off where fp32 would
    // round, and what it cuts is a part of the sum so far: that stays short
#pragma unroll
    for (int o = 0; o < OCTETS; o++) {
      Parts column(b[o]);
      float of[4] = {};
#pragma unroll
      for (int part = 0; part < 3; part++) {
        const unsigned(&u)[4] = part == 0 ? upper.low : upper.high;
        const unsigned(&l)[4] = part == 0 ? lower.low : lower.high;
        const unsigned(&c)[4] = part == 1 ? column.low : column.high;
        multiplyAddTf32(of, u[0], l[0], u[1], l[1], c[0], c[1]);
        multiplyAddTf32(of, u[2], l[2], u[3], l[3], c[2], c[3]);
      }
#pragma unroll
      for (int i = 0; i < 4; i++) sums[o][i] += of[i];
    }
#else
#pragma unroll
    for (int o = 0; o < OCTETS; o++) multiplyAdd(sums[o], low.x, high.x, low.y, high.y, b[o].x, b[o].y);
#pragma unroll
    for (int o = 0; o < OCTETS; o++) multiplyAdd(sums[o], low.z, high.z, low.w, high.w, b[o].z, b[o].w);
#endif
  }
}

// Visits the lane's sums of a tile, of two neighbouring rows each: visit(the first one, sequence, its sum, the next one's).
template <class Visit>
__device__ __forceinline__ void eachSum(const Sums& sums, Visit visit) {
  int lane = opaque(threadIdx.x) % 32;
#pragma unroll
  for (int o = 0; o < OCTETS; o++) {
#pragma unroll
    for (int i = 0; i < 2; i++) {
      int sequence = o * 8 + lane % 4 * 2 + i;
      if (BATCH % 8 == 0 || sequence < BATCH) visit(lane / 4 * 2, sequence, sums[o][i], sums[o][i + 2]);
    }
  }
}

// The computing warps' side: the block's part of a matrix [total, length], of an even number of rows, times `values` [B, length], summed
// by slice. Ends without a barrier.
__device__ __forceinline__ void product(const Ring& ring, unsigned& index, const Step& step, Shared& shared, const Element* values,
    unsigned total, unsigned length) {
  unsigned slices = length / SLICE;
  unsigned warp = opaque(threadIdx.x) / 32;
#pragma unroll 1
  for (unsigned i = blockIdx.x; i < slices * groupsOf(slices); i += BLOCKS) {
    Job job(i, total, slices);
    if (i > blockIdx.x) syncComputing();
    loadActivations(shared, values, length, job.slice);
    float* to = sumsOf(step) + static_cast<long long>(job.slice) * BATCH * total;
#pragma unroll 1
    for (unsigned tile = warp; tile < job.tiles(); tile += WARPS) {
      Sums sums = {};
      ring.take(index + tile);
      multiply(sums, ring.chunk(index + tile), shared.activation);
      ring.give(index + tile);
      unsigned row = job.begin + tile * TILE;
      eachSum(sums, [&](unsigned of, unsigned sequence, float sum, float next) {
        if (row + of < job.end) *reinterpret_cast<float2*>(to + sequence * total + row + of) = make_float2(sum, next);
      });
    }
    index += job.tiles();
  }
}

// Four neighbours of a product's result: its slices' sums, in their order, and biases.
template <int COUNT>
__device__ __forceinline__ float4 sumSlices(const Step& step, unsigned sequence, unsigned total, unsigned row, const Element* biases) {
  constexpr int TOGETHER = COUNT < 8 ? COUNT : 8;
  const float* from = sumsOf(step) + sequence * total + row;
  float4 sum = loadFour(biases + row);
#pragma unroll 1
  for (int first = 0; first < COUNT; first += TOGETHER) {
    float4 of[TOGETHER];
#pragma unroll
    for (int s = 0; s < TOGETHER; s++) {
      if (first + s < COUNT) of[s] = __ldcg(reinterpret_cast<const float4*>(from + static_cast<long long>(first + s) * BATCH * total));
    }
#pragma unroll
    for (int s = 0; s < TOGETHER; s++) {
      if (first + s < COUNT) sum = make_float4(sum.x + of[s].x, sum.y + of[s].y, sum.z + of[s].z, sum.w + of[s].w);
    }
  }
  return sum;
}

// Four neighbouring elements.
__device__ __forceinline__ void storeFour(Element* at, float4 four) {
#if ELEMENT_FP32
  *reinterpret_cast<float4*>(at) = four;
#else
  *reinterpret_cast<uint2*>(at) = {narrow(four.x) | static_cast<unsigned>(narrow(four.y)) << 16,
      narrow(four.z) | static_cast<unsigned>(narrow(four.w)) << 16};
#endif
}
