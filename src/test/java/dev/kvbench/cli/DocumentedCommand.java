package dev.kvbench.cli;

import dev.kvbench.UserError;
import dev.kvbench.bench.RunConfig;
import dev.kvbench.book.Page;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine;

/**
 * A command line of this program that a page shows, in a fence of its own or in a sentence.
 *
 * @param page that shows it
 * @param words its arguments
 * @param whole whether it can be typed as it stands: in a sentence an option or argument may be left out
 * @param promised the exit code that a fence headed {@code <!-- tried -->} promises, 0 unless it says another; null elsewhere
 */
record DocumentedCommand(Path page, List<String> words, boolean whole, Integer promised) {

    private static final Pattern FENCE =
            Pattern.compile("(?m)^(?:<!-- tried(?:: exit code (\\d))?( )-->\\n)?( *)```[^\\n]*\\n(.*?)^\\3```", Pattern.DOTALL);
    private static final Pattern CALL = Pattern.compile("(?:java -jar target/benchmarks\\.jar|(?<=^|[\\s/])bin/kvbench)(?= |$)(.*)");
    private static final Pattern ARGUMENTS = Pattern.compile("-Djmh\\.args=\"([^\"]*)\"");
    private static final Pattern CODE = Pattern.compile("(?<!`)`([^`\\n]+)`(?!`)");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|[^\\s\"]+");
    /** Where a shell takes over, or a comment begins. */
    private static final Set<String> ENDS = Set.of("|", "||", "&&", ";", ">", "#");
    private static final Pattern PLACEHOLDER = Pattern.compile("[A-Z][A-Z0-9_]*(?:\\.\\w+)?");

    /** @return what a page shows in fences */
    static List<DocumentedCommand> inFences(Page page) {
        List<DocumentedCommand> commands = new ArrayList<>();
        FENCE.matcher(page.text()).results().forEach(fence -> fence.group(4).lines().forEach(line -> {
            Integer promised = fence.group(2) == null ? null : fence.group(1) == null ? 0 : Integer.valueOf(fence.group(1));
            call(line).ifPresent(words -> commands.add(new DocumentedCommand(page.file(), words, true, promised)));
        }));
        return commands;
    }

    /** @return what a page shows in sentences and tables: a subcommand with its arguments, or a parameter with its values */
    static List<DocumentedCommand> inSentences(Page page) {
        Set<String> names = new CommandLine(new Main()).getSubcommands().keySet();
        List<DocumentedCommand> commands = new ArrayList<>();
        for (MatchResult code : CODE.matcher(FENCE.matcher(page.text()).replaceAll("")).results().toList()) {
            List<String> words = words(code.group(1).replaceAll("[\\[\\]]", ""));
            if (words.size() > 1 && !code.group(1).contains("…") && (names.contains(words.get(0)) || words.get(0).equals("-p"))) {
                commands.add(new DocumentedCommand(page.file(), words, false, null));
            }
        }
        return commands;
    }

    /** @return Maven's lines in a page's fences */
    static List<String> ofMaven(Page page) {
        return FENCE.matcher(page.text()).results().flatMap(fence -> fence.group(4).lines())
                .map(line -> line.replaceFirst("\\s#.*", "").strip()).filter(line -> line.startsWith("mvn ")).toList();
    }

    private static Optional<List<String>> call(String line) {
        Matcher call = CALL.matcher(line);
        Matcher arguments = ARGUMENTS.matcher(line);
        if (arguments.find()) {
            List<String> words = new ArrayList<>(List.of("run"));
            words.addAll(words(arguments.group(1)));
            return Optional.of(words);
        }
        return call.find() ? Optional.of(words(call.group(1))) : Optional.empty();
    }

    static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(line);
        while (word.find() && !ENDS.contains(word.group())) {
            words.add(word.group(1) == null ? word.group() : word.group(1));
        }
        return words;
    }

    /** @return whether a reader puts something of their own into it */
    boolean hasPlaceholder() {
        return words.stream().flatMap(word -> List.of(word.split("[=,/]")).stream())
                .anyMatch(part -> PLACEHOLDER.matcher(part).matches())
                || words.stream().anyMatch(word -> word.contains("/path/to/"));
    }

    /** @return what keeps this from being a command of this program, in its own words; empty if nothing does */
    Optional<String> problem() {
        return words.stream().flatMap(word -> List.of(word.split(",")).stream())
                .filter(part -> part.startsWith("results/") && !PLACEHOLDER.matcher(part.substring("results/".length())).matches())
                .filter(part -> !Files.exists(Path.of(part))).findFirst().map(part -> part + ": no such result").or(this::misfit)
                .map(why -> page + ": `" + String.join(" ", words) + "`: " + why);
    }

    private Optional<String> misfit() {
        try {
            CommandLine line = new CommandLine(new Main());
            if (words.isEmpty() || !words.get(0).startsWith("--") && !line.getSubcommands().containsKey(words.get(0))) {
                return ofJmh(words, List.of());
            }
            CommandLine.ParseResult parsed = line.parseArgs(words.toArray(String[]::new));
            if (!words.get(0).equals("run")) {
                return Optional.empty();
            }
            String config = parsed.subcommand().matchedOptionValue("--config", "default");
            return ofJmh(parsed.subcommand().unmatched(),
                    PLACEHOLDER.matcher(config).matches() ? List.of() : RunConfig.read(config).include());
        } catch (CommandLine.MissingParameterException e) {
            return whole ? Optional.of(e.getMessage()) : Optional.empty();
        } catch (CommandLine.ParameterException | CommandLineOptionException | UserError e) {
            return Optional.of(e.getMessage());
        }
    }

    /** The benchmarks are those that the words name, else those of the configuration, else all. */
    private static Optional<String> ofJmh(List<String> words, List<String> configured) throws CommandLineOptionException {
        CommandLineOptions options = JmhParser.of(Set.of(), words.toArray(String[]::new));
        OutputFormat silent = OutputFormatFactory.createFormatInstance(System.err, VerboseMode.SILENT);
        Set<BenchmarkListEntry> found = BenchmarkList.defaultList().find(
                silent, options.getIncludes().isEmpty() ? configured : options.getIncludes(), List.of());
        if (found.isEmpty()) {
            return Optional.of("no benchmark " + options.getIncludes());
        }
        Set<String> known = new HashSet<>();
        found.stream().map(entry -> entry.getParams().orElse(Map.of()).keySet()).forEach(known::addAll);
        return names(words).stream().filter(name -> !known.contains(name) && !PLACEHOLDER.matcher(name).matches()).findFirst()
                .map(name -> "no parameter " + name);
    }

    private static Collection<String> names(List<String> words) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i + 1 < words.size(); i++) {
            if (words.get(i).equals("-p")) {
                names.add(words.get(i + 1).split("=")[0]);
            }
        }
        return names;
    }
}
