// Elements of weights and cache: fp32, fp16 or bf16, always computed with in fp32.
// No CUDA header is included anywhere: a host with a driver and NVRTC alone can compile this.
#pragma once
#include "ptx.cuh"

#if ELEMENT_FP32
typedef float Element;
#else
typedef unsigned short Element;
#endif

// Elements in the 16 bytes that a lane moves at once.
constexpr int VECTOR = 16 / sizeof(Element);

__device__ __forceinline__ float widen(Element e) {
#if ELEMENT_FP32
  return e;
#elif ELEMENT_FP16
  return halfToFloat(e);
#else
  return __uint_as_float(static_cast<unsigned>(e) << 16);
#endif
}

__device__ __forceinline__ Element narrow(float f) {
#if ELEMENT_FP32
  return f;
#elif ELEMENT_FP16
  return floatToHalf(f);
#else
  return floatToBfloat(f);
#endif
}

__device__ __forceinline__ void widenPair(unsigned pair, float& low, float& high) {
#if ELEMENT_FP16
  halvesToFloats(pair, low, high);
#else
  low = __uint_as_float(pair << 16);
  high = __uint_as_float(pair & 0xffff0000u);
#endif
}

// 16 bytes -> VECTOR floats
__device__ __forceinline__ void widenVector(uint4 raw, float (&out)[VECTOR]) {
#if ELEMENT_FP32
  out[0] = __uint_as_float(raw.x);
  out[1] = __uint_as_float(raw.y);
  out[2] = __uint_as_float(raw.z);
  out[3] = __uint_as_float(raw.w);
#else
  widenPair(raw.x, out[0], out[1]);
  widenPair(raw.y, out[2], out[3]);
  widenPair(raw.z, out[4], out[5]);
  widenPair(raw.w, out[6], out[7]);
#endif
}

// Four neighbouring elements of a read-only array, as floats.
__device__ __forceinline__ float4 loadFour(const Element* at) {
#if ELEMENT_FP32
  return __ldg(reinterpret_cast<const float4*>(at));
#else
  uint2 raw = __ldg(reinterpret_cast<const uint2*>(at));
  float4 out;
  widenPair(raw.x, out.x, out.y);
  widenPair(raw.y, out.z, out.w);
  return out;
#endif
}
