package dev.kvbench.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.decode.StepAssertions;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Parameter;
import dev.kvbench.strategy.Protects;
import dev.kvbench.strategy.Removal;
import dev.kvbench.strategy.Scope;
import dev.kvbench.strategy.Scores;
import dev.kvbench.strategy.StrategyParameters;
import dev.kvbench.strategy.Traits;
import dev.kvbench.torch.TorchModule;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What strategies share takes any scope, score and protection, also those that no strategy of the registry has. */
@Tag("native")
class SharedEvictionTest {

    private static final int WINDOW = 10;
    private static final int BATCH = 2;
    private static final Gpt2Config MODEL = new Gpt2Config("shared", 3, 2, 16, 61, 40, 1e-5);

    static Stream<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (Scope scope : Scope.values()) {
            for (Scores scores : List.of(Scores.NONE, Scores.SUM, Scores.LAST)) {
                for (int front : new int[] {0, 3}) {
                    for (int back : new int[] {0, 2, WINDOW - front}) {
                        if (scores != Scores.NONE || scope == Scope.MODEL) {
                            for (Removal removal : Removal.values()) {
                                cases.add(Arguments.of(scope, scores, front, back, 1, removal));
                                cases.add(Arguments.of(scope, scores, front, back, 4, removal));
                            }
                        }
                    }
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest(name = "{0} {1}, protects {2} and {3}, {4} go, {5}")
    @MethodSource("cases")
    void theLowestOfTheUnprotectedGo(Scope scope, Scores scores, int front, int back, int go, Removal removal) {
        StrategyParameters parameters = StrategyParameters.NONE.with(Parameter.WINDOW, WINDOW).with(Parameter.EVICT_EVERY, go)
                .with(removal);
        EvictionStrategy strategy = new EvictionStrategy("made", "made", Set.of(Parameter.values()), parameters,
                new Traits(scope, scores, scores != Scores.NONE), new Protects(front, back), "");
        int n = WINDOW + go;
        Random random = new Random(100 * front + 10 * back + go);
        float[][] rows = new float[MODEL.layers()][BATCH * MODEL.heads() * n];
        for (float[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                row[i] = random.nextFloat();
            }
        }
        FloatBuffer all = FloatBuffer.allocate(rows.length * rows[0].length);
        Arrays.stream(rows).forEach(all::put);
        try (KvCache cache = new KvCache(MODEL, Dtype.FP32, Device.cpu(), BATCH, n, scope);
                TorchModule module = new TorchModule(Place.numbered(EvictionSource.of(strategy) + "\n" + """
                        def fill(self, state: List[Tensor]) -> NoneType:
                          # each entry is the number of its slot
                          slots = torch.unsqueeze(state[INDICES], 1)
                          torch.copy_(state[CACHE], torch.expand(slots, torch.size(state[CACHE])))
                          torch.fill_(state[STEPS], torch.size(state[INDICES], 0))
                          return None
                        """), EvictionSource.attributes(strategy), Device.cpu());
                NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                IValue state = IValue.listFrom(cache.state());
                IValue attention = IValue.from((PtNDArray) manager.create(all.array(),
                        new Shape(MODEL.layers(), BATCH, MODEL.heads(), n)))) {
            module.run("fill", state).close();
            module.run("evict", state, attention, IValue.from(n - 1L), IValue.from((long) n)).close();
            float[] held = cache.keysValues();
            for (int layer = 0; layer < MODEL.layers(); layer++) {
                for (int b = 0; b < BATCH; b++) {
                    for (int head = 0; head < MODEL.heads(); head++) {
                        double[] score = scores(rows, scope, scores, layer, b, head, n);
                        List<Integer> kept = kept(score, front, back, n);
                        int from = (((layer * 2) * BATCH + b) * MODEL.heads() + head) * n;
                        int row = ((scope.layers(2) == 2 ? layer : 0) * BATCH + b) * scope.heads(MODEL.heads())
                                + (scope.heads(2) == 2 ? head : 0);
                        for (int index : kept) {
                            int slot = StepAssertions.slotOf(index, cache.origins(), row * n, WINDOW);
                            assertEquals(index, held[(from + slot) * MODEL.headDim()]);
                            assertEquals(scores == Scores.NONE ? 0 : score[index], cache.scores()[row * n + slot], 1e-5);
                        }
                    }
                }
            }
        }
    }

    private static List<Integer> kept(double[] score, int front, int back, int n) {
        List<Integer> kept = new ArrayList<>(IntStream.range(0, n).boxed().toList());
        while (kept.size() > WINDOW) {
            int lowest = front;
            for (int i = front; i < kept.size() - back; i++) {
                lowest = score[kept.get(i)] < score[kept.get(lowest)] ? i : lowest;
            }
            kept.remove(lowest);
        }
        return kept;
    }

    /** Attention over all that share a set: its sum, or its mean; without scores all are alike. */
    private static double[] scores(float[][] rows, Scope scope, Scores scores, int layer, int b, int head, int n) {
        double[] sum = new double[n];
        int count = 0;
        for (int l = 0; l < rows.length && scores != Scores.NONE; l++) {
            for (int h = 0; h < MODEL.heads(); h++) {
                if ((scope == Scope.MODEL || l == layer) && (scope != Scope.HEAD || h == head)) {
                    count++;
                    for (int i = 0; i < n; i++) {
                        sum[i] += rows[l][(b * MODEL.heads() + h) * n + i];
                    }
                }
            }
        }
        int divisor = scores == Scores.LAST ? count : 1;
        return Arrays.stream(sum).map(s -> s / divisor).toArray();
    }
}
