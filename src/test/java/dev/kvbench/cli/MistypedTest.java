package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kvbench.host.Programs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What somebody in a hurry types: each time one line that says what was meant, and exit code 2. */
@Tag("native")
class MistypedTest {

    /** Words are parted by spaces, and EMPTY is an empty one. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "run --confg smoke | unknown option '--confg': did you mean '--config'? `run --help` lists all",
        "run --results=x --resme=y | unknown option '--resme': did you mean '--resume'?",
        "run -jvmArgApend -Xint | unknown option '-jvmArgApend': did you mean '-jvmArgsAppend'?",
        "run -xyz | unknown option '-xyz'; `run --help` lists all",
        "DecodeLoop --config smoke | --config: an option of `run`, which must stand first",
        "--config smoke | --config: an option of `run`, which must stand first",
        "run --config smoke --config sweep | --config: is there twice; name it once",
        "run -i 1 -i 2 | -i: is there twice; name it once",
        "run -i abc | -i abc: must be a whole number",
        "run -i -5 | -i -5: must be positive",
        "run -f -1 | -f -1: must be non-negative",
        "run -r 3parsecs | -r 3parsecs: must be a time, such as 100ms or 10s",
        "run -p | -p: needs a value",
        "run -p window | -p window: must be NAME=VALUE,…",
        "run -p window=abc | window=abc: must be a whole number of at least 1",
        "run -p window=-1 | window=-1: must be a whole number of at least 1",
        "generate --window 0 --model tiny --strategy window | window=0: must be a whole number of at least 1",
        "generate --heavy-hitters x | heavyHitters=x: must be a whole number of at least 0",
        "fetch libtorhc | 'libtorhc': did you mean `fetch libtorch`?",
        "export x --format cvs | unknown --format 'cvs': did you mean 'csv'? (known: github-action, ",
        "compare a b --sort chnage | unknown --sort 'chnage': did you mean 'change'? (known: result, change, p)",
        "run Eviction.score | no benchmark matches [Eviction.score]: did you mean 'EvictionBenchmark.score'?",
        "run -p attention=SDPA | unknown attention 'SDPA': did you mean 'sdpa'?",
        "run -gc maybe | -gc maybe: must be true or false",
        "run -foe=yes | -foe yes: must be true or false",
        "run -tu parsec | unknown -tu 'parsec' (known: m, s, ms, us, ns)",
        "run EMPTY | benchmark '': every one would match; name one, or leave the empty word out",
        "EMPTY | benchmark '': every one would match",
        "run --results EMPTY | --results '': must be the name of a file or folder; try `run --help`",
        "run -p model= | unknown model '' (known: tiny, ",
        "run -p weights= | unknown weights '' (known: auto, ",
        "decodeloop | no benchmark matches [decodeloop]: did you mean 'DecodeLoop'?",
        "help foo | unknown command 'foo' (known: run, ",
        "help run foo | unknown command 'foo'; there is none",
        "generate --model tiny --strategy foo | unknown strategy 'foo' (known: full, ",
        "compare a b --format pdf | unknown --format 'pdf' (known: text, ",
        "fetch tiny | model tiny: a shape for trying things, which has no trained weights; take weights=synthetic or another model",
        "quality --model tiny-llama | model tiny-llama: a shape for trying things, which has no trained weights; take weights=synthetic",
        "baseline sav x | unknown command 'sav': did you mean 'save'? (known: remove, save)",
        "compare a b c | 'c': one word too many; try `compare --help`",
        "compare EMPTY b | OLD '': an empty name is none of a result, a baseline or a commit",
        "compare ,b c | ',b': an empty name is none of a result, a baseline or a commit",
        "merge a --output m | RESULT: at least 2 are needed; try `merge --help`",
        "merge --output m a | RESULT: at least 2 are needed; try `merge --help`",
        "render EMPTY | RESULT '': must be the name of a file or folder",
        "generate --windw 3 | unknown option '--windw': did you mean '--window'?",
        "generate --windw=3 | unknown option '--windw': did you mean '--window'?",
        "generate --window EMPTY | window=: must be a whole number of at least 1",
        "generate --window -1 --model tiny | window=-1: must be a whole number of at least 1",
        "generate --tokens 3 --tokens 4 | --tokens: is there twice; name it once",
        "quality --heavy-hitters NaN | --heavy-hitters NaN: must be a whole number, or a fraction of the window below 1",
        "quality --probe --probe-texts 0 | --probe-texts 0 with --probe: must be at least 2"})
    void isOneLine(String words, String says) {
        List<String> typed = new ArrayList<>(List.of(words.split(" ")));
        typed.replaceAll(word -> word.equals("EMPTY") ? "" : word);
        Run run = Run.of(typed.toArray(String[]::new));
        assertEquals(2, run.exit(), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().startsWith("error: " + says), run.err());
    }

    /** Of the commit that is checked out; one that is not is built first. */
    @Test
    void aCommitWithoutAResultIsToldHowToGetOne(@TempDir Path results) {
        List<String> commits = Programs.output("git", "log", "-2", "--format=%H");
        assumeTrue(commits.size() == 2, "no repository");
        Run head = Run.of("compare", "HEAD", "HEAD", "--results", results.toString());
        assertTrue(head.err().matches("error: HEAD: no result of commit \\w{8} in \\S+; run it first: `[^&]* run`\n"), head.err());
        Run before = Run.of("compare", "HEAD~1", "HEAD", "--results", results.toString());
        String short8 = commits.get(1).substring(0, 8);
        assertTrue(before.err().contains("no result of commit " + short8) && before.err().contains("; run it first: `git checkout " + short8
                + " && mvn package -DskipTests && "), before.err());
    }
}
