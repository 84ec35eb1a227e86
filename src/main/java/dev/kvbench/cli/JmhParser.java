package dev.kvbench.cli;

import dev.kvbench.Suggestions;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.runner.options.WarmupMode;

/** JMH's parser of options, which says of a name that it does not know only how its own code failed. */
final class JmhParser {

    private static final Pattern NAMED = Pattern.compile("No enum constant [\\w.]*?([A-Z]\\w+)\\.(.*)", Pattern.DOTALL);
    private static final Pattern MODE = Pattern.compile("Unable to parse benchmark mode: \"(.*?)\"\n.*", Pattern.DOTALL);

    private static final Map<String, List<? extends Enum<?>>> NAMES = Map.of(
            "-v", List.of(VerboseMode.values()), "-rf", List.of(ResultFormatType.values()), "-wm", List.of(WarmupMode.values()));

    private JmhParser() {}

    /**
     * @param words JMH's options
     * @return what they say
     * @throws CommandLineOptionException if one of them is none of JMH's, or has a value that it does not take
     * @throws dev.kvbench.UserError if a value is none of the names that an option takes
     */
    static CommandLineOptions of(String... words) throws CommandLineOptionException {
        try {
            return new CommandLineOptions(words);
        } catch (CommandLineOptionException | IllegalStateException e) {
            Matcher mode = MODE.matcher(String.valueOf(e.getMessage()));
            if (mode.matches()) {
                throw Suggestions.unknown("-bm", mode.group(1), Stream.of(Mode.values()).map(Mode::shortLabel).toList());
            }
            Matcher named = NAMED.matcher(String.valueOf(e.getMessage()));
            if (named.matches()) {
                for (Map.Entry<String, List<? extends Enum<?>>> option : NAMES.entrySet()) {
                    if (option.getValue().get(0).getDeclaringClass().getSimpleName().equals(named.group(1))) {
                        throw Suggestions.unknown(option.getKey(), named.group(2), option.getValue().stream().map(Enum::name).toList());
                    }
                }
            }
            throw e;
        }
    }
}
