// Layer norms of many sequences: every block normalises all of them for itself, or some for all blocks; see EACH_NORMALISES.
#pragma once
#include "wideproduct.cuh"
#include "ends.cuh"

// Embeddings, where the residual stream begins.
__device__ __forceinline__ void embed(const Step& step) {
  for (int i = blockIdx.x * COMPUTING + opaque(threadIdx.x); i < BATCH * WIDTH / 4; i += BLOCKS * COMPUTING) {
    int sequence = i / (WIDTH / 4);
    reinterpret_cast<float4*>(step.x)[i] = embedding(step, sequence, 4 * i - sequence * WIDTH);
  }
}

// Of a sequence's elements, from their sum and that of their squares; what it makes of four of them.
struct MeanAndScale {
  float mean, scale;
  __device__ __forceinline__ MeanAndScale(float sum, float squares) {
    mean = sum / WIDTH;
    scale = rsqrtf(fmaxf(squares / WIDTH - mean * mean, 0) + EPSILON);
  }
  __device__ __forceinline__ float4 apply(float4 v, float4 gain, float4 shift) const {
    return make_float4(fmaf((v.x - mean) * scale, gain.x, shift.x), fmaf((v.y - mean) * scale, gain.y, shift.y),
        fmaf((v.z - mean) * scale, gain.z, shift.z), fmaf((v.w - mean) * scale, gain.w, shift.w));
  }
};

__device__ __forceinline__ void addTo(float& sum, float& squares, float4 v) {
  sum += (v.x + v.y) + (v.z + v.w);
  squares += (v.x * v.x + v.y * v.y) + (v.z * v.z + v.w * v.w);
}

// Starts to bring gain and shift of the next layer norm into shared memory, as a group of copies.
__device__ __forceinline__ void startNorm(Shared& shared, const Element* gain, const Element* shift) {
  for (int k = opaque(threadIdx.x) * VECTOR; k < WIDTH; k += COMPUTING * VECTOR) {
    copyVector(sharedAddress(shared.norm[0] + k), gain + k);
    copyVector(sharedAddress(shared.norm[1] + k), shift + k);
  }
  endGroup();
}

// Layer norm of all sequences into shared memory; a warp takes whole ones. Gain and shift are there.
__device__ __forceinline__ void normaliseAll(const Step& step, Shared& shared) {
  constexpr int FOURS = (WIDTH / 4 + 31) / 32;
  int lane = opaque(threadIdx.x) % 32;
#pragma unroll 1
  for (int sequence = opaque(threadIdx.x) / 32; sequence < BATCH; sequence += WARPS) {
    float4 in[FOURS];
    float sum = 0, squares = 0;
#pragma unroll
    for (int i = 0; i < FOURS; i++) {
      int k = 4 * (lane + 32 * i);
      if (k < WIDTH) in[i] = __ldcg(reinterpret_cast<const float4*>(step.x + sequence * WIDTH + k));
    }
#pragma unroll
    for (int i = 0; i < FOURS; i++) {
      if (4 * (lane + 32 * i) < WIDTH) addTo(sum, squares, in[i]);
    }
    MeanAndScale norm(warpSum(sum), warpSum(squares));
#pragma unroll
    for (int i = 0; i < FOURS; i++) {
      int k = 4 * (lane + 32 * i);
      if (k >= WIDTH) continue;
      storeOperands(shared.activation[0] + sequence * STRIDE, k,
          norm.apply(in[i], readFour(shared.norm[0] + k), readFour(shared.norm[1] + k)));
    }
  }
}

// Blocks that normalise for all.
constexpr int NORMALISING = EACH_NORMALISES ? BLOCKS : smaller(BATCH, BLOCKS);

// A thread's vectors of a layer norm, asked for before they are needed.
struct Norm {
  static constexpr int FOURS = (WIDTH / 4 + COMPUTING - 1) / COMPUTING;
  float4 biases[FOURS], gain[FOURS], shift[FOURS];  // biases of what joins the residual stream before

  __device__ __forceinline__ Norm(const Element* biasesOrNone, const Element* gains, const Element* shifts) {
    if (blockIdx.x >= BATCH) return;
#pragma unroll
    for (int i = 0; i < FOURS; i++) {
      int k = at(i);
      if (k >= WIDTH) continue;
      if (biasesOrNone != nullptr) biases[i] = loadFour(biasesOrNone + k);
      gain[i] = loadFour(gains + k);
      shift[i] = loadFour(shifts + k);
    }
  }
  __device__ __forceinline__ static int at(int i) { return 4 * (opaque(threadIdx.x) + i * COMPUTING); }
};

// Joins the residual stream, whose start are the embeddings, and what a product left of each of its PIECES; then layer norm, for the
// next product. A block takes whole sequences.
template <int PIECES>
__device__ __forceinline__ void normalise(const Step& step, Shared& shared, const Norm& vectors) {
  float* x = step.x;
#pragma unroll 1
  for (int sequence = blockIdx.x; sequence < BATCH; sequence += BLOCKS) {
    float4 in[Norm::FOURS];
    float sum = 0, squares = 0;
#pragma unroll
    for (int i = 0; i < Norm::FOURS; i++) {
      int k = Norm::at(i);
      if (k >= WIDTH) continue;
      float4& v = in[i];
      float4* at = reinterpret_cast<float4*>(x + sequence * WIDTH + k);
      if constexpr (PIECES == 0) {
        v = embedding(step, sequence, k);
      } else {
        v = __ldcg(at);
        float4 of[PIECES];
#pragma unroll
        for (int p = 0; p < PIECES; p++) of[p] = __ldcg(reinterpret_cast<const float4*>(sumsOf(step) + (p * BATCH + sequence) * WIDTH + k));
        float4 joins = vectors.biases[i];
#pragma unroll
        for (int p = 0; p < PIECES; p++) joins = make_float4(joins.x + of[p].x, joins.y + of[p].y, joins.z + of[p].z, joins.w + of[p].w);
        v = make_float4(v.x + joins.x, v.y + joins.y, v.z + joins.z, v.w + joins.w);
      }
      *at = v;
      addTo(sum, squares, v);
    }
    if (sequence >= BLOCKS) syncComputing();
    float2 total = sumOfBlock(shared.reduction, sum, squares);
    MeanAndScale norm(total.x, total.y);
#pragma unroll
    for (int i = 0; i < Norm::FOURS; i++) {
      int k = Norm::at(i);
      if (k < WIDTH) storeOperands(activationsOf(step) + sequence * WIDTH, k, norm.apply(in[i], vectors.gain[i], vectors.shift[i]));
    }
  }
}
