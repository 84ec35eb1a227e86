package dev.kvbench.decode;

import dev.kvbench.cache.HeldByAge;
import dev.kvbench.cache.KvCache;
import dev.kvbench.model.ModelShape;
import dev.kvbench.strategy.Scope;

/**
 * What a cache holds, in the order of age, so that caches compare whatever slots their entries lie in.
 *
 * @param held entries of each row
 * @param origins the step that wrote each, [l, B, h, held], ascending in each row
 * @param scores shaped alike
 * @param entries keys and values, [L, 2, B, H, held, Dh]
 * @param beyond the largest score, without its sign, where no entry is held
 */
record ByAge(int held, int[] origins, float[] scores, float[] entries, float beyond) {

    static ByAge of(KvCache cache, ModelShape shape, Scope scope, int held) {
        int capacity = cache.capacity();
        int width = shape.headDim();
        int heads = shape.keyValueHeads();
        int[] allOrigins = cache.origins();
        float[] allScores = cache.scores();
        float[] allEntries = cache.keysValues();
        int rows = allScores.length / capacity;
        HeldByAge[] byAge = new HeldByAge[rows];
        int[] origins = new int[rows * held];
        float[] scores = new float[rows * held];
        float beyond = 0;
        for (int row = 0; row < rows; row++) {
            int from = row * capacity;
            byAge[row] = HeldByAge.of(allOrigins, from, held);
            System.arraycopy(byAge[row].origins(), 0, origins, row * held, held);
            System.arraycopy(byAge[row].of(allScores, from), 0, scores, row * held, held);
            for (int slot = held; slot < capacity; slot++) {
                beyond = Math.max(beyond, Math.abs(allScores[from + slot]));
            }
        }
        float[] entries = new float[shape.layers() * 2 * cache.batch() * heads * held * width];
        for (int i = 0; i < entries.length / (held * width); i++) {
            int[] slots = byAge[row(i, shape, scope, cache.batch())].slots();
            for (int age = 0; age < held; age++) {
                System.arraycopy(allEntries, (i * capacity + slots[age]) * width, entries, (i * held + age) * width, width);
            }
        }
        return new ByAge(held, origins, scores, entries, beyond);
    }

    /**
     * @param head counted through [L, 2, B, H]
     * @return the row, of [l, B, h], that says what it keeps
     */
    static int row(int head, ModelShape shape, Scope scope, int batch) {
        int heads = shape.keyValueHeads();
        int layer = scope == Scope.MODEL ? 0 : head / heads / batch / 2;
        int ofRow = scope.heads(heads);
        return (layer * batch + head / heads % batch) * ofRow + head % heads % ofRow;
    }
}
