package dev.kvbench.cli;

import dev.kvbench.Suggestions;
import dev.kvbench.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.runner.options.WarmupMode;

/** JMH's parser of options, whose faults are said in the words that were typed, with what was meant. */
final class JmhParser {

    private static final String MORE = "; `run --help` tells more";

    private static final Map<String, List<? extends Enum<?>>> NAMES = Map.of(
            "-v", List.of(VerboseMode.values()), "-rf", List.of(ResultFormatType.values()), "-wm", List.of(WarmupMode.values()));

    /** What JMH reads as false where it is not true. */
    private static final Set<String> BOOLEAN = Set.of("gc", "si", "foe");
    private static final Pattern ASSIGNED = Pattern.compile("--?(\\w+)=(.*)", Pattern.DOTALL);
    private static final Pattern NAMED = Pattern.compile("No enum constant [\\w.]*?([A-Z]\\w+)\\.(.*)", Pattern.DOTALL);

    /** The space that JMH's help leaves for the name of an option. */
    private static final int NAME_COLUMNS = 30;

    private JmhParser() {}

    /**
     * @param own options that may stand among JMH's
     * @param words JMH's options
     * @return what they say
     * @throws UserError if one of them is none of JMH's, or has a value that it does not take
     */
    static CommandLineOptions of(Collection<String> own, String... words) {
        checkBooleans(words);
        try {
            CommandLineOptions options = new CommandLineOptions(words);
            if (options.getIncludes().contains("")) {
                throw new UserError("benchmark '': every one would match; name one, or leave the empty word out");
            }
            return options;
        } catch (CommandLineOptionException | IllegalStateException e) {
            throw fault(String.valueOf(e.getMessage()), own, words, e);
        }
    }

    private static void checkBooleans(String... words) {
        for (int i = 0; i < words.length; i++) {
            Matcher assigned = ASSIGNED.matcher(words[i]);
            String name = assigned.matches() ? assigned.group(1) : words[i].replaceFirst("^--?", "");
            String value = assigned.matches() ? assigned.group(2) : i + 1 < words.length ? words[i + 1] : "true";
            if (words[i].startsWith("-") && BOOLEAN.contains(name) && !value.equals("true") && !value.equals("false")) {
                throw new UserError("-" + name + " " + value + ": must be true or false");
            }
        }
    }

    private static UserError fault(String said, Collection<String> own, String[] words, Exception e) {
        Map<String, Function<MatchResult, UserError>> faults = new LinkedHashMap<>();
        faults.put("(.*) is not a recognized option", m -> unknown(m.group(1), own, words));
        faults.put("Option (\\S+) requires an argument", m -> new UserError(dashed(m) + ": needs a value" + MORE, e));
        faults.put("Found multiple arguments for option (\\S+), but .*",
                m -> new UserError(dashed(m) + ": is there twice; name it once", e));
        faults.put("Cannot parse argument '(.*)' of option (\\S+?)(?:\\. The given value .*? should be (.*))?", m ->
                new UserError("-" + m.group(2) + " " + m.group(1) + ": must be " + Optional.ofNullable(m.group(3))
                        .orElseGet(() -> kind(m.group(2))) + MORE, e));
        faults.put("Unable to parse parameter string \"(.*)\".*", m ->
                new UserError("-p " + m.group(1) + ": must be NAME=VALUE,…" + MORE, e));
        faults.put("Unknown time unit: (.*)", m -> Suggestions.unknown("-tu", m.group(1), List.of("m", "s", "ms", "us", "ns")));
        faults.put("Unable to parse benchmark mode: \"(.*?)\"\n.*", m ->
                Suggestions.unknown("-bm", m.group(1), Stream.of(Mode.values()).map(Mode::shortLabel).toList()));
        for (Map.Entry<String, Function<MatchResult, UserError>> fault : faults.entrySet()) {
            Matcher matcher = Pattern.compile(fault.getKey(), Pattern.DOTALL).matcher(said);
            if (matcher.matches()) {
                return fault.getValue().apply(matcher);
            }
        }
        Matcher named = NAMED.matcher(said);
        if (named.matches()) {
            for (Map.Entry<String, List<? extends Enum<?>>> option : NAMES.entrySet()) {
                if (option.getValue().get(0).getDeclaringClass().getSimpleName().equals(named.group(1))) {
                    return Suggestions.unknown(option.getKey(), named.group(2), option.getValue().stream().map(Enum::name).toList());
                }
            }
        }
        return new UserError(said + MORE, e);
    }

    private static String dashed(MatchResult option) {
        return "-" + option.group(1);
    }

    private static String kind(String option) {
        String said = options().keySet().stream().filter(o -> o.startsWith("-" + option + " ")).findFirst().orElse("");
        return said.endsWith("<int>") ? "a whole number" : said.endsWith("<time>") ? "a time, such as 100ms or 10s" : "another value";
    }

    /** JMH names it without what stands before it. */
    private static UserError unknown(String name, Collection<String> own, String... words) {
        String typed = Stream.of(words).filter(w -> w.matches("--?" + Pattern.quote(name) + ".*")).findFirst().orElse("-" + name)
                .replaceFirst("=.*", "");
        if (own.isEmpty() && RunCommand.options().contains(typed)) {
            return new UserError(typed + ": an option of `run`, which must stand first");
        }
        Optional<String> near = Suggestions.closest(typed, Stream.concat(own.stream(),
                options().keySet().stream().map(o -> o.split(" ")[0])).toList());
        // as many letters as these are near to anything
        Optional<String> meant = typed.replace("-", "").length() < 3 ? Optional.empty() : near;
        return new UserError("unknown option '" + typed + "'" + meant.map(m -> ": did you mean '" + m + "'?").orElse(";")
                + " `run --help` lists all");
    }

    /** @return JMH's options as its own help has them, "-i &lt;int&gt;", and what that says of each */
    static Map<String, String> options() {
        PrintStream out = System.out;
        ByteArrayOutputStream help = new ByteArrayOutputStream();
        System.setOut(new PrintStream(help, true, StandardCharsets.UTF_8));
        try {
            new CommandLineOptions().showHelp();
        } catch (IOException | CommandLineOptionException e) {
            throw new UncheckedIOException(new IOException(e));
        } finally {
            System.setOut(out);
        }
        Map<String, String> options = new LinkedHashMap<>();
        String last = null;
        for (String line : help.toString(StandardCharsets.UTF_8).lines().toList()) {
            if (line.startsWith("  -") && line.length() > NAME_COLUMNS) {
                last = line.substring(0, NAME_COLUMNS).strip();
                options.put(last, line.substring(NAME_COLUMNS).strip());
            } else if (last != null && !line.isBlank()) {
                options.merge(last, line.strip(), (before, more) -> before + " " + more);
            }
        }
        return options;
    }
}
