package dev.kvbench.results;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.kvbench.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Joins results of a sweep that was split. */
public final class Merge {

    private Merge() {}

    /**
     * @param parts results that share a fingerprint and no configuration
     * @param into the folder to make
     * @return the joined result
     * @throws UserError if they do not fit together; nothing is written then
     * @throws IOException if it cannot be written
     */
    public static ResultFolder of(List<ResultFolder> parts, Path into) throws IOException {
        if (Files.exists(into)) {
            throw new UserError(into + ": is there already; name another folder");
        }
        List<StepsFile> files = parts.stream().map(ResultFolder::readSteps)
                .sorted(Comparator.comparing(StepsFile::created, Comparator.nullsFirst(Comparator.naturalOrder()))).toList();
        StepsFile first = files.get(0);
        Set<Object> seen = new HashSet<>();
        List<StepsFile.Configuration> configurations = new ArrayList<>();
        List<StepsFile.Failure> failures = new ArrayList<>();
        for (StepsFile file : files) {
            if (!file.fingerprint().equals(first.fingerprint())) {
                throw new UserError("these results cannot be one, since they differ: "
                        + differences(first.fingerprint(), file.fingerprint()) + "; draw them together with render, or compare them");
            }
            for (StepsFile.Configuration configuration : file.configurations()) {
                if (!seen.add(List.of(configuration.benchmark(), configuration.params()))) {
                    throw new UserError("two of these results have " + configuration.benchmark() + " " + configuration.params()
                            + "; pool them with compare instead");
                }
                configurations.add(configuration);
            }
            failures.addAll(file.failures() == null ? List.of() : file.failures());
        }
        ArrayNode jmh = Json.MAPPER.createArrayNode();
        for (ResultFolder part : parts) {
            if (part.hasJmh()) {
                part.readJmh().forEach(jmh::add);
            }
        }
        Path parent = into.toAbsolutePath().getParent();
        Files.createDirectories(parent);
        Path temporary = Files.createTempDirectory(parent, ".merging-");
        try {
            Json.write(temporary.resolve(ResultFolder.JMH_FILE), jmh);
            new ResultFolder(temporary).writeSteps(new StepsFile(first.schema(), first.version(), first.created(), first.command(),
                    first.units(), first.fingerprint(), configurations, failures.isEmpty() ? null : failures,
                    StepsFile.Drift.joined(files), null,
                    files.stream().map(StepsFile::turns).distinct().count() == 1 ? first.turns() : null));
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(temporary, into);
            return new ResultFolder(into);
        } finally {
            if (Files.exists(temporary)) {
                try (Stream<Path> left = Files.list(temporary)) {
                    for (Path file : left.toList()) {
                        Files.delete(file);
                    }
                }
                Files.delete(temporary);
            }
        }
    }

    /** Field by field: "commit 6d3b0d4f and 81bcad31". */
    private static String differences(Fingerprint one, Fingerprint other) {
        Map<String, Object> before = Json.MAPPER.convertValue(one, new TypeReference<>() {});
        Map<String, Object> after = Json.MAPPER.convertValue(other, new TypeReference<>() {});
        return Stream.concat(before.keySet().stream(), after.keySet().stream()).distinct()
                .filter(field -> !Objects.equals(before.get(field), after.get(field)))
                .map(field -> field + " " + value(field, before) + " and " + value(field, after))
                .collect(Collectors.joining(", "));
    }

    private static Object value(String field, Map<String, Object> of) {
        Object value = of.getOrDefault(field, "unknown");
        return field.equals("commit") ? Fingerprint.shortCommit(value.toString()) : value;
    }
}
