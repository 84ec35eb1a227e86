package dev.kvbench.bench;

import java.util.ArrayList;
import java.util.List;

/** What JMH's own parser does not tell of a command line. */
final class CommandLine {

    private CommandLine() {}

    /**
     * @param arguments the command line
     * @return names that {@code -p NAME=…} gave, known to a benchmark or not
     */
    static List<String> parameterNames(List<String> arguments) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i + 1 < arguments.size(); i++) {
            if (arguments.get(i).equals("-p") && arguments.get(i + 1).contains("=")) {
                names.add(arguments.get(i + 1).split("=", 2)[0]);
            }
        }
        return names;
    }
}
