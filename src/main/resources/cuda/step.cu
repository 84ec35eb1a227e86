// One decode step of GPT-2 as one kernel: a block per multiprocessor, all resident, which hand values to each other
// wherever a phase needs what others computed (exchange.cuh says how). In every block one thread copies weights and cache
// entries into a ring in shared memory, as far ahead as it has room, while the warps compute.
//
//   per layer   layer norm, queries, keys, values | attention | heads put together, projection, residual |
//               layer norm, up, GELU | down, residual |                          (| is where values are handed over)
//   at the end  layer norm, vocabulary and beside it the entries' moves of an eviction, argmax and the moves of shared scores
#include "attention.cuh"
#include "ends.cuh"

__device__ __forceinline__ void queriesKeysValues(
    const Ring& ring, unsigned& index, const Step& step, const Shared& shared, int layer, unsigned tag) {
  const float scale = rsqrtf(HEAD_DIM);
  product(ring, index, shared.activation, shared.biases[layer].qkv, 3 * WIDTH,
      [&](unsigned row, unsigned sequence, float value) {
        if (row < WIDTH) {
          publishNarrow(step.qkv, sequence * 3 * WIDTH + row, value * scale, tag);
        } else {
          Element stored = narrow(value);
          publishNarrow(step.qkv, sequence * 3 * WIDTH + row, widen(stored), tag);
          int kv = row / WIDTH - 1;
          int head = row % WIDTH / HEAD_DIM;
          entriesOf(step, layer, kv, sequence * HEADS + head)
              [static_cast<long long>(step.n - 1) * HEAD_DIM + row % HEAD_DIM] = stored;
        }
      });
}

// The projection of the heads' outputs joins the residual stream.
__device__ __forceinline__ void projection(
    const Ring& ring, unsigned& index, const Step& step, Shared& shared, int layer, unsigned tag) {
  unsigned begin = Rows(WIDTH).begin;
  unsigned turn = 0;
  residualProduct(ring, index, shared.activation, shared.biases[layer].projection, turn,
      [&](unsigned row, unsigned sequence, float value) {
        float& own = shared.own[(row - begin) * BATCH + sequence];
        own += value;
        publishNarrow(step.x, sequence * WIDTH + row, own, tag);
      });
}

// The MLP's second product joins the residual stream: slice by slice, summed in a fixed order.
__device__ __forceinline__ void down(
    const Ring& ring, unsigned& index, const Step& step, Shared& shared, int layer, unsigned tag, unsigned nextTag) {
  constexpr int TOTAL = SLICES_AT_ONCE * BATCH * WIDTH;
  // in as few turns as registers allow: each is a trip through L2
  constexpr int MOST_FOURS = BATCH == 1 ? 6 : LOW_LATENCY ? 4 : 3;
  constexpr int TURNS = (TOTAL + 4 * COMPUTING * MOST_FOURS - 1) / (4 * COMPUTING * MOST_FOURS);
  constexpr int FOURS = (TOTAL + 4 * COMPUTING * TURNS - 1) / (4 * COMPUTING * TURNS);
  Rows rows(WIDTH);
  unsigned turn = 0;
  for (int slice = 0; slice < SLICES; slice += SLICES_AT_ONCE) {
    if (slice > 0) {
      syncComputing();
    } else {
      watch(step.hidden, INNER, tag);
    }
    for (int base = 4 * opaque(threadIdx.x); base < TOTAL; base += 4 * COMPUTING * FOURS) {
      float4 fours[FOURS];
      fetchNarrowFours(step.hidden, fours, tag, [&](int j) {
        int i = base + 4 * COMPUTING * j;
        return i < TOTAL ? i / WIDTH % BATCH * INNER + (slice + i / WIDTH / BATCH) * WIDTH + i % WIDTH : -1;
      });
#pragma unroll
      for (int j = 0; j < FOURS; j++) {
        int i = base + 4 * COMPUTING * j;
        if (i < TOTAL) {
          *reinterpret_cast<float4*>(shared.activation + i / WIDTH * PADDED + activationIndex(i % WIDTH)) = fours[j];
        }
      }
    }
    syncComputing();
#pragma unroll 1
    for (int of = 0; of < SLICES_AT_ONCE; of++) {
      float* sums = shared.slices + (slice + of) * OWNED * BATCH;
      residualProduct(ring, index, shared.activation + of * BATCH * PADDED, nullptr, turn,
          [&](unsigned row, unsigned sequence, float value) { sums[(row - rows.begin) * BATCH + sequence] = value; });
    }
  }
  syncComputing();
  for (int i = threadIdx.x; i < (rows.end - rows.begin) * BATCH; i += COMPUTING) {
    unsigned row = rows.begin + i / BATCH;
    float sum = widen(shared.biases[layer].down[row - rows.begin]);
#pragma unroll
    for (int slice = 0; slice < SLICES; slice++) sum += shared.slices[slice * OWNED * BATCH + i];
    shared.own[i] += sum;
    publishNarrow(step.x, i % BATCH * WIDTH + row, shared.own[i], nextTag);
  }
}

// Logits of the block's tokens, and the best of them; entries move meanwhile, as the product waits for device memory.
__device__ __forceinline__ void vocabulary(const Ring& ring, unsigned& index, const Step& step, Shared& shared, int steps) {
  Best best;
  Relocation entries(step, steps);
  constexpr unsigned CHUNKS = VOCABULARY / BLOCKS / CHUNK_ROWS / WARPS + 1;  // of a warp
  product(ring, index, shared.activation, nullptr, VOCABULARY,
      [&](unsigned row, unsigned sequence, float value) {
        step.logits[static_cast<long long>(sequence) * VOCABULARY + row] = narrow(value);
        best.join(value, row);
      },
      Eviction{entries, (entries.most() + CHUNKS - 1) / CHUNKS});
  while (!entries.done()) {
    entries.load();
    entries.store();
  }
  // lanes of the same sequence join: see product for which those are
#pragma unroll
  for (int bit = 16; bit >= LANES * BATCH_PADDED; bit /= 2) {
    best.join(__shfl_xor_sync(~0u, best.logit, bit), __shfl_xor_sync(~0u, best.token, bit));
  }
  int lane = threadIdx.x % 32;
  int sequence = lane / LANES;
  if (lane % LANES == 0 && sequence < BATCH) {
    float* at = shared.best + (threadIdx.x / 32 * BATCH + sequence) * 2;
    at[0] = best.logit;
    at[1] = __int_as_float(best.token);
  }
  syncComputing();
  if (threadIdx.x < BATCH) {
    Best ofBlock;
    for (int w = 0; w < WARPS; w++) {
      const float* at = shared.best + (w * BATCH + threadIdx.x) * 2;
      ofBlock.join(at[0], __float_as_int(at[1]));
    }
    float* at = step.best + (blockIdx.x * BATCH + threadIdx.x) * 2;
    at[0] = ofBlock.logit;
    at[1] = __int_as_float(ofBlock.token);
  }
}

// The block's rows of a vector, by a warp.
__device__ __forceinline__ void loadRows(Element* to, const Element* from, int total) {
  Rows rows(total);
  for (unsigned row = rows.begin + threadIdx.x % 32; row < rows.end; row += 32) to[row - rows.begin] = __ldg(from + row);
}

__device__ __forceinline__ void compute(const Ring& ring, const Step& step, Shared& shared) {
  unsigned index = 0;
  unsigned arrivals = 0;
  for (int layer = threadIdx.x / 32; layer < LAYERS; layer += WARPS) {
    const Layer& w = shared.layers[layer];
    Biases& biases = shared.biases[layer];
    loadRows(biases.qkv, w.qkvBias, 3 * WIDTH);
    loadRows(biases.projection, w.projectionBias, WIDTH);
    loadRows(biases.up, w.upBias, INNER);
    loadRows(biases.down, w.downBias, WIDTH);
  }
  Rows owned(WIDTH);
  for (int i = threadIdx.x; i < (owned.end - owned.begin) * BATCH; i += COMPUTING) {
    int row = owned.begin + i / BATCH;
    float4 four = embedding(step, i % BATCH, row / 4 * 4);
    shared.own[i] = row % 4 == 0 ? four.x : row % 4 == 1 ? four.y : row % 4 == 2 ? four.z : four.w;
  }
  NormInput in;
  auto fetchResidual = [&](unsigned tag) {
    watch(step.x, WIDTH, tag);
    auto& all = reinterpret_cast<float4(&)[BATCH * Norm::FOURS]>(in);
    fetchNarrowFours(step.x, all, tag, [&](int i) {
      int k = normIndex(i % Norm::FOURS);
      return k < 0 ? -1 : i / Norm::FOURS * WIDTH + k;
    });
  };
  unsigned tag = step.tag;
#pragma unroll 1
  for (int layer = 0; layer < LAYERS; layer++, tag += 2) {
    const Layer& w = shared.layers[layer];
    {
      Norm norm(w.gain1, w.shift1);
      if (layer == 0) {
#pragma unroll
        for (int b = 0; b < BATCH; b++) {
#pragma unroll
          for (int i = 0; i < Norm::FOURS; i++) {
            if (normIndex(i) >= 0) in[b][i] = embedding(step, b, normIndex(i));
          }
        }
      } else {
        handOver(step, arrivals);
        fetchResidual(tag - 1);
      }
      normalise(shared, norm, in);
    }
    queriesKeysValues(ring, index, step, shared, layer, tag);
    handOver(step, arrivals);
    attention(ring, index, step, shared, tag);
    handOver(step, arrivals);
    gatherHeads(step, shared, tag);
    Ahead ahead(step, layer);
    projection(ring, index, step, shared, layer, tag);
    addScores(step, shared, layer, tag, ahead);
    {
      Norm norm(w.gain2, w.shift2);
      handOver(step, arrivals);
      fetchResidual(tag);
      normalise(shared, norm, in);
    }
    product(ring, index, shared.activation, shared.biases[layer].up, INNER, [&](unsigned row, unsigned sequence, float value) {
      publishNarrow(step.hidden, sequence * INNER + row, gelu(value), tag);
    });
    handOver(step, arrivals);
    down(ring, index, step, shared, layer, tag, tag + 1);
  }
  // eviction needs scores and entries of other blocks, which no tag guards
  bool meet = LOW_LATENCY && step.dropped > 0;
  if (meet) arriveAtBlocks(step, arrivals);
  Norm norm(step.gain, step.shift);
  int steps = static_cast<int>(__ldcg(step.steps));
  handOver(step, arrivals);
  fetchResidual(tag - 1);
  normalise(shared, norm, in);
  if (meet) awaitBlocks(step, arrivals);
  vocabulary(ring, index, step, shared, steps);
  finish(step, shared.last, steps, false);
}

#include "kernel.cuh"
