package dev.kvbench.compare;

import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.StepsFile;
import dev.kvbench.strategy.Parameter;
import dev.kvbench.strategy.StrategyParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** What a time depends on beside the code that is compared. */
enum Condition {
    /** The GPU or processor that ran. */
    DEVICE("device", true),
    /** The driver's series. */
    DRIVER("driver", true),
    /** The runtime that ran: where {@code auto} steps down, every step takes longer. */
    RUNTIME("runtime", true),
    /** The kind of weights. */
    WEIGHTS("weights", true),
    /** What happens to the slot of an entry that goes: compaction may be most of what a strategy costs. */
    REMOVAL(Parameter.REMOVAL.label(), true),
    /** Sequences that a budget of memory had room for: where one more fits, that is a change to be seen. */
    SEQUENCES("sequences", false),
    /** The form of attention that ran: {@code auto} takes the faster, so that another one may be the change to be seen. */
    ATTENTION("attention", false),
    /** Version of libtorch: raising it is a change that is compared. */
    LIBTORCH("libtorch", false),
    /** Threads of one operator. */
    THREADS("threads", false),
    /** Processors that the JVM may use. */
    CORES("cores", false),
    /** The processor that drives a GPU. */
    HOST("processor", false),
    /** The operating system. */
    OS("system", false),
    /** The Java runtime. */
    JVM("Java", false),
    /** Version of DJL. */
    DJL("DJL", false),
    /** Version of JMH. */
    JMH("JMH", false);

    private static final int MOST_NAMED = 3;

    private final String words;
    /** Whether times under another one are not compared unasked; else the difference is only said. */
    private final boolean decisive;

    Condition(String words, boolean decisive) {
        this.words = words;
        this.decisive = decisive;
    }

    /** Conditions that no commit changes, or that are not compared unasked: a series of results shares them. */
    static final EnumSet<Condition> OF_A_SERIES = Arrays.stream(values())
            .filter(condition -> condition.decisive || condition == HOST || condition == CORES || condition == THREADS)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Condition.class)));

    /** @return what it is called */
    String words() {
        return words;
    }

    /** Conditions that differ, and in which rows. */
    record Differences(Map<String, List<String>> decisive, Map<String, List<String>> others, int rows) {

        Differences(int rows) {
            this(new LinkedHashMap<>(), new LinkedHashMap<>(), rows);
        }

        /**
         * @param row a row's name
         * @return what differs in that row, each such as "runtime: fused against cudagraph"
         */
        List<String> add(String row, Known old, Known now) {
            List<String> all = new ArrayList<>();
            for (Condition condition : values()) {
                Set<String> before = old.of(condition);
                Set<String> after = now.of(condition);
                // what one side does not say, such as a bare JMH file, is no difference
                if (!before.isEmpty() && !after.isEmpty() && !before.equals(after)) {
                    String words = condition.words + ": " + String.join(", ", before) + " against " + String.join(", ", after);
                    (condition.decisive ? decisive : others).computeIfAbsent(words, w -> new ArrayList<>()).add(row);
                    all.add(words);
                }
            }
            return all;
        }

        /** @return a line for each difference, which names the rows it is of unless that is all of them */
        List<String> lines(Map<String, List<String>> of) {
            return of.entrySet().stream().map(e -> e.getValue().size() == rows ? e.getKey()
                    : e.getKey() + " in " + e.getValue().size() + " of " + rows + " rows: "
                            + String.join(", ", e.getValue().stream().limit(MOST_NAMED).toList())
                            + (e.getValue().size() > MOST_NAMED ? ", …" : "")).toList();
        }
    }

    /**
     * What is known of the conditions of samples.
     *
     * @param values of each condition: none where nothing says, several where results are pooled
     */
    record Known(Map<Condition, Set<String>> values) {

        /** Of a bare JMH file, which has parameters alone. */
        static Known of(Map<String, String> params) {
            Map<Condition, Set<String>> values = new EnumMap<>(Condition.class);
            String removal = params.get(Parameter.REMOVAL.label());
            put(values, REMOVAL, StrategyParameters.UNREAD.equals(removal) ? null : removal);
            return new Known(values);
        }

        static Known of(Fingerprint fingerprint, StepsFile.Configuration configuration) {
            boolean gpu = configuration.device() == null ? fingerprint.gpu() != null : configuration.device().equals("gpu");
            Map<Condition, Set<String>> values = new EnumMap<>(Condition.class);
            values.putAll(of(configuration.params()).values);
            put(values, DEVICE, gpu ? Objects.requireNonNullElse(fingerprint.gpu(), "GPU") : fingerprint.cpu());
            put(values, DRIVER, gpu && fingerprint.driver() != null ? fingerprint.driver().split("\\.")[0] : "none");
            put(values, RUNTIME, ran(configuration.runtime(), configuration.params().get("runtime")));
            put(values, WEIGHTS, configuration.weights());
            put(values, SEQUENCES, configuration.budget() == null ? null : configuration.params().get("batch"));
            put(values, ATTENTION, ran(configuration.attention(), configuration.params().get("attention")));
            put(values, LIBTORCH, fingerprint.libtorch());
            put(values, THREADS, fingerprint.threads());
            put(values, CORES, fingerprint.cores() == 0 ? null : fingerprint.cores());
            put(values, HOST, gpu ? fingerprint.cpu() : null);
            put(values, OS, fingerprint.os());
            put(values, JVM, fingerprint.jvm());
            put(values, DJL, fingerprint.djl());
            put(values, JMH, fingerprint.jmh());
            return new Known(values);
        }

        private static void put(Map<Condition, Set<String>> values, Condition condition, Object value) {
            if (value != null) {
                values.put(condition, Set.of(value.toString()));
            }
        }

        /** What ran, or where a file does not say and was not left to choose, what was asked for. */
        private static String ran(String ran, String asked) {
            return ran != null || "auto".equals(asked) ? ran : asked;
        }

        /** @return its values; empty if nothing says */
        Set<String> of(Condition condition) {
            return values.getOrDefault(condition, Set.of());
        }

        /** @return those of them that are known, in words */
        Map<String, String> words(Collection<Condition> of) {
            Map<String, String> words = new LinkedHashMap<>();
            Arrays.stream(Condition.values()).filter(c -> of.contains(c) && !of(c).isEmpty())
                    .forEach(c -> words.put(c.words, String.join(", ", of(c))));
            return words;
        }

        /** @return what is known of both together */
        Known and(Known other) {
            Map<Condition, Set<String>> both = new EnumMap<>(Condition.class);
            Arrays.stream(Condition.values()).forEach(condition -> {
                Set<String> joined = new LinkedHashSet<>(of(condition));
                joined.addAll(other.of(condition));
                if (!joined.isEmpty()) {
                    both.put(condition, joined);
                }
            });
            return new Known(both);
        }
    }
}
