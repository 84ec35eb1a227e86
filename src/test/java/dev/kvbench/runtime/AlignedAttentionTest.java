package dev.kvbench.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import dev.kvbench.torch.ScriptFile;
import dev.kvbench.torch.TorchModule;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention with rows that are made longer, as 16 bits have them at lengths that are no multiple of eight, against rows as they are. */
@Tag("native")
class AlignedAttentionTest {

    private static final int BATCH = 2;
    private static final int HEADS = 6;
    private static final int DIM = 4;

    @ParameterizedTest
    @CsvSource({"513,1", "513,3", "519,2", "1030,6", "520,3", "511,3"})
    void longerRowsGiveTheSame(int n, int group) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            // of a cache that has more slots than are held
            Shape slots = new Shape(BATCH, HEADS / group, n + 3, DIM);
            PtNDArray q = (PtNDArray) manager.randomNormal(new Shape(BATCH, HEADS, 1, DIM));
            PtNDArray k = (PtNDArray) manager.randomNormal(slots).get(":, :, :" + n, new Object[0]);
            PtNDArray v = (PtNDArray) manager.randomNormal(slots).get(":, :, :" + n, new Object[0]);
            for (int reads = 0; reads < 2; reads++) {
                float[][] plain = attention(manager, q, k, v, group, reads, 0);
                float[][] aligned = attention(manager, q, k, v, group, reads, 1);
                assertArrayEquals(plain[0], aligned[0], 1e-6f, "heads' outputs");
                assertArrayEquals(plain[1], aligned[1], 1e-7f, "weights");
                float all = (float) IntStream.range(0, plain[1].length).mapToDouble(i -> plain[1][i]).sum();
                assertTrue(Math.abs(all - reads * BATCH * HEADS) < 1e-3, "each row of weights adds up to one: " + all);
            }
        }
    }

    private static float[][] attention(NDManager manager, PtNDArray q, PtNDArray k, PtNDArray v, int group, int reads, int halves) {
        Map<String, Number> attributes = new HashMap<>(Map.of("readsAttention", reads, "halves", halves, "group", group,
                "scale", 1 / Math.sqrt(DIM), "width", HEADS * DIM));
        PtNDArray row = (PtNDArray) manager.zeros(new Shape(1, BATCH, HEADS, k.getShape().get(2)), DataType.FLOAT32);
        PtNDArray out = (PtNDArray) manager.zeros(new Shape(BATCH, HEADS * DIM), DataType.FLOAT32);
        try (TorchModule module = new TorchModule(ScriptFile.read("attention_explicit.py"), attributes, Device.cpu());
                IValue query = IValue.from(q);
                IValue keys = IValue.from(k);
                IValue values = IValue.from(v);
                IValue weights = IValue.from(row);
                IValue to = IValue.listFrom(out)) {
            module.run("attend", query, keys, values, weights, to).close();
            return new float[][] {out.toFloatArray(), row.toFloatArray()};
        }
    }
}
