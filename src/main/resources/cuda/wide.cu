// One decode step of GPT-2 as one kernel, for many sequences: a block per multiprocessor, all resident, with a barrier of all
// blocks wherever a phase needs what others computed. In every block one warp copies weights and cache entries into a ring in
// shared memory, as far ahead as it has room, while the others compute.
//
//   per layer   residual, layer norm | queries, keys, values | attention | (heads put together |) projection, scores |
//               residual, layer norm, the layer's evictions | up | GELU | down |                                     (| is a barrier)
//   at the end  residual, layer norm | what evictions of all layers move, vocabulary, argmax and the moves of shared scores
#include "wideattention.cuh"
#include "wideeviction.cuh"
#include "ends.cuh"

// Everything that a step reads from device memory, in the order in which it is needed.
__device__ inline void copyAll(const Ring& ring, const Step& step, const Layer* layers) {
  unsigned long long once = evictFirst();
  unsigned long long again = evictLast();
  unsigned index = 0;
#pragma unroll 1
  for (int layer = 0; layer < LAYERS; layer++) {
    const Layer& w = layers[layer];
#pragma unroll 1
    for (int part = 0; part < 4; part++) {
      if (part == 1) copyItems(ring, index, step, layer, KEEP_CACHE ? again : once);
      copyProduct(ring, index, part == 0 ? w.qkv : part == 1 ? w.projection : part == 2 ? w.up : w.down,
          part == 0 ? 3 * WIDTH : part == 2 ? INNER : WIDTH, part == 3 ? INNER : WIDTH, once);
    }
  }
  Job job(blockIdx.x, VOCABULARY, 1);
#pragma unroll 1
  for (unsigned first = 0; first < job.tiles(); first += TILES_HELD * WARPS) {
    for (job.slice = 0; job.slice < SLICES; job.slice++) {
      copyTiles(ring, index, step.tokens, WIDTH, job, first, min(first + TILES_HELD * WARPS, job.tiles()), once);
    }
  }
}

// Joins what a product of COUNT slices adds to the residual stream, whose start are the embeddings; then layer norm, for the next
// product. A block takes whole sequences.
template <int COUNT>
__device__ __forceinline__ void normalise(const Step& step, Shared& shared, const Element* biases, const Element* gain, const Element* shift) {
  constexpr int FOURS = (WIDTH / 4 + COMPUTING - 1) / COMPUTING;
  float* x = step.x;
#pragma unroll 1
  for (int sequence = blockIdx.x; sequence < BATCH; sequence += BLOCKS) {
    float4 in[FOURS];
    float sum = 0, squares = 0;
#pragma unroll
    for (int i = 0; i < FOURS; i++) {
      int k = 4 * (opaque(threadIdx.x) + i * COMPUTING);
      if (k >= WIDTH) continue;
      float4& v = in[i];
      float4* at = reinterpret_cast<float4*>(x + sequence * WIDTH + k);
      if constexpr (COUNT == 0) {
        v = embedding(step, sequence, k);
      } else {
        float4 before = __ldcg(at);
        v = sumSlices<COUNT>(step, sequence, WIDTH, k, biases);
        v = make_float4(before.x + v.x, before.y + v.y, before.z + v.z, before.w + v.w);
      }
      *at = v;
      sum += (v.x + v.y) + (v.z + v.w);
      squares += (v.x * v.x + v.y * v.y) + (v.z * v.z + v.w * v.w);
    }
    if (sequence >= BLOCKS) syncComputing();
    float2 total = sumOfBlock(shared.reduction, sum, squares);
    float mean = total.x / WIDTH;
    float scale = rsqrtf(fmaxf(total.y / WIDTH - mean * mean, 0) + EPSILON);
#pragma unroll
    for (int i = 0; i < FOURS; i++) {
      int k = 4 * (opaque(threadIdx.x) + i * COMPUTING);
      if (k >= WIDTH) continue;
      float4 v = in[i], g = loadFour(gain + k), s = loadFour(shift + k);
      storeFour(activationsOf(step) + sequence * WIDTH + k, make_float4(
          fmaf((v.x - mean) * scale, g.x, s.x), fmaf((v.y - mean) * scale, g.y, s.y),
          fmaf((v.z - mean) * scale, g.z, s.z), fmaf((v.w - mean) * scale, g.w, s.w)));
    }
  }
}

// The MLP's hidden values, of all sequences.
__device__ __forceinline__ void activate(const Step& step, const Element* biases) {
  for (int i = blockIdx.x * COMPUTING + opaque(threadIdx.x); i < BATCH * INNER / 4; i += BLOCKS * COMPUTING) {
    int sequence = i / (INNER / 4);
    int k = 4 * i - sequence * INNER;
    float4 v = sumSlices<SLICES>(step, sequence, INNER, k, biases);
    storeFour(hiddenOf(step) + 4 * i, make_float4(gelu(v.x), gelu(v.y), gelu(v.z), gelu(v.w)));
  }
}

__device__ __forceinline__ float2 toPair(const Best& best) { return make_float2(best.logit, __int_as_float(best.token)); }

// Visits the columns of a lane's sums: visit(eight, which of its two, sequence, which may be one that fills up eight).
template <class Visit>
__device__ __forceinline__ void eachColumn(Visit visit) {
#pragma unroll
  for (int o = 0; o < OCTETS; o++) {
#pragma unroll
    for (int i = 0; i < 2; i++) visit(o, i, static_cast<int>(o * 8 + threadIdx.x % 4 * 2 + i));
  }
}

// Logits of the block's tokens, and the best of them; entries move meanwhile, as the product waits for device memory.
__device__ __forceinline__ void vocabulary(const Ring& ring, unsigned& index, const Step& step, Shared& shared, int steps) {
  const int warp = opaque(threadIdx.x) / 32;
  const int lane = opaque(threadIdx.x) % 32;
  moveShared(step);
  Relocation entries(step, steps, replacesOne(step));
  Job job(blockIdx.x, VOCABULARY, 1);
  const unsigned chunks = (job.tiles() / WARPS + 1) * SLICES;  // of a warp, about
  Eviction beside{entries, entries.done() ? 1 : (entries.most() + chunks - 1) / chunks};
  if (lane < 4) eachColumn([&](int, int, int sequence) { shared.best[warp][min(sequence, BATCH - 1)] = toPair(Best()); });
#pragma unroll 1
  for (unsigned first = 0; first < job.tiles(); first += TILES_HELD * WARPS) {
    unsigned last = min(first + TILES_HELD * WARPS, job.tiles());
    Sums held[TILES_HELD] = {};
#pragma unroll 1
    for (unsigned slice = 0; slice < SLICES; slice++, index += last - first) {
      syncComputing();
      loadActivations(shared, activationsOf(step), WIDTH, slice);
#pragma unroll
      for (int j = 0; j < TILES_HELD; j++) {
        unsigned tile = j * WARPS + warp;
        if (first + tile >= last) continue;
        beside.begin();
        ring.take(index + tile);
        multiply(held[j], ring.chunk(index + tile), shared.activation);
        ring.give(index + tile);
        beside.end();
      }
    }
#pragma unroll
    for (int j = 0; j < TILES_HELD; j++) {
      unsigned row = job.begin + (first + j * WARPS + warp) * TILE;
      eachSum(held[j], [&](unsigned of, unsigned sequence, float logit, float next) {
        Element* at = step.logits + static_cast<long long>(sequence) * VOCABULARY + row + of;
        if (row + of < job.end) at[0] = narrow(logit);
        if (row + of + 1 < job.end) at[1] = narrow(next);
      });
      eachColumn([&](int o, int i, int sequence) {
        Best of;
        unsigned token = row + lane / 4 * 2;
        if (token < job.end) of.join(held[j][o][i], token);
        if (token + 1 < job.end) of.join(held[j][o][i + 2], token + 1);
#pragma unroll
        for (int bit = 16; bit >= 4; bit /= 2) of.join(__shfl_xor_sync(~0u, of.logit, bit), __shfl_xor_sync(~0u, of.token, bit));
        if (lane >= 4 || sequence >= BATCH) return;
        of.join(shared.best[warp][sequence].x, __float_as_int(shared.best[warp][sequence].y));
        shared.best[warp][sequence] = toPair(of);
      });
    }
  }
  while (!entries.done()) {
    entries.load();
    entries.store();
  }
  syncComputing();
  if (threadIdx.x < BATCH) {
    Best ofBlock;
    for (int w = 0; w < WARPS; w++) {
      float2 of = shared.best[w][threadIdx.x];
      ofBlock.join(of.x, __float_as_int(of.y));
    }
    reinterpret_cast<float2*>(step.best)[blockIdx.x * BATCH + threadIdx.x] = toPair(ofBlock);
  }
}
static_assert(BATCH <= COMPUTING, "a thread for every sequence");

__device__ __forceinline__ void compute(const Ring& ring, const Step& step, Shared& shared) {
  unsigned index = 0;
  unsigned arrivals = 0;
  const int steps = static_cast<int>(__ldcg(step.steps));
  auto times = [&](const Element* values, unsigned rows, unsigned length) {
    product(ring, index, step, shared, values, rows, length);
  };
#pragma unroll 1
  for (int layer = 0; layer < LAYERS; layer++) {
    const Layer& w = shared.layers[layer];
    if (layer == 0) {
      normalise<0>(step, shared, nullptr, w.gain1, w.shift1);
    } else {
      normalise<INNER_SLICES>(step, shared, shared.layers[layer - 1].downBias, w.gain1, w.shift1);
    }
    syncBlocks(step, arrivals);
    times(activationsOf(step), 3 * WIDTH, WIDTH);
    syncBlocks(step, arrivals);
    attention(ring, index, step, w, layer);
    syncBlocks(step, arrivals);
    if (step.splits > 1) {
      combine(step);
      syncBlocks(step, arrivals);
    }
    times(activationsOf(step), WIDTH, WIDTH);
    addScores(step, layer);
    syncBlocks(step, arrivals);
    normalise<SLICES>(step, shared, w.projectionBias, w.gain2, w.shift2);
    evictLayer(step, layer, steps);
    syncBlocks(step, arrivals);
    times(activationsOf(step), INNER, WIDTH);
    syncBlocks(step, arrivals);
    activate(step, w.upBias);
    syncBlocks(step, arrivals);
    times(hiddenOf(step), WIDTH, INNER);
    syncBlocks(step, arrivals);
  }
  normalise<INNER_SLICES>(step, shared, shared.layers[LAYERS - 1].downBias, step.gain, step.shift);
  chooseShared(step, steps);
  syncBlocks(step, arrivals);
  vocabulary(ring, index, step, shared, steps);
  finish(step, shared.last, steps, evictsByLayer(step));
}

#include "kernel.cuh"
