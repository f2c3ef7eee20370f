package io.resultsink.pipelines.registry;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The lock under which one command at a time edits a file.
 *
 * <p>The file itself cannot be locked, because a new one replaces it. So an empty file next to it
 * is locked, and stays there. A file lock excludes only other processes, so a second lock excludes
 * other threads. The system frees the file lock when the process dies.
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
