package dev.kvbench.cli;

import dev.kvbench.Shell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The help of a command, as all commands have it: what is typed, what that does, its parameters and options, and its subcommands
 * with a line each. Lines break at spaces alone, so that no name is taken apart.
 */
final class Usage {

    /** Columns of a line, at most. */
    static final int WIDTH = 100;

    private static final String INDENT = "  ";
    private static final String DEFAULT = "${DEFAULT-VALUE}";

    private Usage() {}

    /**
     * Gives a command and all below it this help.
     *
     * @param line a command with its subcommands
     * @return the same
     */
    static CommandLine of(CommandLine line) {
        return line.setHelpSectionKeys(List.of("all")).setHelpSectionMap(Map.of("all", help -> text(help.commandSpec())));
    }

    private static String text(CommandSpec command) {
        List<String> lines = new ArrayList<>(wrapped("Usage: ", command.qualifiedName(" ").replaceFirst("^\\S+", Shell.command())
                + " " + synopsis(command)));
        lines.add("");
        Stream.concat(Arrays.stream(command.usageMessage().header()), Arrays.stream(command.usageMessage().description()))
                .forEach(paragraph -> lines.addAll(wrapped("", paragraph.replace("%%", "%"))));
        Map<String, String> arguments = new LinkedHashMap<>();
        command.positionalParameters().forEach(p -> arguments.put(label(p), description(p)));
        command.options().forEach(o -> arguments.put(names(o), description(o)));
        section("", arguments, lines);
        Map<String, String> commands = new LinkedHashMap<>();
        command.subcommands().forEach((name, sub) -> commands.put(name, String.join(" ", sub.getCommandSpec().usageMessage().header())));
        section("Commands:", commands, lines);
        lines.addAll(MoreHelp.of(command.name()));
        return String.join(System.lineSeparator(), lines) + System.lineSeparator();
    }

    /** What follows the name: options that must be there by name, all others in a word. */
    private static String synopsis(CommandSpec command) {
        if (command.usageMessage().customSynopsis().length > 0) {
            return String.join(" ", command.usageMessage().customSynopsis());
        }
        Stream<String> required = command.options().stream().filter(OptionSpec::required).map(Usage::names);
        Stream<String> parameters = command.positionalParameters().stream().map(p -> p.required() ? label(p) : "[" + label(p) + "]");
        return Stream.of(Stream.of("[OPTION]…"), required, parameters,
                        command.subcommands().isEmpty() ? Stream.<String>empty() : Stream.of("[COMMAND]"))
                .flatMap(s -> s).collect(Collectors.joining(" "));
    }

    /** "--window=N,…". */
    private static String names(OptionSpec option) {
        return String.join(", ", option.names()) + (option.arity().max() == 0 ? "" : "=" + label(option));
    }

    private static String label(ArgSpec argument) {
        String label = argument.paramLabel();
        Class<?> type = argument.auxiliaryTypes().length == 0 ? argument.type() : argument.auxiliaryTypes()[0];
        String said = !label.startsWith("<") ? label : type == int.class || type == long.class || type == double.class ? "N" : "WORD";
        return said + (argument instanceof PositionalParamSpec && argument.arity().isVariable() ? "…" : "");
    }

    private static String description(ArgSpec argument) {
        return String.join(" ", argument.description()).replace(DEFAULT, String.valueOf(argument.defaultValue())).replace("%%", "%");
    }

    /**
     * Adds a section in two columns, with an empty line before it; nothing if there is nothing in it.
     *
     * @param head its title, or nothing
     * @param rows what is told of, and what is told of it
     * @param lines where to
     */
    static void section(String head, Map<String, String> rows, List<String> lines) {
        if (rows.isEmpty()) {
            return;
        }
        lines.add("");
        if (!head.isEmpty()) {
            lines.addAll(wrapped("", head));
        }
        int width = rows.keySet().stream().mapToInt(String::length).max().getAsInt();
        rows.forEach((name, text) -> lines.addAll(wrapped(INDENT + name + " ".repeat(width - name.length()) + INDENT, text)));
    }

    /** Lines of a text behind what stands before its first, each as far in. */
    private static List<String> wrapped(String before, String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder(before);
        for (String word : text.strip().split("\\s+")) {
            boolean begins = line.length() == before.length();
            if (!begins && line.length() + 1 + word.length() > WIDTH) {
                lines.add(line.toString());
                line = new StringBuilder(" ".repeat(before.length()));
                begins = true;
            }
            line.append(begins ? "" : " ").append(word);
        }
        lines.add(line.toString().stripTrailing());
        return lines;
    }
}
