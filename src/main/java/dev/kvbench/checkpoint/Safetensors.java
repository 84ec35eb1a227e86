package dev.kvbench.checkpoint;

import dev.kvbench.ForeignText;
import dev.kvbench.Reason;
import dev.kvbench.StandIn;
import dev.kvbench.UserError;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A file in the safetensors format: an 8-byte little-endian header length, a JSON header that gives every
 * tensor's dtype, shape and byte range, then the bytes. Files may be hostile: sizes are checked against the file's own
 * before anything is allocated, and tensors are mapped, never copied.
 *
 * <p>Source: the format description in the safetensors project's README.
 */
public final class Safetensors implements AutoCloseable {

    /** The format's own limit. */
    private static final long MAX_HEADER = 100_000_000;

    /**
     * A tensor of the file.
     *
     * @param name its name
     * @param type element type
     * @param shape its sizes, row-major; none for a scalar
     * @param begin first byte, counted from the end of the header
     * @param end byte after the last
     */
    public record Tensor(String name, StoredType type, List<Long> shape, long begin, long end) {

        /** @return bytes it takes */
        public long size() {
            return end - begin;
        }
    }

    private final Path file;
    private final FileChannel channel;
    private final long dataStart;
    private final Map<String, Tensor> tensors;

    /**
     * @param file the file
     * @throws UserError if it cannot be read or is not a well-formed safetensors file
     */
    public Safetensors(Path file) {
        this.file = file;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be opened: " + Reason.of(e), e);
        }
        try {
            long size = channel.size();
            if (size < 8) {
                throw new UserError(file + ": " + StandIn.inBinary(file).orElse("not a safetensors file: it has " + size + " bytes"));
            }
            long header = read(0, 8).getLong();
            if (header < 2 || header > MAX_HEADER || header > size - 8) {
                throw new UserError(file + ": " + StandIn.inBinary(file).orElseGet(() -> "not a safetensors file: header length "
                        + Long.toUnsignedString(header)
                                + " in a file of " + size + " bytes" + (header >= 2 && header <= MAX_HEADER
                                        ? ", which may be cut off; copy or fetch it again" : "")));
            }
            dataStart = 8 + header;
            tensors = SafetensorsHeader.parse(file, read(8, (int) header).array(), size - dataStart);
        } catch (IOException e) {
            close();
            throw new UserError(file + ": cannot be read: " + Reason.of(e), e);
        } catch (UserError e) {
            close();
            throw e;
        }
    }

    /** @return the file */
    public Path file() {
        return file;
    }

    /** @return names of all tensors, in the order of their bytes */
    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    /**
     * @param name a tensor's name
     * @return the tensor, if there is one
     */
    public Optional<Tensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /**
     * @param tensor a tensor of this file
     * @return its bytes, mapped from the file; they may outlive this object
     * @throws UserError if they cannot be mapped
     */
    public ByteBuffer map(Tensor tensor) {
        if (tensor.size() > Integer.MAX_VALUE) {
            throw new UserError(file + ": tensor " + ForeignText.quoted(tensor.name()) + " has " + tensor.size()
                    + " bytes: at most " + Integer.MAX_VALUE + " can be read at once");
        }
        try {
            return channel.map(FileChannel.MapMode.READ_ONLY, dataStart + tensor.begin(), tensor.size())
                    .order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + Reason.of(e), e);
        }
    }

    private ByteBuffer read(long offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                throw new EOFException("the file ends at byte " + channel.size());
            }
        }
        return buffer.flip();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UserError(file + ": cannot be closed: " + Reason.of(e), e);
        }
    }
}
