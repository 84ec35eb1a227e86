// What products of many sequences multiply their weights by, as matrix instructions take it.
#pragma once
#include "element.cuh"

#if ELEMENT_FP32
// Elements as sums of two halves each, the low one what the high one leaves; what both leave is 2^-22 of it. Small ones leave more of
// themselves, as halves are multiples of 2^-24: so both factors are scaled up, and no weight may be above 511, no other factor above
// 8188. What is above becomes infinite, and no logit a number.
constexpr float WEIGHT_SCALE = 128, OPERAND_SCALE = 8;

// Of four neighbours, by pairs.
struct Halves {
  unsigned high[2], low[2];
  __device__ __forceinline__ Halves(float4 four, float scale) {
    pair(0, four.x * scale, four.y * scale);
    pair(1, four.z * scale, four.w * scale);
  }
  __device__ __forceinline__ Halves(uint4 bits, float scale)
      : Halves(make_float4(__uint_as_float(bits.x), __uint_as_float(bits.y), __uint_as_float(bits.z), __uint_as_float(bits.w)), scale) {}

 private:
  __device__ __forceinline__ void pair(int i, float first, float second) {
    high[i] = floatsToHalves(first, second);
    float a, b;
    halvesToFloats(high[i], a, b);
    low[i] = floatsToHalves(first - a, second - b);
  }
};
#endif

// Sixteen bytes of a row of weights, as instructions take them, and what adds their products to sums of N times eight sequences. `upper`
// has rows of the first eight, `lower` of the others.
#if ELEMENT_FP32
typedef Halves Operand;
__device__ __forceinline__ Operand weightsOf(uint4 bits) { return Halves(bits, WEIGHT_SCALE); }

template <int N>
__device__ __forceinline__ void addProducts(float (*sums)[4], const Operand& upper, const Operand& lower, const uint4 (&b)[N]) {
  // but for that of both low halves, which is below what fp32 keeps. An instruction cuts off where fp32 would round, and what it cuts is
  // a part of the sum so far: that stays short
  float of[N][4] = {};
#pragma unroll
  for (int o = 0; o < N; o++) multiplyAdd(of[o], upper.low[0], lower.low[0], upper.low[1], lower.low[1], b[o].x, b[o].y);
#pragma unroll
  for (int o = 0; o < N; o++) multiplyAdd(of[o], upper.high[0], lower.high[0], upper.high[1], lower.high[1], b[o].z, b[o].w);
#pragma unroll
  for (int o = 0; o < N; o++) multiplyAdd(of[o], upper.high[0], lower.high[0], upper.high[1], lower.high[1], b[o].x, b[o].y);
#pragma unroll
  for (int o = 0; o < N; o++) {
#pragma unroll
    for (int i = 0; i < 4; i++) sums[o][i] = fmaf(of[o][i], 1 / (WEIGHT_SCALE * OPERAND_SCALE), sums[o][i]);
  }
}
#else
typedef uint4 Operand;
__device__ __forceinline__ Operand weightsOf(uint4 bits) { return bits; }

template <int N>
__device__ __forceinline__ void addProducts(float (*sums)[4], const Operand& upper, const Operand& lower, const uint4 (&b)[N]) {
#pragma unroll
  for (int o = 0; o < N; o++) multiplyAdd(sums[o], upper.x, lower.x, upper.y, lower.y, b[o].x, b[o].y);
#pragma unroll
  for (int o = 0; o < N; o++) multiplyAdd(sums[o], upper.z, lower.z, upper.w, lower.w, b[o].z, b[o].w);
}
#endif

// Four neighbours of a row, from its element k on, a multiple of four. In fp32 their 16 bytes hold the four high halves and then the
// four low ones, split once and not by every warp that multiplies them.
__device__ __forceinline__ void storeOperands(Element* row, unsigned k, float4 four) {
#if ELEMENT_FP32
  Halves of(four, OPERAND_SCALE);
  *reinterpret_cast<uint4*>(row + k) = {of.high[0], of.high[1], of.low[0], of.low[1]};
#else
  storeFour(row + k, four);
#endif
}

// Two neighbours, from an even element on.
__device__ __forceinline__ void storeOperands(Element* row, unsigned k, float2 two) {
#if ELEMENT_FP32
  Halves of(make_float4(two.x, two.y, 0, 0), OPERAND_SCALE);
  unsigned* at = reinterpret_cast<unsigned*>(row + k / 4 * 4) + k % 4 / 2;
  at[0] = of.high[0];
  at[2] = of.low[0];
#else
  storeTwo(row + k, two);
#endif
}

// One element.
__device__ __forceinline__ void storeOperand(Element* row, unsigned k, float one) {
#if ELEMENT_FP32
  Halves of(make_float4(one, 0, 0, 0), OPERAND_SCALE);
  unsigned short* at = reinterpret_cast<unsigned short*>(row + k / 4 * 4) + k % 4;
  at[0] = static_cast<unsigned short>(of.high[0]);
  at[4] = static_cast<unsigned short>(of.low[0]);
#else
  row[k] = narrow(one);
#endif
}
