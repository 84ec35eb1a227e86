package dev.kvbench.decode;

import dev.kvbench.model.ModelShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What a strategy keeps by its definition, for one sequence, in plain lists of original token indices. Heads are key-value
 * heads; attention rows are those of query heads. Slow and literal; shares nothing with the TorchScript.
 */
public final class Definition {

    /** Keys by layer, head and original index. */
    public interface Keys {

        /** @return [Dh] */
        double[] key(int layer, int head, int index);
    }

    private static final int SINKS = 4;

    private final String strategy;
    private final int window;
    private final int heavyHitters;
    private final int limit;
    private final int sequence;
    private final ModelShape config;
    private final List<List<List<Integer>>> kept = new ArrayList<>();
    private final List<List<Map<Integer, Double>>> scores = new ArrayList<>();
    private int steps;
    private double margin = Double.POSITIVE_INFINITY;

    /**
     * @param strategy a name of the registry
     * @param every steps from one eviction to the next
     * @param sequence which of the batch, from 0
     */
    public Definition(String strategy, int window, int heavyHitters, int every, int sequence, ModelShape config) {
        this.strategy = strategy;
        this.window = window;
        this.heavyHitters = heavyHitters;
        this.sequence = sequence;
        this.config = config;
        limit = strategy.equals("full") ? Integer.MAX_VALUE : window + every - 1;
        for (int layer = 0; layer < config.layers(); layer++) {
            kept.add(new ArrayList<>());
            scores.add(new ArrayList<>());
            for (int head = 0; head < config.keyValueHeads(); head++) {
                kept.get(layer).add(new ArrayList<>());
                scores.get(layer).add(new HashMap<>());
            }
        }
    }

    /** @return original indices in the cache of a head, ascending */
    public List<Integer> kept(int layer, int head) {
        return kept.get(layer).get(head);
    }

    /** @return the score of an entry in the cache of a head, null if the strategy has none */
    public Double score(int layer, int head, int index) {
        return scores.get(layer).get(head).get(index);
    }

    /** @return by how much the closest choice so far was decided, relative to the scores */
    public double margin() {
        return margin;
    }

    public void append(int index) {
        kept.forEach(layer -> layer.forEach(head -> head.add(index)));
    }

    /** Scores and evicts after a step whose attention rows are [L][H][n]. */
    public void after(double[][][] rows, Keys keys) {
        after(rows, keys, limit);
    }

    public void after(PlainModel.Step step, PlainModel model) {
        after(step.rows(), model::key);
    }

    /** Scores a token of a prompt; after its last one evicts. */
    void afterPrompt(PlainModel.Step step, PlainModel model, boolean last) {
        after(step.rows(), model::key, last ? limit : Integer.MAX_VALUE);
    }

    private void after(double[][][] rows, Keys keys, int limit) {
        steps++;
        int n = kept(0, 0).size();
        for (int layer = 0; layer < config.layers(); layer++) {
            for (int head = 0; head < config.keyValueHeads(); head++) {
                score(layer, head, rows, keys, n > limit);
            }
        }
        if (n > limit) {
            for (int layer = 0; layer < config.layers(); layer++) {
                for (int head = 0; head < config.keyValueHeads(); head++) {
                    evict(kept(layer, head), scores.get(layer).get(head), n);
                }
            }
        }
    }

    private void score(int layer, int head, double[][][] rows, Keys keys, boolean evicts) {
        List<Integer> held = kept(layer, head);
        Map<Integer, Double> score = scores.get(layer).get(head);
        for (int i = 0; i < held.size(); i++) {
            int slot = i;
            int index = held.get(i);
            double newest = i == held.size() - 1 ? 1 : 0;
            switch (strategy) {
                case "h2o" -> score.merge(index, sum(rows, l -> l[slot]), Double::sum);
                case "h2o-head" -> score.merge(index, group(rows[layer], head, slot), Double::sum);
                case "tova" -> score.put(index, Arrays.stream(rows[layer]).mapToDouble(r -> r[slot]).average().orElseThrow());
                case "knorm" -> {
                    if (newest == 1) {
                        score.put(index, -norm(keys.key(layer, head, index)));
                    }
                }
                case "keydiff" -> {
                    if (evicts) {
                        score.put(index, -cosineToMean(layer, head, index, keys));
                    }
                }
                case "random" -> {
                    if (evicts) {
                        int key = mixed(mixed(steps + 1_000_003) + sequence + 1);
                        score.put(index, Integer.toUnsignedLong(mixed(key + index)) / 4294967296.0);
                    }
                }
                default -> { }
            }
        }
    }

    private static double sum(double[][][] rows, ToDoubleFunction<double[]> of) {
        return Arrays.stream(rows).flatMap(Arrays::stream).mapToDouble(of).sum();
    }

    /** The weight that a slot gets from the query heads of one key-value head, which follow each other. */
    private double group(double[][] rows, int head, int slot) {
        int size = config.heads() / config.keyValueHeads();
        return Arrays.stream(rows, head * size, (head + 1) * size).mapToDouble(row -> row[slot]).sum();
    }

    private static double norm(double[] v) {
        return Math.sqrt(Arrays.stream(v).map(x -> x * x).sum());
    }

    private double cosineToMean(int layer, int head, int index, Keys keys) {
        double[] mean = new double[config.headDim()];
        for (int other : kept(layer, head)) {
            double[] key = keys.key(layer, head, other);
            double norm = norm(key);
            for (int d = 0; d < mean.length; d++) {
                mean[d] += key[d] / norm;
            }
        }
        double[] key = keys.key(layer, head, index);
        double dot = 0;
        for (int d = 0; d < mean.length; d++) {
            dot += key[d] * mean[d];
        }
        return dot / norm(key) / norm(mean);
    }

    /** MurmurHash3's finalizer, from its published source. */
    private static int mixed(int h) {
        h ^= h >>> 16;
        h *= 0x85ebca6b;
        h ^= h >>> 13;
        h *= 0xc2b2ae35;
        return h ^ h >>> 16;
    }

    private void evict(List<Integer> held, Map<Integer, Double> score, int n) {
        int first = strategy.equals("sinks") ? SINKS : 0;
        int recent = strategy.startsWith("h2o") ? window - heavyHitters : 0;
        double highest = Double.NEGATIVE_INFINITY;
        while (held.size() > window) {
            int last = held.size() - recent;
            int victim = first;
            if (!strategy.equals("window") && !strategy.equals("sinks")) {
                for (int i = first; i < last; i++) {
                    victim = score.get(held.get(i)) < score.get(held.get(victim)) ? i : victim;
                }
                highest = score.get(held.get(victim));
            }
            score.remove(held.get(victim));
            held.remove(victim);
        }
        // which goes first of those that go does not matter
        for (int i = first; i < held.size() - recent && highest > Double.NEGATIVE_INFINITY; i++) {
            double stays = score.get(held.get(i));
            margin = Math.min(margin, (stays - highest) / (Math.abs(stays) + Math.abs(highest)));
        }
    }
}
