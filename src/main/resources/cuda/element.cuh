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

// The matrix instruction of elements; fp32 ones are multiplied as halves.
#if ELEMENT_BF16
#define multiplyAdd multiplyAddBfloat
#else
#define multiplyAdd multiplyAddHalf
#endif

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

#if !ELEMENT_FP32
// Two elements, the first in the low bits.
__device__ __forceinline__ unsigned pack(float low, float high) {
  return narrow(low) | static_cast<unsigned>(narrow(high)) << 16;
}
#endif

// 16 bytes of a read-only array.
__device__ __forceinline__ uint4 loadVector(const Element* at) { return __ldg(reinterpret_cast<const uint4*>(at)); }

// The same, which nobody reads again.
__device__ __forceinline__ uint4 loadOnce(const Element* at) { return __ldcs(reinterpret_cast<const uint4*>(at)); }

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

#if ELEMENT_FP32
typedef float4 Four;
__device__ __forceinline__ float4 widenFour(Four four) { return four; }
#else
typedef uint2 Four;
__device__ __forceinline__ float4 widenFour(Four four) {
  float4 out;
  widenPair(four.x, out.x, out.y);
  widenPair(four.y, out.z, out.w);
  return out;
}
#endif

// Four neighbouring elements of a read-only array, as floats.
__device__ __forceinline__ float4 loadFour(const Element* at) { return widenFour(__ldg(reinterpret_cast<const Four*>(at))); }

// Of shared memory.
__device__ __forceinline__ float4 readFour(const Element* at) { return widenFour(*reinterpret_cast<const Four*>(at)); }

// Two neighbouring elements of a read-only array, as floats.
__device__ __forceinline__ float2 loadTwo(const Element* at) {
#if ELEMENT_FP32
  return __ldg(reinterpret_cast<const float2*>(at));
#else
  float2 out;
  widenPair(__ldg(reinterpret_cast<const unsigned*>(at)), out.x, out.y);
  return out;
#endif
}

// Two neighbouring elements.
__device__ __forceinline__ void storeTwo(Element* at, float2 two) {
#if ELEMENT_FP32
  *reinterpret_cast<float2*>(at) = two;
#else
  *reinterpret_cast<unsigned*>(at) = narrow(two.x) | static_cast<unsigned>(narrow(two.y)) << 16;
#endif
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
