package dev.kvbench.bench;

import java.io.Serializable;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.util.Multimap;

/** JMH's options: what its own parser does not tell of them, and what one run of JMH's gets of a run of many. */
final class JmhOptions {

    private JmhOptions() {}

    /**
     * JMH tells the values of a parameter whose name is known, and no names. Its own parser is asked all the same: an option's
     * value may stand behind a space, behind "=", or be written together with it.
     *
     * @param options JMH's options
     * @return names that {@code -p NAME=…} gave, known to a benchmark or not
     */
    static List<String> parameterNames(CommandLineOptions options) {
        try {
            Field params = CommandLineOptions.class.getDeclaredField("params");
            params.setAccessible(true);
            return ((Multimap<?, ?>) params.get(options)).keys().stream().map(String::valueOf).sorted().toList();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JMH keeps parameters elsewhere: " + e, e);
        }
    }

    /**
     * @param options JMH's options
     * @return where they want JMH's result, beside the result folder
     */
    static Optional<Path> resultFile(CommandLineOptions options) {
        return options.getResult().hasValue() || options.getResultFormat().hasValue()
                ? Optional.of(Path.of(options.getResult().orElse("jmh-result." + format(options).toString().toLowerCase(Locale.ROOT))))
                : Optional.empty();
    }

    static ResultFormatType format(CommandLineOptions options) {
        return options.getResultFormat().orElse(ResultFormatType.CSV);
    }

    /**
     * JMH adds the patterns of a parent to those of its child, so a child that runs one benchmark of several needs
     * a parent that names none; and it writes a result file after each configuration, over that of the one before.
     *
     * @param options JMH's options
     * @return the same, with no benchmark and no result file named
     */
    static Options ofOneConfiguration(Options options) {
        return (Options) Proxy.newProxyInstance(
                JmhOptions.class.getClassLoader(), new Class<?>[] {Options.class},
                new OfOneConfiguration(options));
    }

    /** JMH sends options to its forks. */
    private record OfOneConfiguration(Options options) implements InvocationHandler, Serializable {
        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws ReflectiveOperationException {
            return switch (method.getName()) {
                case "getIncludes" -> List.of();
                case "getResult", "getResultFormat" -> org.openjdk.jmh.util.Optional.none();
                default -> method.invoke(options, arguments);
            };
        }
    }
}
