// A layer's products, with a function to launch each.
#include "cuda.h"
#define __syncthreads() emulator::syncBlock(0, THREADS)
#include "layerproduct.cu"

// `arguments` as for cuLaunchKernel; which: 0 of what is normalised, 1 added, 2 gated. Null if all went well, else what went wrong.
extern "C" __attribute__((visibility("default"))) const char* product(
    void** arguments, unsigned which, unsigned blocks, unsigned sharedBytes, unsigned seed) {
  emulator::Kernel* const kernels[] = {
      [](const void* argument) { productOfNorm(*static_cast<const Product*>(argument)); },
      [](const void* argument) { productAdded(*static_cast<const Product*>(argument)); },
      [](const void* argument) { productGated(*static_cast<const Product*>(argument)); }};
  return emulator::run(blocks, 1, THREADS, sharedBytes, seed, kernels[which], *arguments);
}
