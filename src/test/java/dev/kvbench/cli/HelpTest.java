package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.bench.SuiteRunner;
import dev.kvbench.strategy.Strategies;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Help: the same by every way that leads to it, in lines that a terminal shows, with names in one piece. */
@Tag("native")
class HelpTest {

    private static final CommandLine COMMANDS = new CommandLine(new Main());

    private static String help(String... words) {
        Run run = Run.of(words);
        assertEquals(0, run.exit(), run.err());
        assertEquals("", run.err());
        return run.out();
    }

    static Stream<String> commands() {
        return Stream.concat(COMMANDS.getSubcommands().keySet().stream(), Stream.of("baseline save", "baseline remove"));
    }

    @Test
    void allWaysLeadToIt() {
        String all = help();
        for (String word : List.of("help", "--help", "-h")) {
            assertEquals(all, help(word), word);
        }
        assertTrue(all.startsWith("Usage: java -jar target/benchmarks.jar COMMAND | BENCHMARK"), all);
        for (String name : COMMANDS.getSubcommands().keySet()) {
            assertEquals(1, all.lines().filter(l -> l.matches("  " + name + " +[A-Z].{10,}\\.")).count(), name);
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aCommandsHelpIsOneWhateverIsTyped(String command) {
        String[] words = command.split(" ");
        String help = help(Stream.concat(Stream.of("help"), Stream.of(words)).toArray(String[]::new));
        assertEquals(help, help(Stream.concat(Stream.of(words), Stream.of("--help")).toArray(String[]::new)));
        assertEquals(help, help(Stream.concat(Stream.of(words), Stream.of("-h")).toArray(String[]::new)));
        assertEquals(help, help(Stream.concat(Stream.of("--help"), Stream.of(words)).toArray(String[]::new)));
        assertTrue(help.startsWith("Usage: java -jar target/benchmarks.jar " + command + " "), help);
        help.lines().forEach(line -> assertTrue(line.length() <= 100, line));
        assertFalse(help.contains("${") || help.contains("%%"), help);
    }

    /** What a description has in one piece stands in a line, whatever it is made of. */
    @ParameterizedTest
    @MethodSource("commands")
    void noWordIsTakenApart(String command) {
        CommandLine of = COMMANDS;
        for (String word : command.split(" ")) {
            of = of.getSubcommands().get(word);
        }
        List<String> shown = Pattern.compile("\\s+").splitAsStream(help(("help " + command).split(" "))).toList();
        Stream<String> said = Stream.concat(Stream.of(of.getCommandSpec().usageMessage().description()),
                of.getCommandSpec().args().stream().flatMap(a -> Stream.of(a.description())));
        said.flatMap(text -> Stream.of(text.split("\\s+"))).filter(word -> !word.contains("$") && !word.contains("%")).forEach(word ->
                assertTrue(shown.contains(word), word + " of " + command));
    }

    @Test
    void runTellsOfJmhsOptionsAndStrategies() {
        String help = help("run", "--help");
        assertEquals(help, help("DecodeLoop", "-h"), "what is no command is run by JMH's options");
        for (String option : List.of("--config=NAME", "-i <int>", "-p <param={v,}*>", "-jvmArgsAppend <string>", "-foe <bool>", "-lp")) {
            assertTrue(help.lines().anyMatch(l -> l.startsWith("  " + option + " ")), option);
        }
        for (String option : SuiteRunner.refusedOptions()) {
            assertTrue(JmhParser.options().keySet().stream().anyMatch(o -> o.startsWith(option + " ")), option + " is none of JMH's");
            assertFalse(help.lines().anyMatch(l -> l.startsWith("  " + option + " ")), option);
        }
        for (Strategies strategy : Strategies.values()) {
            assertTrue(help.lines().anyMatch(l -> l.matches("  " + strategy.label() + " +" + strategy.words())), strategy.label());
        }
    }

    @Test
    void defaultsAreTheSuitesNotJmhs() {
        String help = help("help", "run").replaceAll("\\s+", " ");
        for (String option : List.of("-f <int>", "-i <int>", "-wi <int>")) {
            assertTrue(help.matches(".* " + option + " [^<]*\\(default: the configuration's, of `default` \\d.*"), option + help);
        }
        assertTrue(help.contains("(default: the configuration's, of `default` 3, on a GPU 10)"), help);
        assertTrue(help.matches(".* -r <time> [^<]*\\(default: the benchmark's own: 100 ms, 1 s, 2 s\\).*"), help);
        assertFalse(help.contains("(default: 5)") || help.contains("(default: 10 s)") || help.contains("for all other modes"), help);
    }

    @ParameterizedTest
    @ValueSource(strings = {"generate", "quality"})
    void whatTakesAStrategyNamesAll(String command) {
        String help = help("help", command);
        Strategies.labels().forEach(name -> assertTrue(help.lines().anyMatch(l -> l.startsWith("  " + name + " ")), name));
    }
}
