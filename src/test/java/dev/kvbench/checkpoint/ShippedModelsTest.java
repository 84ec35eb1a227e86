package dev.kvbench.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import dev.kvbench.model.Dtype;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("native")
class ShippedModelsTest {

    @TempDir
    private Path folder;

    @Test
    void aModelInsideAJarIsWholeInAFolderOfItsOwn() throws IOException {
        Path model = TestCheckpoint.write(folder.resolve("m"), 1);
        List<String> files = List.of("config.json", "model.safetensors", "tokenizer.json");
        Path jar = folder.resolve("x.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (String file : files) {
                out.putNextEntry(new JarEntry("models/m/" + file));
                out.write(Files.readAllBytes(model.resolve(file)));
            }
        }
        Path extracted = ShippedModels.folder(URI.create("jar:" + jar.toUri() + "!/models/m/config.json").toURL());
        for (String file : files) {
            assertArrayEquals(Files.readAllBytes(model.resolve(file)), Files.readAllBytes(extracted.resolve(file)), file);
        }
        Checkpoint checkpoint = Checkpoint.open(extracted.toString());
        checkpoint.weights(Dtype.FP16, Device.cpu()).close();
        assertTrue(checkpoint.tokenizer().isPresent());
    }

    @Test
    void aModelOutsideAJarIsUsedWhereItIs() throws IOException {
        Path model = TestCheckpoint.write(folder.resolve("m"), 1);
        assertEquals(model, ShippedModels.folder(model.resolve("config.json").toUri().toURL()));
    }

    @Test
    void namesAreThoseThatAreThere() {
        for (String name : ShippedModels.names()) {
            assertTrue(Checkpoint.find(name).isPresent(), name);
        }
        assertTrue(ShippedModels.find("no-such-model").isEmpty());
        assertTrue(ShippedModels.find("../models").isEmpty());
    }
}
