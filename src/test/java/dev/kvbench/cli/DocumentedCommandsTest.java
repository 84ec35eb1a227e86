package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import dev.kvbench.bench.RunConfig;
import dev.kvbench.book.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command that the README and the book show is one of this program, by the parsers that the program itself uses. */
@Tag("unit")
class DocumentedCommandsTest {

    private static final Pattern PROFILE = Pattern.compile("(?<= )-P(\\S+)");
    private static final Pattern PROPERTY = Pattern.compile("(?<= )-D([\\w.]+)(?:=(\\S+))?");
    /** Properties of Maven's own plugins. */
    private static final Set<String> MAVENS = Set.of("skipTests", "groups", "test");
    private static final Set<String> LAYERS = Set.of("unit", "native", "browser", "gpu");

    @Test
    void commandsInFencesAreCommands() throws IOException {
        List<DocumentedCommand> commands = Page.withReadme().stream()
                .flatMap(page -> DocumentedCommand.inFences(page).stream()).toList();
        assertTrue(commands.size() > 40, "commands are found: " + commands.size());
        assertEquals(List.of(), commands.stream().flatMap(command -> command.problem().stream()).toList());
    }

    @Test
    void commandsInSentencesAreCommands() throws IOException {
        List<DocumentedCommand> commands = Page.withReadme().stream()
                .flatMap(page -> DocumentedCommand.inSentences(page).stream()).toList();
        assertTrue(commands.size() > 15, "commands are found: " + commands.size());
        assertEquals(List.of(), commands.stream().flatMap(command -> command.problem().stream()).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "java -jar target/benchmarks.jar run --confg sweep", "java -jar target/benchmarks.jar run --config swep",
        "java -jar target/benchmarks.jar run --config sweep -p windw=64", "java -jar target/benchmarks.jar run DecodeStep -p tokens=64",
        "java -jar target/benchmarks.jar run -wx 3", "java -jar target/benchmarks.jar DecodeLop", "kvbench-VERSION/bin/kvbench ruun",
        "java -jar target/benchmarks.jar compare results/A results/B --treshold 3", "java -jar target/benchmarks.jar baseline sav main",
        "java -jar target/benchmarks.jar render results/2020-01-01_00-00-00_00000000_none", "java -jar target/benchmarks.jar export A",
        "    run: java -jar target/benchmarks.jar generate --modle tiny | tee out", "mvn verify -Pbench -Djmh.args=\"-p windw=64\""})
    void whatIsNoCommandIsFound(String line) {
        Page page = new Page(Page.README, "text\n\n```\n" + line + "    # a comment\n```\n");
        List<DocumentedCommand> commands = DocumentedCommand.inFences(page);
        assertEquals(1, commands.size());
        assertTrue(commands.get(0).problem().isPresent(), line);
    }

    @Test
    void whatIsNoCommandIsFoundInSentencesToo() {
        Page page = new Page(Page.README, "Take `run --config sweep`, `run --config swep`, `-p model=x`, `-p modle=x` or `compare`.");
        assertEquals(List.of("README.md: `run --config swep`", "README.md: `-p modle=x`"), DocumentedCommand.inSentences(page).stream()
                .flatMap(command -> command.problem().stream()).map(problem -> problem.replaceFirst("`: .*", "`")).toList());
    }

    @Test
    void linesOfMavenNameWhatThePomHas() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        List<String> lines = Page.withReadme().stream().flatMap(page -> DocumentedCommand.ofMaven(page).stream()).toList();
        assertTrue(lines.size() > 5, "lines are found: " + lines);
        assertEquals(List.of(), lines.stream().flatMap(line -> ofMaven(line, pom).stream()).toList());
        assertEquals(List.of("-Pbnch", "-Djmh.cnfig", "-Djmh.config=swep", "-Dgroups=slowest"), Stream.of("mvn verify -Pbnch",
                "mvn verify -Pbench -Djmh.cnfig=sweep", "mvn verify -Pbench -Djmh.config=swep", "mvn test -Dgroups=slowest")
                .flatMap(line -> ofMaven(line, pom).stream()).toList(), "what the pom has not is found");
    }

    /** What a line names that the pom has not. */
    private static List<String> ofMaven(String line, String pom) {
        List<String> unknown = new ArrayList<>();
        Matcher profile = PROFILE.matcher(line);
        while (profile.find()) {
            if (!pom.contains("<id>" + profile.group(1) + "</id>")) {
                unknown.add(profile.group());
            }
        }
        Matcher property = PROPERTY.matcher(line);
        while (property.find()) {
            String name = property.group(1);
            if (!MAVENS.contains(name) && !pom.contains("<" + name + ">") && !pom.contains("<" + name + "/>")) {
                unknown.add("-D" + name);
            } else if (name.equals("jmh.config") && configuration(property.group(2)).isEmpty()
                    || name.equals("groups") && !LAYERS.contains(property.group(2))) {
                unknown.add(property.group());
            }
        }
        return unknown;
    }

    private static Optional<RunConfig> configuration(String name) {
        try {
            return Optional.of(RunConfig.read(name));
        } catch (UserError e) {
            return Optional.empty();
        }
    }
}
