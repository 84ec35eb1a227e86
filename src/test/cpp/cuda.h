// CUDA's names, as far as the kernel uses them, for a C++ compiler.
#pragma once
#include <cmath>
#include <cstring>
#include "emulator.h"

#define __host__
#define __device__
#define __global__
#define __constant__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __grid_constant__
#define __cluster_dims__(...)

#define threadIdx (emulator::current->thread)
#define blockIdx (emulator::current->block)

struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(8) uint2 {
  unsigned x, y;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
inline float2 make_float2(float x, float y) { return {x, y}; }
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }

template <class To, class From>
inline To sameBits(From from) {
  static_assert(sizeof(To) == sizeof(From), "bits");
  To to;
  memcpy(&to, &from, sizeof to);
  return to;
}
inline float __int_as_float(int i) { return sameBits<float>(i); }
inline int __float_as_int(float f) { return sameBits<int>(f); }
inline float __uint_as_float(unsigned i) { return sameBits<float>(i); }
inline unsigned __float_as_uint(float f) { return sameBits<unsigned>(f); }

inline int min(int a, int b) { return a < b ? a : b; }
inline unsigned min(unsigned a, unsigned b) { return a < b ? a : b; }
inline unsigned min(int a, unsigned b) { return min(static_cast<unsigned>(a), b); }
inline unsigned min(unsigned a, int b) { return min(a, static_cast<unsigned>(b)); }
inline float __expf(float f) { return expf(f); }
inline float __fdividef(float a, float b) { return a / b; }
inline float rsqrtf(float f) { return 1 / sqrtf(f); }

template <class T>
inline T __ldg(const T* at) {
  return *at;
}
template <class T>
inline T __ldcs(const T* at) {
  return *at;
}
template <class T>
inline T __ldcg(const T* at) {
  return *at;
}

inline void __syncwarp() { emulator::syncWarp(); }
inline void __threadfence() {}
template <class T>
inline T __shfl_xor_sync(unsigned lanes, T value, int bit) {
  if (lanes != ~0u) emulator::fail("a shuffle of some lanes only");
  return sameBits<T>(emulator::exchange(sameBits<uint32_t>(value), bit));
}
template <class T>
inline T __shfl_sync(unsigned lanes, T value, int from) {
  if (lanes != ~0u) emulator::fail("a shuffle of some lanes only");
  uint32_t bits = sameBits<uint32_t>(value);
  uint32_t all[32];
  emulator::shareAll(&bits, 1, all);
  return sameBits<T>(all[from % 32]);
}
inline unsigned __ballot_sync(unsigned lanes, bool value) {
  if (lanes != ~0u) emulator::fail("a ballot of some lanes only");
  unsigned votes = static_cast<unsigned>(value) << threadIdx.x % 32;
  for (int bit = 16; bit > 0; bit /= 2) votes |= emulator::exchange(votes, bit);
  return votes;
}
inline bool __any_sync(unsigned lanes, bool value) { return __ballot_sync(lanes, value) != 0; }
inline unsigned __byte_perm(unsigned low, unsigned high, unsigned selector) {
  unsigned long long bytes = low | static_cast<unsigned long long>(high) << 32;
  unsigned chosen = 0;
  for (int i = 0; i < 4; i++) chosen |= (bytes >> (selector >> 4 * i & 7) * 8 & 0xff) << 8 * i;
  return chosen;
}
inline int __popc(unsigned bits) { return __builtin_popcount(bits); }
inline int __ffs(unsigned bits) { return __builtin_ffs(bits); }
inline unsigned atomicAdd(unsigned* at, unsigned value) {
  emulator::changed();
  unsigned before = *at;
  *at += value;
  return before;
}
