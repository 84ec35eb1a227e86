// The functions of the kernel's ptx.cuh, in whose place this is compiled.
#pragma once
#include <initializer_list>
#include "cuda.h"

#define SHARED_MEMORY(name) char* const name = emulator::current->shared

inline unsigned sharedAddress(const void* at) { return emulator::sharedOffset(at); }

template <int THREADS>
inline void syncFirst() {
  if (threadIdx.x >= THREADS) emulator::fail("thread %u at a barrier of the first %d", threadIdx.x, THREADS);
  emulator::syncBlock(1, THREADS);
}

inline unsigned opaque(unsigned value) { return value; }

inline unsigned lowestOfWarp(unsigned value) {
  for (int bit = 16; bit > 0; bit /= 2) value = min(value, emulator::exchange(value, bit));
  return value;
}

inline void pause() { emulator::pause(); }

inline void storeRelaxed(unsigned long long* at, unsigned long long value) {
  *at = value;
  emulator::changed();
}

inline unsigned long long loadRelaxed(const unsigned long long* at) { return *at; }

inline void storeRelaxed(unsigned* at, unsigned value) {
  *at = value;
  emulator::changed();
}

inline unsigned loadRelaxed(const unsigned* at) { return *at; }

inline void loadTwoRelaxed(const unsigned long long* at, unsigned long long (&values)[2]) {
  if (reinterpret_cast<uintptr_t>(at) % 16 != 0) emulator::fail("a load of 16 bytes at an address that is no multiple of 16");
  values[0] = at[0];
  values[1] = at[1];
}

inline void incrementRelease(unsigned* counter) {
  ++*counter;
  emulator::changed();
}

inline unsigned loadAcquire(const unsigned* counter) { return *counter; }

inline void initBarrier(unsigned barrier, unsigned arrivals) { emulator::initBarrier(barrier, arrivals); }
inline void fenceBarriers() {}
inline void waitBarrier(unsigned barrier, unsigned parity) { emulator::waitBarrier(barrier, parity); }
inline void arrive(unsigned barrier, unsigned arrivals) { emulator::arrive(barrier, arrivals, 0); }
inline void arriveExpecting(unsigned barrier, unsigned bytes) { emulator::arrive(barrier, 1, bytes); }

inline unsigned addressIn(unsigned rank, unsigned address) { return emulator::remote(rank, address); }
inline void storeRemote(unsigned at, float first, float second) {
  float two[2] = {first, second};
  emulator::storeRemote(at, two, sizeof two);
}
inline void arriveRemote(unsigned barrier) { emulator::arriveRemote(barrier); }
inline void waitForCluster(unsigned barrier, unsigned parity) { emulator::waitBarrier(barrier, parity); }

inline unsigned long long evictFirst() { return 0; }
inline unsigned long long evictLast() { return 0; }
inline void copyVector(unsigned to, const void* from, unsigned long long) { emulator::copyVector(to, from); }
inline void copyVector(unsigned to, const void* from) { emulator::copyVector(to, from); }
inline void endGroup() { emulator::endGroup(); }
template <int LAST>
inline void awaitGroups() {
  emulator::awaitGroups(LAST);
}
inline void arriveWhenCopied(unsigned barrier) { emulator::arriveWhenCopied(barrier); }
inline void prefetch(const void* from) { static_cast<void>(*static_cast<const volatile char*>(from)); }
inline void copyToShared(unsigned to, const void* from, unsigned bytes, unsigned barrier, unsigned long long) {
  emulator::copy(to, from, bytes, barrier);
}

inline float halfToFloat(unsigned short half) {
  // the exponent's bias is 15 in fp16, 127 in fp32
  float magnitude = __uint_as_float((half & 0x7fffu) << 13) * 0x1p112f;
  unsigned bits = __float_as_uint(magnitude);
  if (magnitude >= 0x1p16f) bits |= 0x7f800000u;  // infinite or not a number
  return __uint_as_float(bits | (half & 0x8000u) << 16);
}

inline void halvesToFloats(unsigned pair, float& low, float& high) {
  low = halfToFloat(static_cast<unsigned short>(pair));
  high = halfToFloat(static_cast<unsigned short>(pair >> 16));
}

inline unsigned short floatToHalf(float f) {
  unsigned sign = __float_as_uint(f) >> 16 & 0x8000u;
  float magnitude = fabsf(f);
  if (std::isnan(f)) return 0x7fff;
  if (magnitude >= 65520) return static_cast<unsigned short>(sign | 0x7c00);
  int exponent;
  frexpf(magnitude, &exponent);
  // ten bits behind the first, or multiples of the smallest number
  float lastPlace = ldexpf(1, (exponent - 1 > -14 ? exponent - 1 : -14) - 10);
  float rounded = nearbyintf(magnitude / lastPlace) * lastPlace;
  unsigned bits = rounded < 0x1p-14f ? static_cast<unsigned>(rounded * 0x1p24f) : (__float_as_uint(rounded) - (112u << 23)) >> 13;
  return static_cast<unsigned short>(sign | bits);
}

inline unsigned floatsToHalves(float low, float high) { return floatToHalf(low) | static_cast<unsigned>(floatToHalf(high)) << 16; }

inline unsigned short floatToBfloat(float f) {
  unsigned bits = __float_as_uint(f);
  if (std::isnan(f)) return 0x7fff;
  return static_cast<unsigned short>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// c [16, 8] += a [16, k] b [k, 8]; ELEMENTS in a register, which `widen` makes floats of. Lane l has rows l / 4 and 8 more of a and c,
// column l / 4 of b, and columns l % 4 * 2 and one more of c.
template <int ELEMENTS, class Widen>
inline void multiplyAdd(float (&c)[4], const uint32_t (&mine)[6], Widen widen) {
  uint32_t all[32 * 6];
  emulator::shareAll(mine, 6, all);
  int lane = threadIdx.x % 32;
  for (int i = 0; i < 4; i++) {
    int row = lane / 4, column = lane % 4 * 2 + i % 2;
    double sum = 0;
    for (int t = 0; t < 4; t++) {
      for (int half = 0; half < 2; half++) {
        uint32_t a = all[(row * 4 + t) * 6 + half * 2 + i / 2];
        uint32_t b = all[(column * 4 + t) * 6 + 4 + half];
        for (int e = 0; e < ELEMENTS; e++) sum += static_cast<double>(widen(a, e)) * widen(b, e);
      }
    }
    // cut off, not rounded
    sum += c[i];
    c[i] = static_cast<float>(sum);
    if (fabs(c[i]) > fabs(sum)) c[i] = nextafterf(c[i], 0);
  }
}

inline void multiplyAddHalf(float (&c)[4], unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1) {
  multiplyAdd<2>(c, {a0, a1, a2, a3, b0, b1},
      [](unsigned pair, int e) { return halfToFloat(static_cast<unsigned short>(pair >> 16 * e)); });
}

inline void multiplyAddBfloat(float (&c)[4], unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1) {
  multiplyAdd<2>(c, {a0, a1, a2, a3, b0, b1}, [](unsigned pair, int e) { return __uint_as_float(pair >> 16 * e << 16); });
}
