package dev.kvbench.decode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.kvbench.cache.Place;
import dev.kvbench.torch.ScriptFile;
import dev.kvbench.torch.TorchModule;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attention of a piece of a prompt that is cut once more, so that what it works in stays small, against all of it at once. */
@Tag("native")
class PromptBlocksTest {

    private static final int BATCH = 2;
    private static final int HEADS = 4;
    private static final int DIM = 4;
    private static final int BEFORE = 6;
    private static final int PIECE = 7;
    private static final int ALL = BEFORE + PIECE;

    /** The sources' own limit, and one of two tokens a block. */
    private static String source(int tokens, boolean reads, int group) {
        String source = Place.numbered(ScriptFile.read("prompt.py"));
        String attention = source.substring(source.indexOf("def attend_piece"), source.indexOf("def layer_of"));
        assertEquals(2, attention.split("67108864").length, "the limit stands there once");
        return tokens == 0 ? attention : attention.replace("67108864", "" + tokens * ALL * (reads ? BATCH * HEADS : group));
    }

    private static float[][] attention(NDManager manager, NDArray[] qkv, int tokens, int group, boolean reads, boolean accumulates) {
        Map<String, Number> attributes = Map.of("readsAttention", reads ? 1 : 0, "accumulates", accumulates ? 1 : 0,
                "scale", 1 / Math.sqrt(DIM));
        PtNDArray row = (PtNDArray) manager.zeros(new Shape(1, BATCH, HEADS, ALL), DataType.FLOAT32);
        try (TorchModule module = new TorchModule(source(tokens, reads, group), attributes, Device.cpu());
                IValue q = IValue.from((PtNDArray) qkv[0]);
                IValue k = IValue.from((PtNDArray) qkv[1]);
                IValue v = IValue.from((PtNDArray) qkv[2]);
                IValue got = IValue.from(row);
                IValue first = IValue.from((long) BEFORE);
                IValue out = module.run("attend_piece", q, k, v, got, first)) {
            NDList list = out.toNDList((PtNDManager) manager);
            return new float[][] {list.singletonOrThrow().toFloatArray(), row.toFloatArray()};
        }
    }

    /** softmax(q kᵀ / √Dh) v, token by token, over what each may see. */
    private static float[][] plain(NDArray[] qkv, int group, boolean reads, boolean accumulates) {
        float[] q = qkv[0].toFloatArray();
        float[] k = qkv[1].toFloatArray();
        float[] v = qkv[2].toFloatArray();
        float[] out = new float[BATCH * HEADS * PIECE * DIM];
        float[] row = new float[BATCH * HEADS * ALL];
        for (int pair = 0; pair < BATCH * HEADS; pair++) {
            for (int t = 0; t < PIECE; t++) {
                double[] weights = new double[BEFORE + t + 1];
                double sum = 0;
                for (int j = 0; j < weights.length; j++) {
                    double dot = 0;
                    for (int d = 0; d < DIM; d++) {
                        dot += q[(pair * PIECE + t) * DIM + d] * k[(pair / group * ALL + j) * DIM + d];
                    }
                    weights[j] = Math.exp(dot / Math.sqrt(DIM));
                    sum += weights[j];
                }
                for (int j = 0; j < weights.length; j++) {
                    for (int d = 0; d < DIM; d++) {
                        out[(pair * PIECE + t) * DIM + d] += (float) (weights[j] / sum * v[(pair / group * ALL + j) * DIM + d]);
                    }
                    if (reads && (accumulates || t == PIECE - 1)) {
                        row[pair * ALL + j] += (float) (weights[j] / sum);
                    }
                }
            }
        }
        return new float[][] {out, row};
    }

    /** Query heads of a group share a head of keys and values. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, HEADS})
    void blocksGiveWhatThePieceGives(int group) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            Shape held = new Shape(BATCH, HEADS / group, ALL, DIM);
            NDArray[] qkv = {manager.randomNormal(new Shape(BATCH, HEADS, PIECE, DIM)),
                manager.randomNormal(held), manager.randomNormal(held)};
            for (boolean reads : new boolean[] {false, true}) {
                for (boolean accumulates : new boolean[] {false, true}) {
                    float[][] expected = plain(qkv, group, reads, accumulates);
                    for (int tokens : new int[] {0, 1, 2, PIECE}) {
                        float[][] given = attention(manager, qkv, tokens, group, reads, accumulates);
                        assertArrayEquals(expected[0], given[0], 1e-5f, reads + " " + tokens);
                        assertArrayEquals(expected[1], given[1], 1e-5f, reads + " " + accumulates + " " + tokens);
                    }
                }
            }
        }
    }
}
