package dev.kvbench.cli;

import dev.kvbench.Reason;
import dev.kvbench.Suggestions;
import dev.kvbench.strategy.Parameter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one line which parameter cannot be taken and what tells more. */
final class BadParameters implements IParameterExceptionHandler {

    private static final Map<Class<?>, String> EXPECTED = Map.of(
            int.class, "a whole number from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE,
            Integer.class, "a whole number from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE,
            long.class, "a whole number",
            double.class, "a number",
            Path.class, "the name of a file or folder");

    private static final Pattern TOO_FEW = Pattern.compile(".*\\((\\S+)\\) requires at least (\\d+) values, .*");
    private static final Pattern OPTION_INSTEAD = Pattern.compile(
            "Expected parameter \\d+ \\(of (\\d+) mandatory parameters\\) for .*\\((\\S+)\\) but found .*");

    @Override
    public int handleParseException(ParameterException e, String[] words) {
        CommandLine command = e.getCommandLine();
        String name = command.getCommandSpec().qualifiedName().replaceFirst("^\\S+ ?", "");
        command.getErr().println("error: " + said(e) + "; try `" + (name.isEmpty() ? "" : name + " ") + "--help`");
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    /** "--heavy-hitters" is the parameter heavyHitters. */
    private static Optional<Parameter> parameter(String option) {
        return Parameter.of(Pattern.compile("-(\\w)").matcher(option.replaceFirst("^--", ""))
                .replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT)));
    }

    /** @return what is wrong, in a line without an end */
    static String said(ParameterException e) {
        ArgSpec argument = e.getArgSpec();
        if (argument != null && e.getValue() != null) {
            Class<?> type = argument.auxiliaryTypes()[0];
            if (EXPECTED.containsKey(type)) {
                String name = argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
                // a number out of the strategies' parameters says the same here as behind -p
                String expected = type == double.class ? EXPECTED.get(type) : parameter(name)
                        .map(p -> "a whole number of at least " + p.least()).orElse(EXPECTED.get(type));
                return name + " " + (e.getValue().isEmpty() ? "''" : e.getValue()) + ": must be " + expected;
            }
        }
        if (e instanceof UnmatchedArgumentException unmatched) {
            String word = unmatched.getUnmatched().get(0);
            if (unmatched.isUnknownOption()) {
                // as it was typed, but for its value
                return Suggestions.unknown("option", word.replaceFirst("=.*", ""),
                        e.getCommandLine().getCommandSpec().optionsMap().keySet()).getMessage();
            }
            Set<String> commands = e.getCommandLine().getSubcommands().keySet();
            return commands.isEmpty() ? "'" + word + "': one word too many"
                    : Suggestions.unknown("command", word, commands).getMessage();
        }
        if (e instanceof OverwrittenOptionException twice && twice.getOverwritten() instanceof OptionSpec option) {
            return option.longestName() + ": is there twice; name it once";
        }
        Matcher few = TOO_FEW.matcher(Reason.of(e));
        Matcher instead = OPTION_INSTEAD.matcher(Reason.of(e));
        if (few.matches()) {
            return few.group(1) + ": at least " + few.group(2) + " are needed";
        }
        if (instead.matches()) {
            return instead.group(2) + ": at least " + instead.group(1) + " are needed";
        }
        return Reason.of(e).replaceFirst("\\.$", "");
    }
}
