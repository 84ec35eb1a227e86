package dev.kvbench.cli;

import dev.kvbench.bench.OwnDefaults;
import dev.kvbench.bench.SuiteRunner;
import dev.kvbench.strategy.Strategies;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;

/** What a command's help says behind its options. */
final class MoreHelp {

    private static final Set<String> OF_STRATEGIES = Set.of("run", "generate", "quality");

    private static final String JMHS_DEFAULT = "\\(default: [^)]*\\)";

    private MoreHelp() {}

    /**
     * @param command its name
     * @return lines, none of most commands
     */
    static List<String> of(String command) {
        List<String> lines = new ArrayList<>();
        if (command.equals("run")) {
            Map<String, String> options = new LinkedHashMap<>(JmhParser.options());
            options.remove("-h");
            options.keySet().removeIf(option -> SuiteRunner.refusedOptions().contains(option.split(" ")[0]));
            options.replaceAll((option, text) -> option.startsWith("-p ")
                    ? "Values of a parameter, as in -p window=64,128; `-lp` lists all parameters with their own values." : text);
            OwnDefaults.ofOptions().forEach((option, own) -> options.replaceAll((name, text) -> name.startsWith(option + " ")
                    ? text.replaceFirst(JMHS_DEFAULT, Matcher.quoteReplacement("(default: " + own + ")")) : text));
            Usage.section("Options of JMH (" + String.join(", ", SuiteRunner.refusedOptions()) + " would spoil a result and are refused):",
                    options, lines);
        }
        if (OF_STRATEGIES.contains(command)) {
            Map<String, String> strategies = new LinkedHashMap<>();
            List.of(Strategies.values()).forEach(s -> strategies.put(s.label(), s.words()));
            Usage.section("Strategies:", strategies, lines);
        }
        return lines;
    }
}
