package io.resultsink.pipelines.query;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.io.FileSystems;

/** Files of any file system that Beam knows, opened and unpacked. */
final class InputFiles {

  private static final int BUFFER_BYTES = 1 << 16;

  private InputFiles() {}

  static boolean compressed(String file) {
    return Compression.detect(file) != Compression.UNCOMPRESSED;
  }

  static InputStream open(String file) throws IOException {
    Compression compression = Compression.detect(file);
    return buffered(compression.readDecompressed(channel(file)));
  }

  /** Opens the bytes from {@code offset} on, of a file that is not compressed. */
  static InputStream openAt(String file, long offset) throws IOException {
    ReadableByteChannel channel = channel(file);
    if (channel instanceof SeekableByteChannel seekable) {
      seekable.position(offset);
      return buffered(channel);
    }
    InputStream stream = buffered(channel);
    stream.skipNBytes(offset);
    return stream;
  }

  private static ReadableByteChannel channel(String file) throws IOException {
    return FileSystems.open(FileSystems.matchSingleFileSpec(file).resourceId());
  }

  private static InputStream buffered(ReadableByteChannel channel) {
    return new BufferedInputStream(Channels.newInputStream(channel), BUFFER_BYTES);
  }
}
