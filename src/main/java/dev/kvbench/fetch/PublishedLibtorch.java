package dev.kvbench.fetch;

import dev.kvbench.ForeignText;
import dev.kvbench.Reason;
import dev.kvbench.UserError;
import dev.kvbench.torch.LibtorchFolder;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The libtorch with CUDA where DJL publishes it: an index of all files of a release, and each file as gzip. The layout is that
 * of DJL 0.36, ai.djl.pytorch.jni.LibUtils.downloadPyTorch; that method cannot go on with what was interrupted, asks no proxy of
 * the environment, and takes the flavor of the CUDA runtime that it finds, which a machine with a driver alone has not.
 */
final class PublishedLibtorch {

    /** The platform in DJL's words. */
    static final String PLATFORM = "linux-x86_64";

    /** The environment variable with the address of a mirror. */
    static final String VARIABLE = "KVBENCH_LIBTORCH_URL";

    private static final String DJL = "https://publish.djl.ai/pytorch";
    private static final Pattern LINE = Pattern.compile("[A-Za-z0-9/._%+-]+");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._+-]*");
    private static final int LENGTH_BYTES = 4;

    private final HubClient client;
    private final URI index;

    /**
     * @param environment environment variables: KVBENCH_LIBTORCH_URL and proxies
     * @param release the libtorch wanted
     * @param pause before the first repetition of what failed
     */
    PublishedLibtorch(Map<String, String> environment, String release, Duration pause) {
        URI endpoint = Site.endpoint(environment, VARIABLE, "a copy of DJL's PyTorch files", DJL);
        client = new HubClient(
                new Site("the server", endpoint, Optional.empty(), new Proxies(environment), VARIABLE, "DJL_CACHE_DIR"), pause);
        index = URI.create(endpoint + "/" + release + "/files.txt");
    }

    /**
     * A file as it is published.
     *
     * @param name its name once it is unpacked
     * @param remote the file as gzip
     * @param unpacked bytes once it is unpacked, as the gzip says; negative where the server gives no part of a file
     */
    record Packed(String name, HubClient.RemoteFile remote, long unpacked) {

        /** Brings it into a folder; its name appears there when it is whole and gzip's checksum and length are right. */
        void bring(Download download, Path folder) throws IOException {
            Path packed = folder.resolve(remote.name());
            if (!Files.exists(packed)) {
                download.to(remote, packed);
            }
            Path part = folder.resolve(name + ".part");
            try (InputStream in = new GZIPInputStream(Files.newInputStream(packed), 1 << 16)) {
                Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            } catch (ZipException | EOFException e) {
                Files.delete(packed);
                throw new UserError(remote.name() + ": what came is damaged: " + Reason.of(e) + "; it is not kept, fetch again", e);
            }
            Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            Files.delete(packed);
        }
    }

    /** @return what files are asked by */
    HubClient client() {
        return client;
    }

    /** @return where the list of all files is */
    URI index() {
        return index;
    }

    /**
     * @return the files of the libtorch with CUDA
     * @throws UserError if the server does not have them
     */
    List<Packed> files() {
        String start = LibtorchFolder.CUDA_FLAVOR + "/" + PLATFORM + "/";
        List<Packed> files = new ArrayList<>();
        for (String line : client.text(index).lines().map(String::strip).toList()) {
            if (line.startsWith(start) && line.endsWith(".gz")) {
                HubClient.RemoteFile remote = client.plain(index.resolve(line), name(line));
                files.add(new Packed(remote.name().replaceFirst("\\.gz$", ""), remote, unpacked(remote)));
            }
        }
        if (files.isEmpty()) {
            throw new UserError(index + ": lists no file of " + start + "; check " + VARIABLE);
        }
        return files;
    }

    /** A file's name out of the index: nothing that could be a path. */
    private String name(String line) {
        try {
            String name = URLDecoder.decode(line.substring(line.lastIndexOf('/') + 1).replace("+", "%2B"), StandardCharsets.UTF_8);
            if (LINE.matcher(line).matches() && NAME.matcher(name).matches()) {
                return name;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new UserError(index + ": lists " + ForeignText.quoted(line) + ", which is no file's name; check " + VARIABLE);
    }

    /** The last four bytes of a gzip are the length of its content. */
    private long unpacked(HubClient.RemoteFile file) {
        try {
            HttpURLConnection connection = client.open(file, Math.max(0, file.size() - LENGTH_BYTES));
            try {
                if (connection.getResponseCode() != HttpURLConnection.HTTP_PARTIAL) {
                    return -1;
                }
                byte[] length = connection.getInputStream().readNBytes(LENGTH_BYTES);
                return length.length < LENGTH_BYTES ? -1
                        : Integer.toUnsignedLong(ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getInt());
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            // only the forecast of the room it takes depends on it
            return -1;
        }
    }
}
