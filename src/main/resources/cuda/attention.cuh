// Attention of one token over the entries held, cut into items of some entries of one head; then what the
// items found is put together, and the attention row added to the eviction scores on the way.
#pragma once
#include "product.cuh"

// The block's items of a layer, each published in Step::partial.
__device__ __forceinline__ void attention(
    const Ring& ring, unsigned& index, const Step& step, Shared& shared, unsigned tag) {
  int thread = opaque(threadIdx.x);
  int warp = thread / 32;
  int lane = thread % 32;
  float* mine = shared.sum + warp * (HEAD_DIM + 2);
  for (unsigned i = blockIdx.x; i < items(step); i += BLOCKS) {
    Item item(step, i);
    // the query, and where the step's own entry belongs to the item, for the last warp its key and value
    bool own = warp == ATTENDING && item.split == step.splits - 1;
    constexpr int OF_VECTOR = VECTOR / 4;
    float4 fours[2 * OF_VECTOR + (LANE_DIMS + 3) / 4];
    auto at = [&](int j) {
      int q = static_cast<int>(item.pair / HEADS * 3 * WIDTH + item.pair % HEADS * HEAD_DIM);
      if (j < OF_VECTOR) return q + lane % ROW_LANES * VECTOR + 4 * j;
      if (!own) return -1;
      if (j < 2 * OF_VECTOR) return q + WIDTH + lane % ROW_LANES * VECTOR + 4 * (j - OF_VECTOR);
      int d = lane * LANE_DIMS / 4 * 4 + 4 * (j - 2 * OF_VECTOR);
      return d < HEAD_DIM ? q + 2 * WIDTH + d : -1;
    };
    if constexpr (REGISTERS_TO_SPARE) {
      // in one trip
      fetchNarrowFours(step.qkv, fours, tag, at);
    } else {
      fetchNarrowFours(step.qkv, reinterpret_cast<float4(&)[OF_VECTOR]>(fours), tag, at);
    }
    float query[VECTOR];
    spread(fours, query);
    float* raw = step.scoring == NO_SCORES ? nullptr : step.raw;
    Running running;
    if (own) {
      constexpr int OF_ENTRY = sizeof(fours) / sizeof(float4) - OF_VECTOR;
      auto& entry = reinterpret_cast<float4(&)[OF_ENTRY]>(fours[OF_VECTOR]);
      if constexpr (!REGISTERS_TO_SPARE) fetchNarrowFours(step.qkv, entry, tag, [&](int j) { return at(j + OF_VECTOR); });
      float key[VECTOR];
      spread(entry, key);
      attendOwn(running, step, item.pair, query, key, entry + OF_VECTOR, raw, tag);
    }
    for (int entry = item.begin; entry < item.end; entry += CHUNKS_AT_ONCE * CHUNK_ENTRIES) {
      int count = min(CHUNKS_AT_ONCE * CHUNK_ENTRIES, item.end - entry);
      unsigned chunks = (count + CHUNK_ENTRIES - 1) / CHUNK_ENTRIES;
      // the last warp too: who gives before the places are filled gives what was there before
#pragma unroll 1
      for (unsigned c = 0; c < chunks; c++) ring.take(index + c);
      if (warp < ATTENDING) {
        attend(running, ring, index, count * warp / ATTENDING, count * (warp + 1) / ATTENDING, query,
            shared.weights + warp * SHARE, raw, item.pair * step.capacity + entry, tag);
      }
      ring.giveShared(index, chunks);
      index += chunks;
    }
#pragma unroll
    for (int j = 0; j < LANE_DIMS; j++) {
      if (lane * LANE_DIMS + j < HEAD_DIM) mine[lane * LANE_DIMS + j] = running.sum[j];
    }
    if (lane == 0) {
      mine[HEAD_DIM] = running.maximum;
      mine[HEAD_DIM + 1] = running.total;
    }
    syncComputing();
    for (int d = thread; d < PARTIAL; d += COMPUTING) {
      float maximum = NOTHING;
#pragma unroll
      for (int w = 0; w < WARPS; w++) maximum = fmaxf(maximum, shared.sum[w * (HEAD_DIM + 2) + HEAD_DIM]);
      float sum = 0, total = 0;
#pragma unroll
      for (int w = 0; w < WARPS; w++) {
        const float* of = shared.sum + w * (HEAD_DIM + 2);
        float factor = __expf(of[HEAD_DIM] - maximum);
        if (d < HEAD_DIM) sum = fmaf(of[d], factor, sum);
        total = fmaf(of[HEAD_DIM + 1], factor, total);
      }
      publish(step.partial, (item.pair * step.splits + item.split) * PARTIAL + d,
          d < HEAD_DIM ? (total > 0 ? sum / total : 0) : d == HEAD_DIM ? maximum : d == HEAD_DIM + 1 ? total : 0, tag);
    }
    if (i + BLOCKS < items(step)) syncComputing();
  }
}

// All heads' outputs [B, D], into the activations of every block. Who waits reads little, the items' maxima and sums; then the
// means are there as well, and many of them are fetched in one trip through L2.
__device__ __forceinline__ void gatherHeads(const Step& step, Shared& shared, unsigned tag) {
  const int splits = step.splits;
  for (int i = threadIdx.x; i < BATCH * HEADS * splits; i += COMPUTING) {
    float of[2];
    fetch(step.partial, of, tag, [&](int j) { return i * PARTIAL + HEAD_DIM + j; });
    shared.heads[2 * i] = of[0];
    shared.heads[2 * i + 1] = of[1];
  }
  syncComputing();
  constexpr int FOURS = BATCH * WIDTH / 4;
  constexpr int OF_THREAD = (FOURS + COMPUTING - 1) / COMPUTING;
  constexpr int AT_ONCE = OF_THREAD < 3 ? OF_THREAD : 3;
  for (int first = opaque(threadIdx.x); first < FOURS; first += AT_ONCE * COMPUTING) {
    // of four neighbours of the outputs
    auto output = [&](int j) { return 4 * (first + j * COMPUTING); };
    auto item = [&](int j, int split) { return output(j) / HEAD_DIM * splits + split; };
    float4 sums[AT_ONCE];
    float maxima[AT_ONCE], totals[AT_ONCE];
#pragma unroll
    for (int j = 0; j < AT_ONCE; j++) {
      sums[j] = make_float4(0, 0, 0, 0);
      maxima[j] = NOTHING;
      totals[j] = 0;
      if (output(j) >= 4 * FOURS) break;
      for (int split = 0; split < splits; split++) maxima[j] = fmaxf(maxima[j], shared.heads[2 * item(j, split)]);
    }
    for (int split = 0; split < splits; split++) {
      float4 means[AT_ONCE];
      fetchFours(step.partial, means, tag, [&](int j) {
        return output(j) < 4 * FOURS ? item(j, split) * PARTIAL + output(j) % HEAD_DIM : -1;
      });
#pragma unroll
      for (int j = 0; j < AT_ONCE; j++) {
        if (output(j) >= 4 * FOURS) break;
        float share = shared.heads[2 * item(j, split) + 1] * __expf(shared.heads[2 * item(j, split)] - maxima[j]);
        totals[j] += share;
        sums[j] = make_float4(fmaf(share, means[j].x, sums[j].x), fmaf(share, means[j].y, sums[j].y),
            fmaf(share, means[j].z, sums[j].z), fmaf(share, means[j].w, sums[j].w));
      }
    }
#pragma unroll
    for (int j = 0; j < AT_ONCE; j++) {
      int k = output(j);
      if (k >= 4 * FOURS) break;
      *reinterpret_cast<float4*>(shared.activation + k / WIDTH * PADDED + activationIndex(k % WIDTH)) =
          make_float4(__fdividef(sums[j].x, totals[j]), __fdividef(sums[j].y, totals[j]),
              __fdividef(sums[j].z, totals[j]), __fdividef(sums[j].w, totals[j]));
      if (k % HEAD_DIM == 0) {
        shared.maximum[k / HEAD_DIM] = maxima[j];
        shared.total[k / HEAD_DIM] = totals[j];
      }
    }
  }
  syncComputing();
}

// What a lane has to do of a layer's attention row: one entry of one head. Where heads have scores of their own, a warp takes 32
// neighbours; else an entry of up to 32 heads, whose sum its first lane has.
struct Attended {
  int pair, entry;
  float* score;  // of that head, or of all of them
  bool any;      // whether there is such an entry and head

  __device__ __forceinline__ Attended(const Step& step, int layer, int part, int head) {
    int lane = opaque(threadIdx.x) % 32;
    int row;
    if (step.scoring == SUM_OF_HEAD) {
      int pieces = (step.n + 31) / 32;
      pair = part / pieces;
      entry = (part - pair * pieces) * 32 + lane;
      any = entry < step.n;
      row = layer * BATCH * HEADS + pair;
    } else {
      int sequence = part / step.n;
      entry = part - sequence * step.n;
      pair = sequence * HEADS + head + lane;
      any = head + lane < HEADS;
      row = (step.scoring == SUM_OF_MODEL ? 0 : layer) * BATCH + sequence;
    }
    score = step.scores + static_cast<long long>(row) * step.capacity + entry;
  }

  // How many parts there are for all warps.
  __device__ __forceinline__ static int parts(const Step& step) {
    return BATCH * (step.scoring == SUM_OF_HEAD ? HEADS * ((step.n + 31) / 32) : step.n);
  }

  // The warp's first part. From the last warp down: the first ones have rows of the product to compute.
  __device__ __forceinline__ static int first() { return (WARPS - 1 - opaque(threadIdx.x) / 32) * BLOCKS + blockIdx.x; }

  __device__ __forceinline__ int logit(const Step& step) const { return pair * step.capacity + entry; }

  // The score so far, of who adds to it; in one trip with what is asked for behind it, since the compiler keeps the order.
  __device__ __forceinline__ float before(const Step& step) const {
    bool adds = step.scoring == SUM_OF_HEAD || step.scoring == SUM_OF_MODEL && opaque(threadIdx.x) % 32 == 0;
    return any && adds ? __uint_as_float(loadRelaxed(reinterpret_cast<const unsigned*>(score))) : 0;
  }
};

// Where all warps share the projection none is idle meanwhile: then what the warp's first part needs is asked for before it.
constexpr bool ASKS_AHEAD = SHARES_ROWS && REGISTERS_TO_SPARE && HEADS <= 32;

// What was asked for.
struct Ahead {
  float before = 0;
  unsigned long long logit = 0;  // with its tag, see publish

  __device__ __forceinline__ Ahead(const Step& step, int layer) {
    if (!ASKS_AHEAD || step.scoring == NO_SCORES || Attended::first() >= Attended::parts(step)) return;
    Attended of(step, layer, Attended::first(), 0);
    before = of.before(step);
    if (of.any) logit = loadRelaxed(reinterpret_cast<const unsigned long long*>(step.raw) + of.logit(step));
  }
};
static_assert(!ASKS_AHEAD || LOW_LATENCY, "values with tags");

// Adds the layer's attention row to the scores.
__device__ __forceinline__ void addScores(
    const Step& step, const Shared& shared, int layer, unsigned tag, const Ahead& ahead) {
  if (step.scoring == NO_SCORES) return;
  for (int part = Attended::first(); part < Attended::parts(step); part += WARPS * BLOCKS) {
    float before = 0, sum = 0;
    float* score = nullptr;
    bool any = false;
#pragma unroll
    for (int head = 0; head < HEADS; head += 32) {
      Attended of(step, layer, part, head);
      if (head == 0) {
        bool asked = ASKS_AHEAD && part == Attended::first();
        before = asked ? ahead.before : of.before(step);
        score = of.score;
        any = of.any;
      }
      if (!of.any || step.scoring == SUM_OF_HEAD && head > 0) continue;
      float logit[1] = {__uint_as_float(static_cast<unsigned>(ahead.logit))};
      if (!ASKS_AHEAD || part != Attended::first() || ahead.logit >> 32 != tag) {
        fetch(step.raw, logit, tag, [&](int) { return of.logit(step); });
      }
      sum += __expf(logit[0] - shared.maximum[of.pair]) / shared.total[of.pair];
    }
    if (step.scoring == SUM_OF_HEAD) {
      if (any) *score = before + sum;
      continue;
    }
    sum = warpSum(sum);
    if (opaque(threadIdx.x) % 32 == 0) *score = step.scoring == SUM_OF_MODEL ? before + sum : sum / HEADS;
  }
}
