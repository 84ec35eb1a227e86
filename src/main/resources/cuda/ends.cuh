// How a step begins and ends, however many sequences there are: embeddings, the eviction beside the vocabulary's product, the
// next tokens; and what the MLP does to its hidden values.
#pragma once
#include "eviction.cuh"
#include "exchange.cuh"

__device__ __forceinline__ float gelu(float x) {
  return 0.5f * x * (1 + tanhf(0.7978845608028654f * fmaf(0.044715f * x * x, x, x)));
}

__device__ __forceinline__ float4 embedding(const Step& step, int sequence, int k) {
  float4 token = loadFour(step.tokens + __ldcg(step.token + sequence) * WIDTH + k);
  float4 position = loadFour(step.positions + __ldcg(step.position) * WIDTH + k);
  return make_float4(token.x + position.x, token.y + position.y, token.z + position.z, token.w + position.w);
}

struct Best {
  float logit = -__int_as_float(0x7f800000);
  int token = 0;
  __device__ __forceinline__ void join(float otherLogit, int otherToken) {
    if (otherLogit > logit || (otherLogit == logit && otherToken < token)) {
      logit = otherLogit;
      token = otherToken;
    }
  }
};

// What a warp does of the eviction beside each of its chunks.
struct Eviction {
  Relocation& entries;
  unsigned pieces;
  __device__ __forceinline__ void begin() { entries.load(); }
  __device__ __forceinline__ void end() {
    entries.store();
    for (unsigned i = 1; i < pieces && !entries.done(); i++) {
      entries.load();
      entries.store();
    }
  }
};

// What only one block does, when all others are done: the next tokens, the position id, the count of steps, shared scores unless they
// moved already.
__device__ __forceinline__ void finish(const Step& step, int& isLast, int steps, bool scoresMoved) {
  syncComputing();
  if (threadIdx.x == 0) {
    __threadfence();
    isLast = atomicAdd(step.counters + 1, 1) == BLOCKS - 1;
    __threadfence();
  }
  syncComputing();
  if (!isLast) return;
  int warp = threadIdx.x / 32;
  int lane = threadIdx.x % 32;
  if (!scoresMoved) moveSharedScores(step, steps);
  for (int sequence = warp; sequence < BATCH; sequence += WARPS) {
    Best best;
    for (int block = lane; block < BLOCKS; block += 32) {
      const float* at = step.best + (block * BATCH + sequence) * 2;
      best.join(__ldcg(at), __float_as_int(__ldcg(at + 1)));
    }
#pragma unroll
    for (int bit = 16; bit > 0; bit /= 2) {
      best.join(__shfl_xor_sync(~0u, best.logit, bit), __shfl_xor_sync(~0u, best.token, bit));
    }
    if (lane == 0) {
      step.token[sequence] = best.token;
      step.hostToken[sequence] = best.token;
    }
  }
  if (threadIdx.x == 0) {
    *step.position += step.advance;
    if (step.origins != nullptr) *step.steps = steps + 1;
    step.counters[0] = 0;
    step.counters[1] = 0;
  }
}
