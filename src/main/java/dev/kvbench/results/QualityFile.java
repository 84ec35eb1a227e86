package dev.kvbench.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.kvbench.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The content of {@code quality.json}: how well a model predicts a text with each strategy and window.
 * {@code /schema/quality-v1.schema.json} describes it field by field.
 *
 * @param schema always {@link #SCHEMA}
 * @param version {@link #VERSION}; raised when a reader of the last version would misread the file
 * @param created start of the run, ISO 8601, UTC
 * @param command the arguments of the run
 * @param units unit of every measured field
 * @param rules how every aggregate is made, in words
 * @param fingerprint what the run ran on
 * @param model what predicted
 * @param text what was predicted
 * @param setting how it ran
 * @param times where the configurations' times are from; null if they have none
 * @param needle the probe; null if it did not run
 * @param configurations one per strategy and window, the full cache first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"schema", "version", "created", "command", "units", "rules", "fingerprint", "model", "text", "setting",
    "times", "needle", "configurations"})
public record QualityFile(
        String schema,
        int version,
        String created,
        List<String> command,
        Map<String, String> units,
        Map<String, String> rules,
        @Required Fingerprint fingerprint,
        @Required Model model,
        @Required Text text,
        @Required Setting setting,
        Times times,
        Needle needle,
        @Required List<Configuration> configurations) {

    /** Value of {@code schema}. */
    public static final String SCHEMA = "kvbench/quality";

    /** The version written. */
    public static final int VERSION = 1;

    /** The file's name in a result folder. */
    public static final String FILE = "quality.json";

    /**
     * What predicted.
     *
     * @param name the model's name
     * @param weights "synthetic", or which checkpoint
     * @param sha256 of the file of weights; null if synthetic
     * @param parameters how many
     * @param positions most tokens of a sequence
     * @param dtype element type
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Model(String name, String weights, String sha256, long parameters, int positions, String dtype) {}

    /**
     * What was predicted.
     *
     * @param name the file's name
     * @param sha256 of its bytes
     * @param tokens how many it has
     * @param starts the token of the text that each sequence begins with
     * @param steps tokens fed, and predicted, per sequence, T; a sequence takes T + 1 tokens
     */
    public record Text(String name, String sha256, int tokens, int[] starts, int steps) {}

    /**
     * How it ran.
     *
     * @param runtime how steps were launched
     * @param device "cpu" or "gpu"
     * @param positions which position ids tokens get
     * @param batch sequences side by side
     * @param seed of everything drawn
     * @param bucketEdges first position of every bucket, then T
     * @param lateFrom first position of {@code late}; null if no bucket begins after every configuration has evicted
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Setting(String runtime, String device, String positions, int batch, int seed, @Required int[] bucketEdges,
            Integer lateFrom) {}

    /**
     * Where times are from.
     *
     * @param source "this run", or the result's folder
     * @param label model, dtype, sequences and device that were timed
     */
    public record Times(String source, String label) {}

    /**
     * A probe: a pattern of random tokens planted in the text and repeated some tokens later. A model that can still look
     * at the first one predicts the second.
     *
     * @param pattern tokens of a pattern
     * @param skipped tokens of its repetition that are not counted: they say which pattern it is
     * @param distances tokens from a pattern's start to its repetition's start
     * @param texts texts probed, each with one pattern per distance
     * @param steps tokens of each
     */
    public record Needle(int pattern, int skipped, int[] distances, int texts, int steps) {}

    /**
     * A figure with its interval.
     *
     * @param value the figure
     * @param low lower end
     * @param high upper end
     */
    public record Estimate(double value, double low, double high) {}

    /**
     * Aggregates over sequences.
     *
     * @param nll mean negative log-likelihood
     * @param perplexity its exponential
     * @param nllIncrease beyond the full cache's
     * @param kl mean divergence from the full cache
     * @param agreement with the full cache's first choice
     */
    public record Aggregate(Estimate nll, Estimate perplexity, Estimate nllIncrease, Estimate kl, Estimate agreement) {}

    /**
     * What was remembered.
     *
     * @param planted [texts][distances] mean nll of the repetition
     * @param unplanted [texts][distances] the same where the first pattern is not there
     * @param recall by distance
     */
    public record Recall(float[][] planted, float[][] unplanted, List<Estimate> recall) {}

    /**
     * One strategy with one window.
     *
     * @param strategy its name
     * @param label the strategy by its name with its parameters
     * @param window most entries kept; null if nothing is evicted
     * @param heavyHitters of these, kept for their score; null if the strategy reads none
     * @param nll [S][buckets] mean negative log-likelihood
     * @param kl [S][buckets] mean divergence from the full cache
     * @param agreement [S][buckets] fraction of tokens
     * @param all over all positions
     * @param late over late positions; null if there are none
     * @param time of a step; null if not known
     * @param recall what the probe found; null if it did not run
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Configuration(
            @Required String strategy,
            String label,
            Integer window,
            Integer heavyHitters,
            @Required float[][] nll,
            float[][] kl,
            float[][] agreement,
            @Required Aggregate all,
            Aggregate late,
            Estimate time,
            Recall recall) {

        /** By {@linkplain Renamed today's name}. */
        public Configuration {
            label = Renamed.label(label);
        }

        /**
         * @param ms time of a step, or null
         * @return the same with that time
         */
        public Configuration timed(Estimate ms) {
            return new Configuration(strategy, label, window, heavyHitters, nll, kl, agreement, all, late, ms, recall);
        }

        /** @return whether all scores are numbers; they are not where the model's logits were none */
        public boolean scored() {
            Aggregate a = decisive();
            return Stream.of(nll).allMatch(row -> IntStream.range(0, row.length).allMatch(i -> Float.isFinite(row[i])))
                    && Stream.of(a.nll(), a.nllIncrease(), a.kl(), a.agreement())
                            .allMatch(e -> e != null && Double.isFinite(e.value() + e.low() + e.high()));
        }

        /** @return the aggregate to compare configurations by: late positions where there are any */
        public Aggregate decisive() {
            return late == null ? all : late;
        }
    }

    /** @return the configuration that evicts nothing, if it is there */
    public Optional<Configuration> full() {
        return configurations.stream().filter(c -> c.window() == null).findFirst();
    }

    /**
     * @param strategy a strategy's name
     * @param window its window, or null
     * @return that configuration, if it is there
     */
    public Optional<Configuration> find(String strategy, Integer window) {
        return configurations.stream().filter(c -> c.strategy().equals(strategy) && Objects.equals(c.window(), window)).findFirst();
    }

    /**
     * @param path a result folder, or the file
     * @return the file, if it is there
     */
    public static Optional<Path> in(Path path) {
        Path file = Files.isDirectory(path) ? path.resolve(FILE) : path;
        return Files.isRegularFile(file) && file.getFileName().toString().equals(FILE) ? Optional.of(file) : Optional.empty();
    }

    /**
     * @param file a {@code quality.json}
     * @return its content
     * @throws UserError if it cannot be read or is not whole
     */
    public static QualityFile read(Path file) {
        return Json.read(file, QualityFile.class, SCHEMA, VERSION);
    }

    /**
     * Writes it, whole or not at all.
     *
     * @param file where to
     * @throws IOException if it cannot be written
     */
    public void write(Path file) throws IOException {
        Json.write(file, this);
    }

    /**
     * @param begun another start of the run
     * @param configurations what has ended
     * @return the same with those
     */
    public QualityFile with(String begun, List<Configuration> configurations) {
        return new QualityFile(schema, version, begun, command, units, rules, fingerprint, model, text, setting, times, needle,
                configurations);
    }

    /**
     * @param from where times are from
     * @param configurations the configurations with them
     * @return the same with those
     */
    public QualityFile timed(Times from, List<Configuration> configurations) {
        return new QualityFile(schema, version, created, command, units, rules, fingerprint, model, text, setting, from, needle,
                configurations);
    }
}
