// How blocks hand values to each other inside a step.
//
// LOW_LATENCY (few sequences): every value travels with a tag in one 8-byte store, and who needs it reads
// until the tag is there: one trip through L2, no fence, no barrier, no second read. A buffer is written
// again only after its readers have published something that the writer had to read first.
// Otherwise, where tags would double too much traffic: plain stores, a barrier of all blocks, plain loads.
#pragma once
#include "step.cuh"

__device__ __forceinline__ void publish(float* buffer, int index, float value, unsigned tag) {
#if LOW_LATENCY
  unsigned long long packed = static_cast<unsigned long long>(tag) << 32 | __float_as_uint(value);
  asm volatile("st.relaxed.gpu.global.u64 [%0], %1;" :: "l"(reinterpret_cast<unsigned long long*>(buffer) + index), "l"(packed) : "memory");
#else
  buffer[index] = value;
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
      asm volatile("ld.relaxed.gpu.global.u64 %0, [%1];" : "=l"(packed[i])
          : "l"(reinterpret_cast<const unsigned long long*>(buffer) + at(i)) : "memory");
    }
    missing = false;
#pragma unroll
    for (int i = 0; i < N; i++) {
      if (at(i) < 0) continue;
      missing |= packed[i] >> 32 != tag;
      out[i] = __uint_as_float(static_cast<unsigned>(packed[i]));
    }
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
    unsigned long long packed[N][4];
#pragma unroll
    for (int i = 0; i < N; i++) {
      if (at(i) < 0) continue;
#pragma unroll
      for (int half = 0; half < 4; half += 2) {
        asm volatile("ld.relaxed.gpu.global.v2.u64 {%0, %1}, [%2];"
            : "=l"(packed[i][half]), "=l"(packed[i][half + 1])
            : "l"(reinterpret_cast<const unsigned long long*>(buffer) + at(i) + half) : "memory");
      }
    }
    missing = false;
#pragma unroll
    for (int i = 0; i < N; i++) {
      if (at(i) < 0) continue;
#pragma unroll
      for (int j = 0; j < 4; j++) missing |= packed[i][j] >> 32 != tag;
      out[i] = make_float4(__uint_as_float(packed[i][0]), __uint_as_float(packed[i][1]),
          __uint_as_float(packed[i][2]), __uint_as_float(packed[i][3]));
    }
  } while (missing);
#else
#pragma unroll
  for (int i = 0; i < N; i++) {
    if (at(i) >= 0) out[i] = __ldcg(reinterpret_cast<const float4*>(buffer + at(i)));
  }
#endif
}

// All blocks wait for all; what any of them wrote before is seen by all after.
__device__ __forceinline__ void syncBlocks(const Step& step, unsigned& arrivals) {
  syncComputing();
  arrivals += BLOCKS;
  if (threadIdx.x == 0) {
    asm volatile("red.release.gpu.global.add.u32 [%0], 1;" :: "l"(step.counters) : "memory");
    unsigned seen;
    do {
      asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(seen) : "l"(step.counters) : "memory");
    } while (seen < arrivals);
  }
  syncComputing();
}

// Between a phase that publishes and one that fetches.
__device__ __forceinline__ void handOver(const Step& step, unsigned& arrivals) {
#if LOW_LATENCY
  syncComputing();
#else
  syncBlocks(step, arrivals);
#endif
}
