package dev.kvbench.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import dev.kvbench.checkpoint.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A model on a hub on this machine, and what of it lies in a cache that is as Python's tools leave it. */
abstract class HubOnThisMachine {

    static final String WEIGHTS = "model.safetensors";

    @TempDir
    Path folder;

    final LocalHub hub = new LocalHub();
    final List<String> said = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void aModelOnTheHub() throws IOException {
        Path model = TestCheckpoint.write(folder.resolve("source"), 1);
        for (String file : List.of("config.json", WEIGHTS, "tokenizer.json")) {
            hub.files.put(file, Files.readAllBytes(model.resolve(file)));
        }
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    Map<String, String> environment(String... more) {
        Map<String, String> environment = new HashMap<>(Map.of("HF_ENDPOINT", hub.endpoint(), "HF_HOME", folder.resolve("hf").toString()));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return environment;
    }

    Path fetchOf(String name, String revision, String... more) {
        return new Fetch(environment(more), said::add, Duration.ZERO, f -> Long.MAX_VALUE).fetch(name, revision);
    }

    Path fetch(String... more) {
        return fetchOf(hub.repository, "main", more);
    }

    Path repository() {
        return folder.resolve("hf/hub/models--org--model");
    }

    Path blob(String file) {
        return repository().resolve("blobs").resolve(hub.etag(file));
    }

    Path part() {
        return Path.of(blob(WEIGHTS) + ".incomplete");
    }

    void assertRefused(String says, String... more) {
        UserError error = assertThrows(UserError.class, () -> fetch(more));
        assertTrue(error.getMessage().contains(says), error.getMessage());
        assertEquals(1, error.getMessage().lines().count(), error.getMessage());
    }

    /** Nothing is there under a name that says it is whole. */
    void assertNothingHalf() throws IOException {
        assertFalse(Files.exists(blob(WEIGHTS)));
        assertFalse(Files.exists(repository().resolve("snapshots").resolve(hub.commit).resolve(WEIGHTS), LinkOption.NOFOLLOW_LINKS));
        assertFalse(Files.exists(repository().resolve("refs/main")), "a branch points to a commit that is not there");
    }

    void assertWhole(Path snapshot) throws IOException {
        for (String file : hub.files.keySet()) {
            assertArrayEquals(hub.files.get(file), Files.readAllBytes(snapshot.resolve(file)), file);
        }
        assertEquals(hub.commit, Files.readString(repository().resolve("refs/main")));
        try (Stream<Path> blobs = Files.list(repository().resolve("blobs"))) {
            assertTrue(blobs.noneMatch(b -> b.toString().endsWith(".incomplete")), "something incomplete is left");
        }
    }

    void writePart(byte[] bytes) throws IOException {
        Files.createDirectories(part().getParent());
        Files.write(part(), bytes);
    }
}
