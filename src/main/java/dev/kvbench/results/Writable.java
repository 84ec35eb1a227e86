package dev.kvbench.results;

import dev.kvbench.UserError;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks, before long work begins, that what it leaves has a place. */
public final class Writable {

    private Writable() {}

    /**
     * @param option what names the folder
     * @param folder a folder that is there, or will be made
     * @throws UserError if it cannot be made, or nothing can be written into it
     */
    public static void folder(String option, Path folder) {
        Path there = folder.toAbsolutePath().normalize();
        while (!Files.exists(there)) {
            there = there.getParent();
        }
        if (!Files.isDirectory(there)) {
            throw new UserError(option + " " + folder + ": " + there + " is no folder; name another place");
        }
        if (!Files.isWritable(there)) {
            throw new UserError(option + " " + folder + ": nothing can be written into " + there + "; name another place");
        }
    }

    /**
     * @param option what names the folder
     * @param folder a folder that must be there
     * @throws UserError if it is not, or nothing can be written into it
     */
    public static void existingFolder(String option, Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new UserError(option + " " + folder + ": no such folder; make it first");
        }
        folder(option, folder);
    }

    /**
     * @param option what names the file
     * @param file a file that is there, or will be
     * @throws UserError if it cannot be written
     */
    public static void file(String option, Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || folder == null || !Files.isDirectory(folder)) {
            throw new UserError(option + " " + file + ": must be a file in a folder that exists");
        }
        if (!Files.isWritable(Files.exists(file) ? file : folder)) {
            throw new UserError(option + " " + file + ": cannot be written; name another place");
        }
    }
}
