package dev.kvbench.compare;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.ForeignText;
import dev.kvbench.Shell;
import dev.kvbench.UserError;
import dev.kvbench.host.Programs;
import dev.kvbench.results.Baselines;
import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.Json;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * One side of a comparison: the samples of one or more results.
 *
 * @param name what the user called it
 * @param samples by benchmark, mode and parameters
 * @param passedOver what else its results have, and why it has no samples, one per line
 * @param drifts how fast their machines were as they ran
 * @param turns that its processes ran in turn with those of another result; null where they did not, or it is of several results
 */
record Side(String name, List<Samples> samples, List<String> passedOver, List<StepsFile.Drift> drifts, StepsFile.Turns turns) {

    /** One of machines whose speed nobody measured. */
    Side(String name, List<Samples> samples, List<String> passedOver) {
        this(name, samples, passedOver, List.of(), null);
    }

    /**
     * What one result has.
     *
     * @param samples by benchmark, mode and parameters
     * @param passedOver what has none, and why
     */
    record Found(List<Samples> samples, List<String> passedOver) {

        Found() {
            this(new ArrayList<>(), new ArrayList<>());
        }
    }

    /** As short as git makes names of commits by itself. */
    private static final int SHORTEST_COMMIT = 7;

    /** What JMH writes in place of {@code rawData} where it samples (-bm sample). */
    private static final String HISTOGRAM = "rawDataHistogram";

    /**
     * @param name comma-separated: result folders, steps.json or jmh.json files, baselines, or git commits whose
     *     newest result in {@code results} counts
     * @param results the folder of results
     * @return the pooled side
     * @throws UserError if one of them is no result or named twice, or they are of different weights or runtimes
     */
    static Side open(String name, Path results) {
        Map<List<Object>, Samples> pooled = new LinkedHashMap<>();
        List<String> passedOver = new ArrayList<>();
        List<StepsFile.Drift> drifts = new ArrayList<>();
        Set<Path> named = new HashSet<>();
        List<StepsFile.Turns> turns = new ArrayList<>();
        for (String part : name.split(",", -1)) {
            if (part.isEmpty()) {
                throw new UserError("'" + name + "': an empty name is none of a result, a baseline or a commit");
            }
            Path path = Path.of(part);
            if (!Files.exists(path)) {
                path = new Baselines(results).find(part).orElseGet(() -> newestOf(part, results));
            }
            if (!named.add(path.toAbsolutePath().normalize())) {
                throw new UserError(name + ": names " + path + " twice; a result counts once");
            }
            Found found;
            if (Files.isRegularFile(path) && !beside(path, ResultFolder.STEPS_FILE)) {
                found = ofJmh(readJmh(path));
            } else {
                ResultFolder folder = ResultFolder.open(path);
                StepsFile steps = folder.readSteps();
                found = ofFolder(folder, steps);
                drifts.addAll(steps.drifts() == null ? List.of() : steps.drifts());
                turns.add(steps.turns());
            }
            Path result = path;
            found.passedOver.forEach(line -> passedOver.add(result + ": " + line));
            for (Samples samples : found.samples) {
                pooled.merge(samples.key(), samples, (a, b) -> pool(name, a, b));
            }
        }
        if (pooled.isEmpty()) {
            throw new UserError(name + ": has no measured iteration to compare"
                    + (passedOver.isEmpty() ? "" : ": " + passedOver.get(0).replaceFirst("^" + Pattern.quote(name + ": "), "")));
        }
        boolean one = named.size() == 1 && turns.size() == 1;
        return new Side(name, List.copyOf(pooled.values()), passedOver, drifts, one ? turns.get(0) : null);
    }

    /** @return whether process n of this side ran beside process n of the other's, of every configuration */
    boolean inTurnWith(Side other) {
        return turns != null && other.turns != null && turns.together() != null && turns.together().equals(other.turns.together())
                && !turns.equals(other.turns);
    }

    private static boolean beside(Path file, String name) {
        return Files.isRegularFile(file.toAbsolutePath().resolveSibling(name));
    }

    /** The newest result of a commit. */
    private static Path newestOf(String commit, Path results) {
        List<String> id = Programs.output("git", "rev-parse", "--verify", "--quiet", commit + "^{commit}");
        if (id.isEmpty()) {
            throw new UserError(commit + ": neither a result, nor a baseline, nor a commit of this repository");
        }
        return ResultFolder.newest(results, head -> isOf(id.get(0), head.fingerprint().commit()))
                .map(ResultFolder::path)
                .orElseThrow(() -> new UserError(commit + ": no result of commit "
                        + Fingerprint.shortCommit(id.get(0)) + " in " + results + "; run it first: `" + run(id.get(0)) + "`"));
    }

    /** What makes a result of a commit: of one that is not checked out, building it too. */
    private static String run(String id) {
        String there = Programs.output("git", "rev-parse", "HEAD").equals(List.of(id)) ? "" : "git checkout "
                + Fingerprint.shortCommit(id) + " && mvn package -DskipTests && ";
        return there + Shell.command() + " run";
    }

    private static boolean isOf(String id, String commit) {
        return commit != null && commit.length() >= SHORTEST_COMMIT && id.startsWith(commit);
    }

    private static Samples pool(String name, Samples a, Samples b) {
        Condition.Known ran = a.ran().and(b.ran());
        for (Condition one : List.of(Condition.WEIGHTS, Condition.RUNTIME)) {
            if (ran.of(one).size() > 1) {
                throw new UserError(name + ": has " + a.benchmark() + " with " + one.words() + " " + String.join(" and ", ran.of(one))
                        + "; a side is of one kind");
            }
        }
        return new Samples(a.benchmark(), a.mode(), a.params(), ran,
                Stream.concat(Arrays.stream(a.forks()), Arrays.stream(b.in(a.unit()).forks())).toArray(double[][]::new),
                DoubleStream.concat(Arrays.stream(a.best()), Arrays.stream(b.in(a.unit()).best())).toArray(),
                a.unit(), a.curve().length >= b.curve().length ? a.curve() : b.curve());
    }

    /** @return what one result has measured, whose {@code steps} are read */
    static Found ofFolder(ResultFolder folder, StepsFile steps) {
        Found found = new Found();
        Found jmh = folder.hasJmh() ? ofJmh(folder.readJmh()) : new Found();
        for (StepsFile.Configuration configuration : steps.configurations()) {
            List<StepsFile.Iteration> measured = configuration.iterations().stream()
                    .filter(i -> StepsFile.Iteration.MEASUREMENT.equals(i.phase()) && i.stepNanos().length > 0)
                    .toList();
            Condition.Known ran = Condition.Known.of(steps.fingerprint(), configuration);
            Map<String, String> params = configuration.lasting();
            List<long[]> series = measured.stream().map(StepsFile.Iteration::stepNanos).toList();
            if (!series.isEmpty()) {
                found.samples.add(new Samples(configuration.benchmark(), Samples.STEPS, configuration.params(), ran,
                        byFork(measured), undisturbed(measured), "ms/step", curve(series, Statistics::median)));
                continue;
            }
            List<Samples> scores = jmh.samples.stream().filter(s -> s.benchmark().equals(configuration.benchmark())
                            && s.params().equals(configuration.params()))
                    .map(s -> new Samples(s.benchmark(), s.mode(), params, ran, s.forks(), s.best(), s.unit(), s.curve())).toList();
            found.samples.addAll(scores);
            String name = name(configuration.benchmark(), configuration.params());
            List<String> why = jmh.passedOver.stream().filter(line -> line.startsWith(name + ": ")).toList();
            found.passedOver.addAll(why);
            if (scores.isEmpty() && why.isEmpty()) {
                found.passedOver.add(name + ": has no measured step, and no score in " + ResultFolder.JMH_FILE);
            }
        }
        return found;
    }

    private static String name(String benchmark, Map<String, String> params) {
        return ForeignText.printable(benchmark + " " + new TreeMap<>(params));
    }

    private static Collection<List<StepsFile.Iteration>> forks(List<StepsFile.Iteration> iterations) {
        return iterations.stream().collect(Collectors.groupingBy(StepsFile.Iteration::fork, TreeMap::new, Collectors.toList())).values();
    }

    /** Where a load meets some steps of every generation, each length still has one that it did not meet. */
    static double[] undisturbed(List<StepsFile.Iteration> iterations) {
        return forks(iterations).stream().map(fork -> fork.stream().map(StepsFile.Iteration::stepNanos).toList())
                .mapToDouble(series -> Statistics.median(curve(series, ms -> Arrays.stream(ms).min().orElseThrow()))).toArray();
    }

    private static double[][] byFork(List<StepsFile.Iteration> iterations) {
        return forks(iterations).stream()
                .map(fork -> fork.stream().mapToDouble(i -> Statistics.median(ms(i.stepNanos()))).toArray())
                .toArray(double[][]::new);
    }

    private static double[] ms(long[] nanos) {
        return Arrays.stream(nanos).mapToDouble(n -> n / 1e6).toArray();
    }

    /** @param of what of all steps of a length stands for them */
    private static double[] curve(List<long[]> series, ToDoubleFunction<double[]> of) {
        double[] curve = new double[series.stream().mapToInt(s -> s.length).min().orElse(0)];
        Arrays.setAll(curve, t -> of.applyAsDouble(series.stream().mapToDouble(s -> s[t] / 1e6).toArray()));
        return curve;
    }

    private static JsonNode readJmh(Path file) {
        JsonNode json = Json.tree(file);
        if (!json.isArray()) {
            throw new UserError(file + ": neither a JMH result nor a result of this suite");
        }
        // it may be older than a parameter, as results are
        return ResultFolder.asRan(json);
    }

    private static Found ofJmh(JsonNode jmh) {
        Found found = new Found();
        for (JsonNode result : jmh) {
            Map<String, String> params = new LinkedHashMap<>();
            result.path("params").properties().forEach(p -> params.put(p.getKey(), p.getValue().asText()));
            JsonNode metric = result.path("primaryMetric");
            List<double[]> forks = new ArrayList<>();
            int iterations = 0;
            for (JsonNode fork : metric.path(metric.has(HISTOGRAM) ? HISTOGRAM : "rawData")) {
                iterations += fork.size();
                double[] ofFork = StreamSupport.stream(fork.spliterator(), false).mapToDouble(Side::score)
                        .filter(v -> v >= 0 && v < Double.POSITIVE_INFINITY).toArray();
                if (ofFork.length > 0) {
                    forks.add(ofFork);
                }
            }
            int left = iterations - forks.stream().mapToInt(f -> f.length).sum();
            String name = name(result.path("benchmark").asText("?"), params);
            if (!result.path("benchmark").isTextual() || forks.isEmpty()) {
                found.passedOver.add(name + ": " + (iterations == 0 ? "has no score of any iteration"
                        : !forks.isEmpty() ? "its benchmark has no name"
                        : "no score of its " + iterations + " iterations is a number of zero or more"));
                continue;
            }
            if (left > 0) {
                found.passedOver.add(name + ": " + left + " of " + iterations + " iterations, whose scores are no numbers of zero or more");
            }
            String mode = result.path("mode").asText("");
            double[][] scores = forks.toArray(double[][]::new);
            found.samples.add(new Samples(result.path("benchmark").asText(), mode, params, Condition.Known.of(params), scores,
                    Samples.best(scores, mode), metric.path("scoreUnit").asText(""), new double[0]));
        }
        return found;
    }

    /** An iteration's score: a number, or of a histogram [[value, how often], …] the mean, so that it stays one sample. */
    private static double score(JsonNode iteration) {
        if (!iteration.isArray()) {
            return iteration.asDouble(Double.NaN);
        }
        double sum = 0;
        double count = 0;
        for (JsonNode bucket : iteration) {
            sum += bucket.path(0).asDouble(Double.NaN) * bucket.path(1).asDouble(Double.NaN);
            count += bucket.path(1).asDouble(Double.NaN);
        }
        return sum / count;
    }
}
