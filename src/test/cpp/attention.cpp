// Attention's kernels, with a function to launch each.
#include "cuda.h"
#define __syncthreads() emulator::syncBlock(0, THREADS)
#include "decodeattention.cu"

static const char* run(emulator::Kernel* kernel, void** arguments, unsigned blocks, unsigned seed) {
  return emulator::run(blocks, 1, THREADS, sharedBytes, seed, kernel, *arguments);
}

// `arguments` as for cuLaunchKernel. Null if all went well, else what went wrong.
extern "C" __attribute__((visibility("default"))) const char* attend(void** arguments, unsigned blocks, unsigned seed) {
  return run([](const void* argument) { attendPiece(*static_cast<const Attention*>(argument)); }, arguments, blocks, seed);
}

extern "C" __attribute__((visibility("default"))) const char* join(void** arguments, unsigned blocks, unsigned seed) {
  return run([](const void* argument) { joinPieces(*static_cast<const Attention*>(argument)); }, arguments, blocks, seed);
}
