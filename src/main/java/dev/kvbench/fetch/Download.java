package dev.kvbench.fetch;

import dev.kvbench.Progress;
import dev.kvbench.Reason;
import dev.kvbench.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.ToLongFunction;
import me.tongfei.progressbar.ProgressBar;

/**
 * Brings one file into a blob. What has come is kept in a file named .incomplete, from which a dropped connection, and the
 * next run too, go on. A blob appears when it is whole and its checksum is right.
 */
final class Download {

    private static final int FRUITLESS_ATTEMPTS = 5;
    private static final int CHUNK = 1 << 18;
    private static final long BAR_FROM = 10_000_000;

    private final HubClient hub;
    private final ToLongFunction<Path> freeSpace;

    /**
     * @param hub where files are from
     * @param freeSpace bytes that can be written to a folder
     */
    Download(HubClient hub, ToLongFunction<Path> freeSpace) {
        this.hub = hub;
        this.freeSpace = freeSpace;
    }

    /**
     * @param file what to bring
     * @param blob where to
     * @return what should be said about it; empty if everything is as it should be
     * @throws UserError if it cannot be brought; no blob is left then
     */
    Optional<String> to(HubClient.RemoteFile file, Path blob) {
        Path part = blob.resolveSibling(blob.getFileName() + ".incomplete");
        try {
            long there = there(part, file);
            long free = freeSpace.applyAsLong(blob.getParent());
            if (file.size() - there > free) {
                throw new UserError(file.name() + ": needs " + (file.size() - there) + " bytes, " + blob.getParent()
                        + " has " + free + " free; make room or set " + hub.site().placeVariable());
            }
            bring(file, part);
            return checked(file, part, blob);
        } catch (IOException e) {
            throw new UserError(file.name() + ": " + part + " cannot be written: " + Reason.of(e)
                    + "; the next fetch goes on from what is there", e);
        }
    }

    /** Bytes that earlier attempts left; more than the whole file are none of it. */
    private static long there(Path part, HubClient.RemoteFile file) throws IOException {
        if (!Files.exists(part)) {
            return 0;
        }
        long size = Files.size(part);
        if (file.size() >= 0 && size > file.size()) {
            Files.delete(part);
            return 0;
        }
        return size;
    }

    /** Opens the file again and again until it is whole; gives up when nothing more comes. */
    private void bring(HubClient.RemoteFile file, Path part) throws IOException {
        int fruitless = 0;
        try (ProgressBar bar = Progress.bytes(file.name(), Math.max(file.size(), 0), BAR_FROM);
                FileChannel out = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long furthest = out.size();
            while (out.size() < file.size() || file.size() < 0) {
                bar.stepTo(out.size());
                IOException dropped = null;
                try {
                    if (attempt(file, out, bar)) {
                        return;
                    }
                } catch (NetworkFailure e) {
                    dropped = e.getCause();
                }
                // a server that starts over again and again brings nothing new
                fruitless = out.size() > furthest ? 0 : fruitless + 1;
                furthest = Math.max(furthest, out.size());
                if (fruitless == FRUITLESS_ATTEMPTS) {
                    throw dropped != null && out.size() == 0 ? hub.unreachable(file.location(), dropped)
                            : new UserError(file.name() + ": the connection to " + file.location().getHost()
                                    + " drops after " + out.size() + " of " + file.size()
                                    + " bytes; the next fetch goes on from there");
                }
                if (out.size() < file.size() || file.size() < 0) {
                    hub.pause(fruitless + 1);
                }
            }
            out.force(true);
        }
    }

    /** Something between here and the hub failed, nothing on the disk. */
    private static final class NetworkFailure extends Exception {

        private static final long serialVersionUID = 1;

        NetworkFailure(IOException cause) {
            super(cause);
        }

        @Override
        public synchronized IOException getCause() {
            return (IOException) super.getCause();
        }
    }

    /** @return whether a file of unknown size came to its end */
    private boolean attempt(HubClient.RemoteFile file, FileChannel out, ProgressBar bar) throws IOException, NetworkFailure {
        HttpURLConnection connection;
        int status;
        try {
            connection = hub.open(file, out.size());
            status = connection.getResponseCode();
        } catch (IOException e) {
            throw new NetworkFailure(e);
        }
        if (status == 416 || status == 200 || status == 206 && !continues(connection, out.size())) {
            // the server gives the whole file, or another part of it: what is there is of no use
            out.truncate(0);
            bar.stepTo(0);
        }
        if (status != 200 && status != 206) {
            connection.disconnect();
            if (status == 401 || status == 403 || status == 404 || status == 410) {
                throw new UserError(file.name() + ": " + file.location().getHost() + " answers with status " + status);
            }
            return false;
        }
        if (status == 206 && out.size() == 0 && !continues(connection, 0)) {
            connection.disconnect();
            return false;
        }
        out.position(out.size());
        try (InputStream in = stream(connection)) {
            byte[] chunk = new byte[CHUNK];
            for (int n = read(in, chunk); n >= 0; n = read(in, chunk)) {
                if (file.size() >= 0 && out.size() + n > file.size()) {
                    out.truncate(0);
                    throw new UserError(file.name() + ": " + file.location().getHost() + " sends more than the " + file.size()
                            + " bytes that " + hub.site().name() + " says it has");
                }
                ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, n);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                bar.stepBy(n);
            }
        }
        return file.size() < 0;
    }

    private static boolean continues(HttpURLConnection connection, long from) {
        return String.valueOf(connection.getHeaderField("Content-Range")).startsWith("bytes " + from + "-");
    }

    private static InputStream stream(HttpURLConnection connection) throws NetworkFailure {
        try {
            return connection.getInputStream();
        } catch (IOException e) {
            throw new NetworkFailure(e);
        }
    }

    private static int read(InputStream in, byte[] chunk) throws NetworkFailure {
        try {
            return in.read(chunk);
        } catch (IOException e) {
            throw new NetworkFailure(e);
        }
    }

    /** Makes what has come the blob, if its checksum is right. */
    private Optional<String> checked(HubClient.RemoteFile file, Path part, Path blob) throws IOException {
        Optional<Checksum> kind = Checksum.of(file.etag());
        if (kind.isPresent()) {
            String found = kind.get().compute(part);
            if (!found.equals(file.etag())) {
                Files.delete(part);
                throw new UserError(file.name() + ": what came has the checksum " + found + ", " + hub.site().name()
                        + " says " + file.etag()
                        + "; it is not kept, fetch again");
            }
        }
        Files.move(part, blob, StandardCopyOption.ATOMIC_MOVE);
        return kind.isPresent() ? Optional.empty()
                : Optional.of(hub.site().name() + " gives no checksum that can be verified, only the tag " + file.etag());
    }
}
