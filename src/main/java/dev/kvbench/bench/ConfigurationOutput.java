package dev.kvbench.bench;

import dev.kvbench.Reason;
import dev.kvbench.torch.TorchErrors;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.runner.IterationType;
import org.openjdk.jmh.runner.format.OutputFormat;

/**
 * JMH's console output of one configuration, without the header and the closing table that a run of many would repeat; and
 * why the configuration failed, which JMH tells nowhere else.
 */
final class ConfigurationOutput {

    /** Lines of every run of JMH's; its lock is ignored since the whole run holds it. */
    private static final List<String> REPEATED = List.of("# Run progress", "# WARNING: JMH lock is ignored");

    private static final String DIED = "forked VM failed";

    /** What JMH says of a process that the kernel ended. */
    private static final Pattern KILLED = Pattern.compile(DIED + " with exit code 137");

    private final OutputFormat jmhs;
    private final Consumer<String> iterationDone;
    private final String sizes;
    private String reason;
    private MostSequences.Outcome wanted;

    /**
     * @param jmhs JMH's own output
     * @param iterationDone told after every iteration, warm-up or not, what it measured
     * @param sizes the parameters that say how much memory it takes, in words
     */
    ConfigurationOutput(OutputFormat jmhs, Consumer<String> iterationDone, String sizes) {
        this.sizes = sizes;
        this.jmhs = jmhs;
        this.iterationDone = iterationDone;
    }

    /** @return the output to give to JMH */
    OutputFormat format() {
        return (OutputFormat) Proxy.newProxyInstance(ConfigurationOutput.class.getClassLoader(),
                new Class<?>[] {OutputFormat.class}, (proxy, method, args) -> printed(method, args));
    }

    /** @return why the configuration failed, in one line: the first reason that was printed, if one was */
    Optional<String> reason() {
        return Optional.ofNullable(reason);
    }

    /** @return how memory was too small, if that is what failed */
    Optional<MostSequences.Outcome> wantedMemory() {
        return Optional.ofNullable(wanted);
    }

    private Object printed(Method method, Object[] args) throws Throwable {
        boolean repeated = method.getName().equals("startRun") || method.getName().equals("endRun")
                || args != null && args.length == 1 && REPEATED.stream().anyMatch(String.valueOf(args[0])::startsWith);
        if (repeated) {
            return null;
        }
        if (method.getName().equals("println") && args != null && reason == null) {
            reason = reason(String.valueOf(args[0])).orElse(null);
            wanted = reason == null ? null : KILLED.matcher(reason).matches() ? MostSequences.Outcome.KILLED
                    : TorchErrors.wantsMemory(String.valueOf(args[0])) ? MostSequences.Outcome.OUT_OF_MEMORY : null;
        } else if (method.getName().equals("println") && args != null && wanted == null && reason.startsWith(DIED)
                // behind it stands what it printed last
                && TorchErrors.wantsMemory(String.valueOf(args[0]))) {
            wanted = MostSequences.Outcome.OUT_OF_MEMORY;
        }
        try {
            Object result = method.invoke(jmhs, args);
            if (method.getName().equals("iterationResult")) {
                iterationDone.accept(measured((IterationParams) args[1], (IterationResult) args[3]));
            }
            return result;
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static String measured(IterationParams params, IterationResult result) {
        return result.getPrimaryResult() + (params.getType() == IterationType.WARMUP ? ", warm-up" : "");
    }

    /** What JMH prints of a failure: a crashed fork's exit code, or an exception with what caused it. */
    private Optional<String> reason(String printed) {
        if (printed.startsWith("<" + DIED)) {
            return Optional.of(printed.replaceAll("[<>]", ""));
        }
        if (!printed.contains("\tat ")) {
            return Optional.empty();
        }
        Optional<String> torchs = TorchErrors.outOfMemory(printed).map(why -> TorchErrors.lower(sizes, why))
                .or(() -> TorchErrors.inScript(printed));
        if (torchs.isPresent()) {
            return torchs;
        }
        List<String> lines = printed.lines().map(String::strip).toList();
        return Stream.concat(lines.stream().filter(l -> l.startsWith("Suppressed: ") || l.startsWith("Caused by: ")), lines.stream())
                .map(l -> Reason.said(l.replaceFirst("^(Suppressed|Caused by): ", "")))
                .filter(l -> !l.isEmpty())
                // this project's own errors say all there is to say
                .map(l -> l.replaceFirst("^dev\\.kvbench\\.[\\w.$]+: ", ""))
                .findFirst();
    }
}
