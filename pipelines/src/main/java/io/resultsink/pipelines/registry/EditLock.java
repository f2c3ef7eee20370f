package io.resultsink.pipelines.registry;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one command at a time edit a file.
 *
 * <p>The file itself cannot be locked, because another takes its place; an empty one next to it is,
 * and stays there. A file lock excludes other processes only, and fails within one; hence the
 * second lock. The system frees it when the process dies.
 */
final class EditLock {

  /** An action under the lock. */
  interface Action {
    void run() throws IOException;
  }

  private static final ReentrantLock WITHIN_PROCESS = new ReentrantLock();

  private EditLock() {}

  /** Waits for the lock of {@code edited}. */
  static void holding(Path edited, Action action) throws IOException {
    Path lock = edited.resolveSibling(edited.getFileName() + ".pgresult-lock");
    WITHIN_PROCESS.lock();
    try (FileChannel channel =
        FileChannel.open(
            lock,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      channel.lock();
      action.run();
    } finally {
      WITHIN_PROCESS.unlock();
    }
  }
}
