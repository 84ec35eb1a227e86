// What CUDA C has no words for, one function an instruction; everything else here is C++ with names that CUDA defines.
#pragma once

// --- shared memory ---

// Declares the block's dynamic shared memory. A function that returned its address would give other machine code.
#define SHARED_MEMORY(name) extern __shared__ __align__(128) char name[]

// An address in it, as the barriers and copies below take it.
__device__ __forceinline__ unsigned sharedAddress(const void* at) {
  return static_cast<unsigned>(__cvta_generic_to_shared(at));
}

// --- between threads ---

// Waits for the first THREADS threads of the block.
template <int THREADS>
__device__ __forceinline__ void syncFirst() {
  asm volatile("bar.sync 1, %0;" :: "n"(THREADS) : "memory");
}

// The same value, but the compiler does not know that it is: what comes of it is computed where it is needed, instead of
// being held in registers from phase to phase, of which there are too few.
__device__ __forceinline__ unsigned opaque(unsigned value) {
  asm volatile("mov.b32 %0, %0;" : "+r"(value));
  return value;
}

// The lowest of a warp's values, on every lane.
__device__ __forceinline__ unsigned lowestOfWarp(unsigned value) {
  unsigned lowest;
  asm volatile("redux.sync.min.u32 %0, %1, 0xffffffff;" : "=r"(lowest) : "r"(value));
  return lowest;
}

// In every loop that waits for other threads: where threads take turns, the others' turn.
__device__ __forceinline__ void pause() {}

__device__ __forceinline__ void storeRelaxed(unsigned long long* at, unsigned long long value) {
  asm volatile("st.relaxed.gpu.global.u64 [%0], %1;" :: "l"(at), "l"(value) : "memory");
}

__device__ __forceinline__ unsigned long long loadRelaxed(const unsigned long long* at) {
  unsigned long long value;
  asm volatile("ld.relaxed.gpu.global.u64 %0, [%1];" : "=l"(value) : "l"(at) : "memory");
  return value;
}

__device__ __forceinline__ void storeRelaxed(unsigned* at, unsigned value) {
  asm volatile("st.relaxed.gpu.global.u32 [%0], %1;" :: "l"(at), "r"(value) : "memory");
}

__device__ __forceinline__ unsigned loadRelaxed(const unsigned* at) {
  unsigned value;
  asm volatile("ld.relaxed.gpu.global.u32 %0, [%1];" : "=r"(value) : "l"(at) : "memory");
  return value;
}

// Two neighbours, each whole.
__device__ __forceinline__ void loadTwoRelaxed(const unsigned long long* at, unsigned long long (&values)[2]) {
  asm volatile("ld.relaxed.gpu.global.v2.u64 {%0, %1}, [%2];" : "=l"(values[0]), "=l"(values[1]) : "l"(at) : "memory");
}

__device__ __forceinline__ void incrementRelease(unsigned* counter) {
  asm volatile("red.release.gpu.global.add.u32 [%0], 1;" :: "l"(counter) : "memory");
}

__device__ __forceinline__ unsigned loadAcquire(const unsigned* counter) {
  unsigned value;
  asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(value) : "l"(counter) : "memory");
  return value;
}

// --- barriers that count arrivals and copied bytes, 8 bytes of shared memory each ---

// So many arrivals, and the bytes that are expected with them, end a phase.
__device__ __forceinline__ void initBarrier(unsigned barrier, unsigned arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" :: "r"(barrier), "r"(arrivals) : "memory");
}

// Copies, and the other threads once they met, see the barriers above.
__device__ __forceinline__ void fenceBarriers() {
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}

// Waits for the end of the phase of that parity: the one under way or the one before. Phases count from 0.
__device__ __forceinline__ void waitBarrier(unsigned barrier, unsigned parity) {
  asm volatile(
      "{ .reg .pred p;\n"
      "again: mbarrier.try_wait.parity.shared::cta.b64 p, [%0], %1;\n"
      "@p bra done;\n"
      "bra again;\n"
      "done: }" :: "r"(barrier), "r"(parity) : "memory");
}

__device__ __forceinline__ void arrive(unsigned barrier, unsigned arrivals) {
  asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0], %1;" :: "r"(barrier), "r"(arrivals) : "memory");
}

__device__ __forceinline__ void arriveExpecting(unsigned barrier, unsigned bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" :: "r"(barrier), "r"(bytes) : "memory");
}

// --- a cluster: blocks that reach each other's shared memory ---

// What is at that shared address of this block, in the block of that number within the cluster.
__device__ __forceinline__ unsigned addressIn(unsigned rank, unsigned address) {
  unsigned remote;
  asm volatile("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(remote) : "r"(address), "r"(rank));
  return remote;
}

// Two floats; the address is a multiple of 8.
__device__ __forceinline__ void storeRemote(unsigned at, float first, float second) {
  asm volatile("st.shared::cluster.v2.f32 [%0], {%1, %2};" :: "r"(at), "f"(first), "f"(second) : "memory");
}

// What the warp stored before, who waits for the arrival sees.
__device__ __forceinline__ void arriveRemote(unsigned barrier) {
  asm volatile("mbarrier.arrive.release.cluster.shared::cluster.b64 _, [%0];" :: "r"(barrier) : "memory");
}

// As waitBarrier, for arrivals from other blocks.
__device__ __forceinline__ void waitForCluster(unsigned barrier, unsigned parity) {
  asm volatile(
      "{ .reg .pred p;\n"
      "again: mbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 p, [%0], %1;\n"
      "@p bra done;\n"
      "bra again;\n"
      "done: }" :: "r"(barrier), "r"(parity) : "memory");
}

// --- copies ---

__device__ __forceinline__ unsigned long long evictFirst() {
  unsigned long long policy;
  asm volatile("createpolicy.fractional.L2::evict_first.b64 %0, 1.0;" : "=l"(policy));
  return policy;
}

__device__ __forceinline__ unsigned long long evictLast() {
  unsigned long long policy;
  asm volatile("createpolicy.fractional.L2::evict_last.b64 %0, 1.0;" : "=l"(policy));
  return policy;
}

// Starts to bring what is there into L2, 128 bytes about.
__device__ __forceinline__ void prefetch(const void* from) {
  asm volatile("prefetch.global.L2 [%0];" :: "l"(from));
}

// Starts to copy 16 bytes into shared memory, from an address of which 16 is a divisor.
__device__ __forceinline__ void copyVector(unsigned to, const void* from, unsigned long long policy) {
  asm volatile("cp.async.cg.shared.global.L2::cache_hint [%0], [%1], 16, %2;" :: "r"(to), "l"(from), "l"(policy) : "memory");
}

__device__ __forceinline__ void copyVector(unsigned to, const void* from) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" :: "r"(to), "l"(from) : "memory");
}

// Ends a group of the thread's such copies.
__device__ __forceinline__ void endGroup() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}

// Waits for all the thread's groups but so many of the last.
template <int LAST>
__device__ __forceinline__ void awaitGroups() {
  asm volatile("cp.async.wait_group %0;" :: "n"(LAST) : "memory");
}

// The thread arrives when all that it copies so is there.
__device__ __forceinline__ void arriveWhenCopied(unsigned barrier) {
  asm volatile("cp.async.mbarrier.arrive.noinc.shared::cta.b64 [%0];" :: "r"(barrier) : "memory");
}

// Starts a copy into shared memory; its bytes count at the barrier once they are there. Addresses and size: multiples of 16.
__device__ __forceinline__ void copyToShared(
    unsigned to, const void* from, unsigned bytes, unsigned barrier, unsigned long long policy) {
  asm volatile(
      "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.L2::cache_hint [%0], [%1], %2, [%3], %4;"
      :: "r"(to), "l"(from), "r"(bytes), "r"(barrier), "l"(policy) : "memory");
}

// --- fp16 and bf16, as bits; rounding to the nearest, ties to even ---

__device__ __forceinline__ float halfToFloat(unsigned short half) {
  float f;
  asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(half));
  return f;
}

__device__ __forceinline__ void halvesToFloats(unsigned pair, float& low, float& high) {
  asm("{ .reg .b16 l, h; mov.b32 {l, h}, %2; cvt.f32.f16 %0, l; cvt.f32.f16 %1, h; }"
      : "=f"(low), "=f"(high) : "r"(pair));
}

__device__ __forceinline__ unsigned short floatToHalf(float f) {
  unsigned short half;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(half) : "f"(f));
  return half;
}

// Of both, the first in the low bits.
__device__ __forceinline__ unsigned floatsToHalves(float low, float high) {
  unsigned pair;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
  return pair;
}

__device__ __forceinline__ unsigned short floatToBfloat(float f) {
  unsigned short bfloat;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bfloat) : "f"(f));
  return bfloat;
}

// --- matrix instructions: a warp's c [16, 8] += a [16, k] b [k, 8], summed in fp32. Lane l has rows l / 4 and 8 more of a and c, column l / 4
// of b, and columns l % 4 * 2 and one more of c ---

// k = 16: each register a pair of fp16 or bf16 elements.
__device__ __forceinline__ void multiplyAddHalf(
    float (&c)[4], unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}

__device__ __forceinline__ void multiplyAddBfloat(
    float (&c)[4], unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}
