// One decode step of GPT-2 as one kernel, for many sequences: a block per multiprocessor, all resident, with a barrier of all
// blocks wherever a phase needs what others computed. In every block one warp copies weights and cache entries into a ring in
// shared memory, as far ahead as it has room, while the others compute.
//
//   per layer   layer norm (|) queries, keys, values | attention | projection, scores |
//               layer norm, the layer's evictions (|) up, GELU | down |                                  (| is a barrier)
//   at the end  layer norm (|) what evictions of all layers move, vocabulary, argmax and the moves of shared scores
//
// Where every block normalises all sequences for itself, no barrier stands behind a layer norm, and a layer's evictions are beside the
// next one's attention.
#include "wideattention.cuh"
#include "wideeviction.cuh"
#include "widenorm.cuh"

// Everything that a step reads from device memory, in the order in which it is needed.
__device__ inline void copyAll(const Ring& ring, const Step& step, const Layer* layers) {
  unsigned long long once = evictFirst();
  unsigned index = 0;
#pragma unroll 1
  for (int layer = 0; layer < LAYERS; layer++) {
    const Layer& w = layers[layer];
    if (layer + 1 < LAYERS) prefetchVectors(layers[layer + 1]);
    copyProduct<QkvCut>(ring, index, w.qkv, once);
    copyItems(ring, index, step, layer, once);
    copyProduct<ProjectionCut>(ring, index, w.projection, once);
    copyProduct<UpCut>(ring, index, w.up, once);
    copyProduct<DownCut>(ring, index, w.down, once);
  }
  Tokens tokens;
#pragma unroll 1
  for (unsigned first = 0; first < tokens.tiles(); first += TILES_HELD * WARPS) {
#pragma unroll 1
    for (int part = 0; part < WIDTH / PART; part++) {
#pragma unroll 1
      for (unsigned tile = first; tile < min(first + TILES_HELD * WARPS, tokens.tiles()); tile++, index++) {
        unsigned row = tokens.begin + tile * TILE;
        copyTile<WIDTH>(ring, index, step.tokens + static_cast<long long>(row) * WIDTH + part * PART, min(TILE, tokens.end - row), once);
      }
    }
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
template <class Start>
__device__ __forceinline__ void vocabulary(const Ring& ring, unsigned& index, const Step& step, Shared& shared, int steps, Start start) {
  const int warp = opaque(threadIdx.x) / 32;
  const int lane = opaque(threadIdx.x) % 32;
  moveShared(step);
  Relocation entries(step, steps, replacesOne(step));
  Tokens job;
  const unsigned chunks = (job.tiles() / WARPS + 1) * (WIDTH / PART);  // of a warp, about
  Eviction beside{entries, entries.done() ? 1 : (entries.most() + chunks - 1) / chunks};
  Bests& bests = *reinterpret_cast<Bests*>(shared.slots);
  if (lane < 4) eachColumn([&](int, int, int sequence) { bests[warp][min(sequence, BATCH - 1)] = toPair(Best()); });
#pragma unroll 1
  for (unsigned first = 0; first < job.tiles(); first += TILES_HELD * WARPS) {
    unsigned last = min(first + TILES_HELD * WARPS, job.tiles());
    Sums<OCTETS> held[TILES_HELD] = {};
#pragma unroll 1
    for (int part = 0; part < WIDTH / PART; part++, index += last - first) {
      constexpr int OF_SPAN = VOCABULARY_SPAN / PART;
      if (part % OF_SPAN == 0 && (OF_SPAN < WIDTH / PART || first == 0)) {
        syncComputing();
        start(part / OF_SPAN * VOCABULARY_SPAN, shared.activation[0]);
        awaitGroups<0>();
        syncComputing();
      }
#pragma unroll
      for (int j = 0; j < TILES_HELD; j++) {
        unsigned tile = j * WARPS + warp;
        if (first + tile >= last) continue;
        beside.begin();
        ring.take(index + tile);
        multiply<OCTETS>(held[j], ring.chunk(index + tile), shared.activation[0] + part % OF_SPAN * PART);
        ring.give(index + tile);
        beside.end();
      }
    }
#pragma unroll
    for (int j = 0; j < TILES_HELD; j++) {
      unsigned row = job.begin + (first + j * WARPS + warp) * TILE;
      eachSum<OCTETS>(held[j], 0, [&](unsigned of, unsigned sequence, float logit, float next) {
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
        of.join(bests[warp][sequence].x, __float_as_int(bests[warp][sequence].y));
        bests[warp][sequence] = toPair(of);
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
      float2 of = bests[w][threadIdx.x];
      ofBlock.join(of.x, __float_as_int(of.y));
    }
    reinterpret_cast<float2*>(step.best)[blockIdx.x * BATCH + threadIdx.x] = toPair(ofBlock);
  }
}
static_assert(BATCH <= COMPUTING, "a thread for every sequence");

__device__ __forceinline__ void compute(const Ring& ring, const Step& step, Shared& shared) {
  unsigned index = 0;
  unsigned arrivals = 0;
  unsigned meetings = 0;
  const int steps = static_cast<int>(__ldcg(step.steps));
  if (threadIdx.x == 0) {
    initBarrier(sharedAddress(&shared.arrived), CLUSTER * WARPS);
    fenceBarriers();
  }
  auto none = [](unsigned, unsigned) { return make_float2(0, 0); };
  auto nothing = [] {};
  auto residual = [&](unsigned sequence, unsigned row) {
    return EACH_NORMALISES ? __ldcg(reinterpret_cast<const float2*>(step.x + sequence * WIDTH + row)) : make_float2(0, 0);
  };
  // what joins the residual stream, at once or with the next layer norm
  auto join = [&](unsigned piece, unsigned sequence, unsigned row, float2 sum, float2 before) {
    if constexpr (EACH_NORMALISES) {
      *reinterpret_cast<float2*>(step.x + sequence * WIDTH + row) = make_float2(before.x + sum.x, before.y + sum.y);
    } else {
      *reinterpret_cast<float2*>(sumsOf(step) + (piece * BATCH + sequence) * WIDTH + row) = sum;
    }
  };
  auto activations = [&](unsigned column, Element* to) { startActivations<QkvCut::SPAN>(to, activationsOf(step), WIDTH, column); };
  auto attended = [&](unsigned column, Element* to) { startActivations<ProjectionCut::SPAN>(to, activationsOf(step), WIDTH, column); };
  // beside a layer norm that leaves some blocks idle, unless the layer's evictions need them there
  const bool scoresLater = NORMALISING < BLOCKS && step.scoring == SUM_OF_MODEL;
  auto normalised = [&](unsigned column, Element* to) {
    if constexpr (EACH_NORMALISES) {
      normaliseAll(step, shared);
    } else {
      activations(column, to);
    }
  };
  // All blocks wait for all, and bring the next layer norm's vectors meanwhile.
  auto syncBeforeNorm = [&](const Element* gain, const Element* shift) {
    if constexpr (EACH_NORMALISES) startNorm(shared, gain, shift);
    arriveAtBlocks(step, arrivals);
    if constexpr (EACH_NORMALISES) awaitGroups<0>();
    awaitBlocks(step, arrivals);
  };
  if constexpr (EACH_NORMALISES) {
    embed(step);
    syncBeforeNorm(shared.layers[0].gain1, shared.layers[0].shift1);
  } else {
    normalise<0>(step, shared, Norm(nullptr, shared.layers[0].gain1, shared.layers[0].shift1));
    syncBlocks(step, arrivals);
  }
#pragma unroll 1
  for (int layer = 0; layer < LAYERS; layer++) {
    const Layer& w = shared.layers[layer];
    const bool last = layer == LAYERS - 1;
    const Element* nextGain = last ? step.gain : shared.layers[layer + 1].gain1;
    const Element* nextShift = last ? step.shift : shared.layers[layer + 1].shift1;
    product<QkvCut>(ring, index, meetings, shared, w.qkvBias, normalised, none,
        [&](unsigned, unsigned sequence, unsigned row, float2 sum, float2) {
      *reinterpret_cast<float2*>(sumsOf(step) + sequence * 3 * WIDTH + row) = sum;
    }, nothing);
    syncBlocks(step, arrivals);
    if (EACH_NORMALISES && layer > 0) evictLayer(step, layer - 1, steps);
    attention(ring, index, step, shared, layer);
    syncBlocks(step, arrivals);
    product<ProjectionCut>(ring, index, meetings, shared, EACH_NORMALISES ? w.projectionBias : nullptr, attended, residual, join,
        [&] { if (!scoresLater) addScores(step, layer, 0); });
    if constexpr (EACH_NORMALISES) {
      syncBeforeNorm(w.gain2, w.shift2);
    } else {
      Norm norm(w.projectionBias, w.gain2, w.shift2);
      syncBlocks(step, arrivals);
      normalise<PROJECTION_CUTS>(step, shared, norm);
      if (scoresLater && blockIdx.x >= NORMALISING) addScores(step, layer, NORMALISING);
      evictLayer(step, layer, steps);
      syncBlocks(step, arrivals);
    }
    product<UpCut>(ring, index, meetings, shared, w.upBias, normalised, none,
        [&](unsigned, unsigned sequence, unsigned row, float2 sum, float2) {
      storeOperands(hiddenOf(step) + sequence * INNER, row, make_float2(gelu(sum.x), gelu(sum.y)));
    }, nothing);
    syncBlocks(step, arrivals);
    product<DownCut>(ring, index, meetings, shared, EACH_NORMALISES ? w.downBias : nullptr, [&](unsigned column, Element* to) {
      startActivations<DownCut::SPAN>(to, hiddenOf(step), INNER, column);
    }, residual, join, nothing);
    if constexpr (EACH_NORMALISES) {
      if (last) {
        evictLayer(step, layer, steps);
        chooseShared(step, steps);
      }
      syncBeforeNorm(nextGain, nextShift);
    } else {
      Norm norm(w.downBias, nextGain, nextShift);
      syncBlocks(step, arrivals);
      normalise<CUTS>(step, shared, norm);
      if (last) chooseShared(step, steps);
      syncBlocks(step, arrivals);
    }
  }
  vocabulary(ring, index, step, shared, steps, normalised);
  finish(step, shared.last, steps, evictsByLayer(step));
}

#include "kernel.cuh"
