package dev.kvbench.model;

import java.util.List;
import java.util.Map;

/** A family that nothing but this knows, for tests of what holds for every family. */
public final class OtherFamily implements Family {

    /** A model of it. */
    public static final Architecture MODEL = new Model("m", 1, 2, 1, 4, 16, 61, 128, 0, 1000);

    private static final OtherFamily INSTANCE = new OtherFamily();

    private record Model(String name, int layers, int heads, int keyValueHeads, int headDim, int inner, int vocabulary,
            int maxPositions, int startToken, long parameters) implements Architecture {

        @Override
        public Family family() {
            return INSTANCE;
        }

        @Override
        public List<WeightTensor> tensors() {
            return List.of();
        }

        @Override
        public String source() {
            return "";
        }

        @Override
        public Map<String, Number> attributes() {
            return Map.of();
        }
    }

    @Override
    public String name() {
        return "Other";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("other");
    }

    @Override
    public Map<String, Architecture> presets() {
        return Map.of();
    }

    @Override
    public Architecture read(ConfigFile config, String name) {
        return MODEL;
    }

    @Override
    public CheckpointNames checkpointNames() {
        throw new UnsupportedOperationException();
    }
}
