// How blocks hand values to each other inside a step.
//
// LOW_LATENCY (few sequences): every value travels with a tag in one 8-byte store, and who needs it reads
// until the tag is there: one trip through L2, no fence, no barrier, no second read. A buffer is written
// again only after its readers have published something that the writer had to read first. In half precision
// what every block fetches (NARROW: the residual stream, queries, keys and values, hidden values) travels as elements, to
// which operators round it as well, each with half a tag in 4 bytes: every layer writes all of them anew, so that what
// half a tag could be taken for is long gone.
// Otherwise, where tags would double too much traffic: plain stores, a barrier of all blocks, plain loads.
#pragma once
#include "step.cuh"

__device__ __forceinline__ void publish(float* buffer, int index, float value, unsigned tag) {
#if LOW_LATENCY
  unsigned long long packed = static_cast<unsigned long long>(tag) << 32 | __float_as_uint(value);
  storeRelaxed(reinterpret_cast<unsigned long long*>(buffer) + index, packed);
#else
  buffer[index] = value;
#endif
}

#define NARROW (LOW_LATENCY && !ELEMENT_FP32)

// For what fetchNarrowFours and watch read.
__device__ __forceinline__ void publishNarrow(float* buffer, int index, float value, unsigned tag) {
#if NARROW
  storeRelaxed(reinterpret_cast<unsigned*>(buffer) + index, tag << 16 | narrow(value));
#else
  publish(buffer, index, value, tag);
#endif
}

// N values anywhere: at(i) is the index of value i, below zero for none.
template <int N, class At>
__device__ __forceinline__ void fetch(const float* buffer, float (&out)[N], unsigned tag, At at) {
#if LOW_LATENCY
  bool missing;
  do {
    unsigned long long packed[N];
#pragma unroll
    for (int i = 0; i < N; i++) {
      if (at(i) < 0) continue;
      packed[i] = loadRelaxed(reinterpret_cast<const unsigned long long*>(buffer) + at(i));
    }
    missing = false;
#pragma unroll
    for (int i = 0; i < N; i++) {
      if (at(i) < 0) continue;
      missing |= packed[i] >> 32 != tag;
      out[i] = __uint_as_float(static_cast<unsigned>(packed[i]));
    }
    if (missing) pause();
  } while (missing);
#else
#pragma unroll
  for (int i = 0; i < N; i++) {
    if (at(i) >= 0) out[i] = __ldcg(buffer + at(i));
  }
#endif
}

// Four neighbours, from a multiple of four on, at N places: at(i) is the index of place i, below zero for none.
template <int N, class At>
__device__ __forceinline__ void fetchFours(const float* buffer, float4 (&out)[N], unsigned tag, At at) {
#if LOW_LATENCY
  bool missing;
  do {
    unsigned long long packed[N][2][2];
#pragma unroll
    for (int i = 0; i < N; i++) {
      if (at(i) < 0) continue;
#pragma unroll
      for (int half = 0; half < 2; half++) {
        loadTwoRelaxed(reinterpret_cast<const unsigned long long*>(buffer) + at(i) + 2 * half, packed[i][half]);
      }
    }
    missing = false;
#pragma unroll
    for (int i = 0; i < N; i++) {
      if (at(i) < 0) continue;
#pragma unroll
      for (int j = 0; j < 4; j++) missing |= packed[i][j / 2][j % 2] >> 32 != tag;
      out[i] = make_float4(__uint_as_float(packed[i][0][0]), __uint_as_float(packed[i][0][1]),
          __uint_as_float(packed[i][1][0]), __uint_as_float(packed[i][1][1]));
    }
    if (missing) pause();
  } while (missing);
#else
#pragma unroll
  for (int i = 0; i < N; i++) {
    if (at(i) >= 0) out[i] = __ldcg(reinterpret_cast<const float4*>(buffer + at(i)));
  }
#endif
}

// The same of what was published narrow.
template <int N, class At>
__device__ __forceinline__ void fetchNarrowFours(const float* buffer, float4 (&out)[N], unsigned tag, At at) {
#if NARROW
  const unsigned awaited = tag << 16;
  bool missing;
  do {
    unsigned long long packed[N][2];
#pragma unroll
    for (int i = 0; i < N; i++) {
      if (at(i) >= 0) loadTwoRelaxed(reinterpret_cast<const unsigned long long*>(buffer) + at(i) / 2, packed[i]);
    }
    missing = false;
#pragma unroll
    for (int i = 0; i < N; i++) {
      if (at(i) < 0) continue;
      unsigned four[4];
#pragma unroll
      for (int j = 0; j < 4; j++) {
        four[j] = static_cast<unsigned>(packed[i][j / 2] >> 32 * (j % 2));
        missing |= (four[j] & 0xffff0000u) != awaited;
      }
      widenPair(four[0] & 0xffffu | four[1] << 16, out[i].x, out[i].y);
      widenPair(four[2] & 0xffffu | four[3] << 16, out[i].z, out[i].w);
    }
    if (missing) pause();
  } while (missing);
#else
  fetchFours(buffer, out, tag, at);
#endif
}

// Waits until some of the blocks have published the last of their `total` rows. To fetch everything again and again instead, by
// all blocks, would keep L2 from what it is waited for.
__device__ __forceinline__ void watch(const float* buffer, unsigned total, unsigned tag) {
#if LOW_LATENCY
  constexpr unsigned WATCHED = BLOCKS < 32 ? BLOCKS : 32;
  if (threadIdx.x < WATCHED) {
    unsigned block = threadIdx.x * BLOCKS / WATCHED;
    // below zero where the first blocks have no row
    int last = static_cast<int>(total * (block + 1) / BLOCKS - 1);
#if NARROW
    while (last >= 0 && loadRelaxed(reinterpret_cast<const unsigned*>(buffer) + last) >> 16 != (tag & 0xffffu)) pause();
#else
    float value[1];
    fetch(buffer, value, tag, [&](int) { return last; });
#endif
  }
  syncComputing();
#endif
}

// All blocks wait for all; what any of them wrote before it arrived is seen by all that awaited.
__device__ __forceinline__ void arriveAtBlocks(const Step& step, unsigned& arrivals) {
  syncComputing();
  arrivals += BLOCKS;
  if (threadIdx.x == 0) incrementRelease(step.counters);
}

__device__ __forceinline__ void awaitBlocks(const Step& step, unsigned arrivals) {
  if (threadIdx.x == 0) {
    while (loadAcquire(step.counters) < arrivals) pause();
  }
  syncComputing();
}

__device__ __forceinline__ void syncBlocks(const Step& step, unsigned& arrivals) {
  arriveAtBlocks(step, arrivals);
  awaitBlocks(step, arrivals);
}

// Between a phase that publishes and one that fetches.
__device__ __forceinline__ void handOver(const Step& step, unsigned& arrivals) {
#if LOW_LATENCY
  syncComputing();
#else
  syncBlocks(step, arrivals);
#endif
}
