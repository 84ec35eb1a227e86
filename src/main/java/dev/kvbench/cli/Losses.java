package dev.kvbench.cli;

import dev.kvbench.UserError;
import dev.kvbench.report.analysis.RateLosses;
import dev.kvbench.results.QualityFile;
import java.nio.file.Path;
import java.util.List;

/** The option {@code --quality}: results of {@code quality} whose losses rates are held against. */
final class Losses {

    private Losses() {}

    /**
     * @param results folders, or the JSON files in them
     * @return what they say
     * @throws UserError if one is no result of {@code quality}, or nothing was scored in it
     */
    static List<RateLosses.Source> read(List<Path> results) {
        return results.stream().map(path -> {
            Path file = QualityFile.in(path).orElseThrow(() -> new UserError("--quality " + path + ": no result of `quality`: give a folder"
                    + " that has a " + QualityFile.FILE));
            QualityFile quality = QualityFile.read(file);
            if (quality.configurations().isEmpty()) {
                throw new UserError("--quality " + path + ": nothing has been scored in it");
            }
            return new RateLosses.Source(String.valueOf(file.toAbsolutePath().normalize().getParent().getFileName()), quality);
        }).toList();
    }

    /**
     * @param results as they were given
     * @return what says that nothing here has rates
     */
    static UserError misplaced(List<Path> results) {
        return new UserError("--quality " + results.get(0) + ": is for results of Throughput, and none of these is one");
    }
}
