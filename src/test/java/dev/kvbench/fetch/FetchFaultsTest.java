package dev.kvbench.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A checkpoint fetched in foul weather: connections that drop, bytes that are not the hub's, disks that are full. */
@Timeout(120)
@Tag("unit")
class FetchFaultsTest extends HubOnThisMachine {

    @Test
    void aDroppedConnectionGoesOnWhereItStopped() throws IOException {
        hub.dropAfter = 20_000;
        hub.drops = 2;
        assertWhole(fetch());
        assertEquals(Arrays.asList(null, "bytes=20000-", "bytes=40000-"), hub.gets(WEIGHTS).stream().map(LocalHub.Request::range).toList());
    }

    @Test
    void aConnectionThatBringsNothingMoreIsOneLineAndTheNextFetchGoesOn() throws IOException {
        writePart(Arrays.copyOf(hub.files.get(WEIGHTS), 20_000));
        hub.dropAfter = 0;
        hub.drops = Integer.MAX_VALUE;
        assertRefused("the connection to 127.0.0.1 drops after 20000 of " + hub.files.get(WEIGHTS).length + " bytes");
        assertEquals(5, hub.gets(WEIGHTS).size());
        assertEquals(20_000, Files.size(part()));
        assertNothingHalf();
        hub.dropAfter = Integer.MAX_VALUE;
        hub.requests.clear();
        assertWhole(fetch());
        assertEquals(List.of("bytes=20000-"), hub.gets(WEIGHTS).stream().map(LocalHub.Request::range).toList());
    }

    @Test
    void aServerWithoutRangesStartsOver() throws IOException {
        writePart(Arrays.copyOf(hub.files.get(WEIGHTS), 1000));
        hub.ranges = false;
        assertWhole(fetch());
        assertEquals(1, hub.gets(WEIGHTS).size());
    }

    @Test
    void aServerThatGivesAnotherRangeIsNotBelieved() throws IOException {
        writePart(Arrays.copyOf(hub.files.get(WEIGHTS), 1000));
        hub.wrongRange = "bytes 999-2000/3000";
        assertWhole(fetch());
    }

    @Test
    void whatIsLeftOfAnotherFileIsNotKept() throws IOException {
        writePart(new byte[1000]);
        assertRefused("model.safetensors: what came has the checksum");
        assertNothingHalf();
        assertFalse(Files.exists(part()));
        assertWhole(fetch());
        Files.delete(blob(WEIGHTS));
        writePart(new byte[hub.files.get(WEIGHTS).length + 1]);
        assertWhole(fetch());
        Files.delete(blob(WEIGHTS));
        writePart(hub.files.get(WEIGHTS));
        hub.requests.clear();
        assertWhole(fetch());
        assertEquals(0, hub.gets(WEIGHTS).size(), "it was whole but for its name");
    }

    @ParameterizedTest
    @ValueSource(strings = {WEIGHTS, "config.json", "tokenizer.json"})
    void aWrongChecksumLeavesNothing(String file) throws IOException {
        hub.etags.put(file, hub.large(file) ? "a".repeat(64) : "a".repeat(40));
        assertRefused(file + ": what came has the checksum");
        assertFalse(Files.exists(blob(file)));
        assertFalse(Files.exists(Path.of(blob(file) + ".incomplete")));
        assertFalse(Files.exists(repository().resolve("refs/main")));
    }

    @Test
    void aChecksumOfAnotherKindIsSaidNotToBeVerified() throws IOException {
        hub.etags.put("tokenizer.json", "abc-123");
        assertWhole(fetch());
        assertTrue(said.stream().anyMatch(l -> l.startsWith("tokenizer.json: ")
                && l.contains("no checksum that can be verified")), said.toString());
    }

    @Test
    void moreOrLessThanTheHubSaysIsNotKept() throws IOException {
        hub.served = Arrays.copyOf(hub.files.get(WEIGHTS), hub.files.get(WEIGHTS).length + 10);
        assertRefused("sends more than the");
        assertNothingHalf();
        hub.served = Arrays.copyOf(hub.files.get(WEIGHTS), hub.files.get(WEIGHTS).length - 10);
        assertRefused("drops after");
        assertNothingHalf();
    }

    @Test
    void aFileOfUnknownSizeIsVerifiedByItsChecksum() throws IOException {
        hub.saysSize = false;
        assertWhole(fetch());
        Files.delete(blob(WEIGHTS));
        hub.served = Arrays.copyOf(hub.files.get(WEIGHTS), hub.files.get(WEIGHTS).length - 10);
        Files.delete(repository().resolve("refs/main"));
        Files.delete(repository().resolve("snapshots").resolve(hub.commit).resolve(WEIGHTS));
        assertRefused("what came has the checksum");
        assertNothingHalf();
    }

    @Test
    void aFullDiskIsOneLine() throws IOException {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.isWritable(full), "this system has no /dev/full");
        Files.createDirectories(part().getParent());
        Files.createSymbolicLink(part(), full);
        assertRefused("cannot be written: No space left on device");
        assertNothingHalf();
        assertEquals(1, hub.gets(WEIGHTS).size(), "a full disk is not tried again");
        Files.delete(part());
        assertWhole(fetch());
    }

    @Test
    void whatDoesNotFitIsNotBegun() throws IOException {
        UserError error = assertThrows(UserError.class, () ->
                new Fetch(environment(), said::add, Duration.ZERO, f -> 30_000).fetch("org/model", "main"));
        assertTrue(error.getMessage().startsWith("model.safetensors: needs " + hub.files.get(WEIGHTS).length + " bytes, "),
                error.getMessage());
        assertEquals(0, hub.gets(WEIGHTS).size());
        assertNothingHalf();
        writePart(Arrays.copyOf(hub.files.get(WEIGHTS), hub.files.get(WEIGHTS).length - 30_000));
        new Fetch(environment(), said::add, Duration.ZERO, f -> 30_000).fetch("org/model", "main");
    }

    @Test
    void aFolderThatCannotBeWrittenIsOneLine() throws IOException {
        Files.writeString(folder.resolve("file"), "");
        assertRefused("; make room there, or set HF_HOME to another place", "HF_HOME", folder.resolve("file").toString());
    }

    @Test
    void aBusyHubIsAskedAgain() throws IOException {
        hub.unavailable.set(3);
        assertWhole(fetch());
        hub.unavailable.set(100);
        assertRefused("the hub answers with status 503");
    }
}
