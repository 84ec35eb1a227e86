// Matrix times vector, and the layer norm before it. A warp takes a chunk of rows from the ring and keeps
// one sum per row and sequence.
#pragma once
#include "copies.cuh"

// Where activation k lies: lanes that read VECTOR neighbours each meet no bank conflicts.
__device__ __forceinline__ int activationIndex(int k) {
#if ELEMENT_FP32
  return k;
#else
  // [k / 256][half of a lane's 8][lane][4]
  return k / 256 * 256 + k / 4 % 2 * 128 + k / 8 % 32 * 4 + k % 4;
#endif
}

// Sums N values of every lane over the lanes; lane i * 32/N ends with value i.
template <int N>
__device__ __forceinline__ float reduceLanes(float (&v)[N]) {
  static_assert((N & (N - 1)) == 0 && N <= 32, "every halving must come out even");
  int lane = opaque(threadIdx.x) % 32;
  int bit = 16;
#pragma unroll
  for (int half = N / 2; half > 0; half /= 2, bit /= 2) {
    bool upper = lane & bit;
#pragma unroll
    for (int i = 0; i < half; i++) {
      float sent = upper ? v[i] : v[i + half];
      float kept = upper ? v[i + half] : v[i];
      v[i] = kept + __shfl_xor_sync(~0u, sent, bit);
    }
  }
#pragma unroll
  for (; bit > 0; bit /= 2) v[0] += __shfl_xor_sync(~0u, v[0], bit);
  return v[0];
}

// Sums of some rows: padded with zeros to a power of two, for the reduction; then lanes per sum.
__host__ __device__ constexpr int lanesOf(int rows) { return 32 / (powerOfTwo(rows) * BATCH_PADDED); }
constexpr int LANES = lanesOf(CHUNK_ROWS);
static_assert(LANES > 0, "a lane for every row and sequence");

// rows [ROWS, D] times activations [B, D]; lane (r * BATCH_PADDED + b) * lanesOf(ROWS) gets the sum of row r and sequence b.
template <int ROWS>
__device__ __forceinline__ float multiply(const Element* rows, const float* activation) {
  float sum[powerOfTwo(ROWS) * BATCH_PADDED] = {};
  int lane = opaque(threadIdx.x) % 32;
#pragma unroll 5
  for (int k = lane * VECTOR; k < WIDTH; k += 32 * VECTOR) {
    uint4 raw[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++) raw[r] = *reinterpret_cast<const uint4*>(rows + r * WIDTH + k);
#pragma unroll
    for (int b = 0; b < BATCH; b++) {
      float a[VECTOR];
#pragma unroll
      for (int i = 0; i < VECTOR; i += 4) {
        float4 four = *reinterpret_cast<const float4*>(activation + b * PADDED + activationIndex(k + i));
        a[i] = four.x;
        a[i + 1] = four.y;
        a[i + 2] = four.z;
        a[i + 3] = four.w;
      }
#pragma unroll
      for (int r = 0; r < ROWS; r++) {
        float w[VECTOR];
        widenVector(raw[r], w);
#pragma unroll
        for (int i = 0; i < VECTOR; i++) sum[r * BATCH_PADDED + b] = fmaf(w[i], a[i], sum[r * BATCH_PADDED + b]);
      }
    }
  }
  return reduceLanes(sum);
}

// What a product is alone with.
struct Nothing {
  __device__ __forceinline__ void begin() {}
  __device__ __forceinline__ void end() {}
};

// The computing warps' side of a product: hands every result to emit(row, sequence, value), each on a lane of
// its own. Biases, if any, are those of the block's rows. Ends without a barrier. What else a warp does begins before it
// waits for a chunk and ends behind it.
template <class Emit, class Beside = Nothing>
__device__ __forceinline__ void product(const Ring& ring, unsigned& index, const float* activation, const Element* biases,
    unsigned total, Emit emit, Beside beside = {}) {
  Rows rows(total);
  unsigned chunks = (rows.end - rows.begin + CHUNK_ROWS - 1) / CHUNK_ROWS;
  unsigned thread = opaque(threadIdx.x);
  unsigned lane = thread % 32;
  unsigned sequence = lane / LANES % BATCH_PADDED;
#pragma unroll 1
  for (unsigned i = (thread / 32 + WARPS - index % WARPS) % WARPS; i < chunks; i += WARPS) {
    unsigned row = rows.begin + i * CHUNK_ROWS;
    beside.begin();
    ring.take(index + i);
    float value = multiply<CHUNK_ROWS>(ring.chunk(index + i), activation);
    unsigned mine = row + lane / LANES / BATCH_PADDED;
    // neither a row that pads the chunk's, which is the next chunk's first, nor one behind the block's last
    if (lane % LANES == 0 && mine < min(row + CHUNK_ROWS, rows.end) && sequence < BATCH) {
      emit(mine, sequence, biases == nullptr ? value : value + widen(biases[mine - rows.begin]));
    }
    ring.give(index + i);
    beside.end();
  }
  index += chunks;
}

// Long chunks are too few for all warps where a block has few rows: then all share each chunk, some rows at a time.
constexpr int TOGETHER = CHUNK_ROWS % 2 == 0 ? 2 : 1;
constexpr bool SHARES_ROWS = CHUNK_ROWS >= 4;

// As product, of D rows. Rows are dealt to warps in turn; `turn` counts on over products.
template <class Emit>
__device__ __forceinline__ void sharedProduct(
    const Ring& ring, unsigned& index, const float* activation, const Element* biases, unsigned& turn, Emit emit) {
  constexpr int LANES_OF_SUM = lanesOf(TOGETHER);
  Rows rows(WIDTH);
  unsigned thread = opaque(threadIdx.x);
  unsigned lane = thread % 32;
  unsigned sequence = lane / LANES_OF_SUM % BATCH_PADDED;
#pragma unroll 1
  for (unsigned first = rows.begin; first < rows.end; first += CHUNK_ROWS, index++) {
    ring.take(index);
    unsigned end = min(first + CHUNK_ROWS, rows.end);
#pragma unroll 1
    for (unsigned row = first; row < end; row += TOGETHER) {
      bool others = turn != thread / 32;
      turn = turn + 1 == WARPS ? 0 : turn + 1;
      if (others) continue;
      float value = multiply<TOGETHER>(ring.chunk(index) + (row - first) * WIDTH, activation);
      unsigned mine = row + lane / LANES_OF_SUM / BATCH_PADDED;
      if (lane % LANES_OF_SUM == 0 && mine < end && sequence < BATCH) {
        emit(mine, sequence, biases == nullptr ? value : value + widen(biases[mine - rows.begin]));
      }
    }
    ring.giveShared(index, 1);
  }
}

// A product that joins the residual stream, of D rows, in the form that suits the sizes.
template <class Emit>
__device__ __forceinline__ void residualProduct(
    const Ring& ring, unsigned& index, const float* activation, const Element* biases, unsigned& turn, Emit emit) {
  if constexpr (SHARES_ROWS) {
    sharedProduct(ring, index, activation, biases, turn, emit);
  } else {
    product(ring, index, activation, biases, WIDTH, emit);
  }
}

// Gain and shift of a layer norm, in registers before they are needed: they do not depend on the step.
struct Norm {
  static constexpr int FOURS = (WIDTH / 4 + COMPUTING - 1) / COMPUTING;
  float4 gain[FOURS], shift[FOURS];

  __device__ __forceinline__ Norm(const Element* gains, const Element* shifts) {
#pragma unroll
    for (int i = 0; i < FOURS; i++) {
      int k = 4 * (threadIdx.x + i * COMPUTING);
      if (k < WIDTH) {
        gain[i] = loadFour(gains + k);
        shift[i] = loadFour(shifts + k);
      }
    }
  }
};

// Four neighbours of x that a thread normalises, by sequence.
typedef float4 NormInput[BATCH][Norm::FOURS];

__device__ __forceinline__ int normIndex(int i) {
  int k = 4 * (opaque(threadIdx.x) + i * COMPUTING);
  return k < WIDTH ? k : -1;
}

// Layer norm of x into the activations.
__device__ __forceinline__ void normalise(Shared& shared, const Norm& norm, NormInput& in) {
#pragma unroll
  for (int b = 0; b < BATCH; b++) {
    float sum = 0, squares = 0;
#pragma unroll
    for (int i = 0; i < Norm::FOURS; i++) {
      if (normIndex(i) < 0) continue;
      float4 v = in[b][i];
      sum += (v.x + v.y) + (v.z + v.w);
      squares += (v.x * v.x + v.y * v.y) + (v.z * v.z + v.w * v.w);
    }
    if (b > 0) syncComputing();
    float2 total = sumOfBlock(shared.reduction, sum, squares);
    float mean = total.x / WIDTH;
    float scale = rsqrtf(fmaxf(total.y / WIDTH - mean * mean, 0) + EPSILON);
#pragma unroll
    for (int i = 0; i < Norm::FOURS; i++) {
      int k = normIndex(i);
      if (k < 0) continue;
      float4 v = in[b][i], g = norm.gain[i], s = norm.shift[i];
      *reinterpret_cast<float4*>(shared.activation + b * PADDED + activationIndex(k)) = make_float4(
          fmaf((v.x - mean) * scale, g.x, s.x), fmaf((v.y - mean) * scale, g.y, s.y),
          fmaf((v.z - mean) * scale, g.z, s.z), fmaf((v.w - mean) * scale, g.w, s.w));
    }
  }
  syncComputing();
}
