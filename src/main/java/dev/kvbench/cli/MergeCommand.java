package dev.kvbench.cli;

import dev.kvbench.UserError;
import dev.kvbench.results.Merge;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.Writable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code merge}: joins the shards of a sweep. */
@Command(name = "merge", header = "Joins results of one commit and machine type, such as shards.",
        description = "They share no configuration.")
final class MergeCommand implements Callable<Integer> {

    @Parameters(paramLabel = "RESULT", arity = "2..*", description = "folders of results/")
    private List<Path> parts;

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "the folder to make")
    private Path output;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "shows this")
    private boolean help;

    @Override
    public Integer call() throws IOException {
        List<ResultFolder> folders = parts.stream().map(ResultFolder::open).toList();
        if (folders.stream().map(f -> f.path().toAbsolutePath().normalize()).distinct().count() < folders.size()) {
            throw new UserError("merge: the same result is named twice");
        }
        if (!Files.exists(output)) {
            Writable.folder("--output", output);
        }
        return RunCommand.rendered(Merge.of(folders, output));
    }
}
