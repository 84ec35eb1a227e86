package dev.kvbench.cli;

import dev.kvbench.Reason;
import dev.kvbench.Suggestions;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one line which parameter cannot be taken and what tells more. */
final class BadParameters implements IParameterExceptionHandler {

    private static final Map<Class<?>, String> EXPECTED = Map.of(
            int.class, "a whole number from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE,
            Integer.class, "a whole number from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE,
            long.class, "a whole number",
            double.class, "a number");

    @Override
    public int handleParseException(ParameterException e, String[] words) {
        CommandLine command = e.getCommandLine();
        String name = command.getCommandSpec().qualifiedName().replaceFirst("^\\S+ ?", "");
        command.getErr().println("error: " + said(e) + "; try `" + (name.isEmpty() ? "" : name + " ") + "--help`");
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static String said(ParameterException e) {
        ArgSpec argument = e.getArgSpec();
        if (argument != null && e.getValue() != null) {
            Class<?> type = argument.auxiliaryTypes()[0];
            if (EXPECTED.containsKey(type)) {
                return (argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel()) + " " + e.getValue()
                        + ": must be " + EXPECTED.get(type);
            }
        }
        if (e instanceof UnmatchedArgumentException unmatched && unmatched.isUnknownOption()) {
            return Suggestions.unknown("option", unmatched.getUnmatched().get(0),
                    e.getCommandLine().getCommandSpec().optionsMap().keySet()).getMessage();
        }
        return Reason.of(e).replaceFirst("\\.$", "");
    }
}
