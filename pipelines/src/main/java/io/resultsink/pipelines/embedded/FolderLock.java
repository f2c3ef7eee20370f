package io.resultsink.pipelines.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The lock under which one command at a time starts or stops the server of a folder.
 *
 * <p>A file lock excludes only other processes, so a second lock excludes other threads. The system
 * frees the file lock when the process dies.
 */
final class FolderLock {

  /** An action under the lock. */
  interface Action<T> {
    T run() throws IOException;
  }

  private static final ReentrantLock WITHIN_PROCESS = new ReentrantLock();

  private FolderLock() {}

  /** Waits for the lock. Creates the folder, for its owner only, if there is none. */
  static <T> T holding(Path folder, Action<T> action) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    WITHIN_PROCESS.lock();
    try (FileChannel channel =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.lock();
      return action.run();
    } finally {
      WITHIN_PROCESS.unlock();
    }
  }
}
