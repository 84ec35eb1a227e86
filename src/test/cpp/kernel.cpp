// The step's kernel, with one function to launch it.
#include "cuda.h"
#define __syncthreads() emulator::syncBlock(0, COMPUTING + 32)
#include SOURCE
#ifndef CLUSTER
#define CLUSTER 1
#endif

// `arguments` as for cuLaunchCooperativeKernel. Null if all went well, else what went wrong.
extern "C" __attribute__((visibility("default"))) const char* launch(
    void** arguments, unsigned blocks, unsigned threads, unsigned seed) {
  const Step& step = *static_cast<const Step*>(*arguments);
  if (step.counters[0] != 0 || step.counters[1] != 0) return "a counter is not zero before the step";
  // What blocks publish must not be read before. Tagged values may be those of an earlier step, as on the GPU.
  bool first = step.tag == 2 * LAYERS;
  if (first || !LOW_LATENCY) memset(step.x, 0xff, reinterpret_cast<char*>(step.counters) - reinterpret_cast<char*>(step.x));
  memset(step.chosen, 0xff, reinterpret_cast<char*>(step.counters) - reinterpret_cast<char*>(step.chosen));
  return emulator::run(blocks, CLUSTER, threads, sharedBytes, seed,
      [](const void* argument) { decodeStep(*static_cast<const Step*>(argument)); }, &step);
}
