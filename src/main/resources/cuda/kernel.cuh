// The kernel itself: in every block one warp copies, the others compute.
//
// Included behind a block's Shared, Ring, copyAll, which COPYING threads of the warp run, and compute.
#pragma once

// Of a launch in clusters, their size.
#ifndef OF_CLUSTER
#define OF_CLUSTER
#endif

extern "C" __global__ void __launch_bounds__(COMPUTING + 32, 1) OF_CLUSTER decodeStep(const __grid_constant__ Step step) {
  SHARED_MEMORY(memory);
  Shared& shared = *reinterpret_cast<Shared*>(memory);
  Ring ring(memory);
  for (int i = threadIdx.x; i < LAYERS * sizeof(Layer) / 8; i += COMPUTING + 32) {
    reinterpret_cast<unsigned long long*>(shared.layers)[i] = reinterpret_cast<const unsigned long long*>(step.layers)[i];
  }
  if (threadIdx.x == 0) ring.start();
  __syncthreads();
  if (threadIdx.x >= COMPUTING) {
    if (COPYING == 32 || threadIdx.x == COMPUTING) copyAll(ring, step, shared.layers);
  } else {
    compute(ring, step, shared);
  }
}

// Dynamic shared memory of a block, in bytes.
extern "C" __constant__ unsigned sharedBytes = FIXED_BYTES + STAGES * CHUNK_BYTES + 16 * STAGES;
