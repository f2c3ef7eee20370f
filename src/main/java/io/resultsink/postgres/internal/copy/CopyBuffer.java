package io.resultsink.postgres.internal.copy;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A growing buffer of bytes for the server, with integers in network byte order. */
public final class CopyBuffer {

  /**
   * PostgreSQL forms a row in one allocation, which is at most 1 GB - 1 (MaxAllocSize). The
   * difference is for headers that the server adds.
   */
  static final int LARGEST_ROW = 0x3fffffff - 64 * 1024;

  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final int FIRST_CAPACITY = 8 * 1024;

  private final int keptCapacity;
  private final int largestRow;
  private byte[] bytes;
  private int size;
  private int rowStart;

  /**
   * Creates an empty buffer.
   *
   * @param keptCapacity the capacity that a {@link #reset()} keeps, in bytes
   */
  public CopyBuffer(int keptCapacity) {
    this(keptCapacity, LARGEST_ROW);
  }

  CopyBuffer(int keptCapacity, int largestRow) {
    this.keptCapacity = Math.max(keptCapacity, FIRST_CAPACITY);
    this.largestRow = largestRow;
    this.bytes = new byte[FIRST_CAPACITY];
  }

  /** Returns the number of bytes in it. */
  public int size() {
    return size;
  }

  /** Returns the number of bytes that it can have without growing. */
  public int capacity() {
    return bytes.length;
  }

  /**
   * Returns the buffer's array, not a copy. Its first {@link #size()} bytes are valid until the
   * next change.
   */
  public byte[] array() {
    return bytes;
  }

  /** Writes the content to a stream, without a copy. */
  public void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, size);
  }

  /** Empties the buffer, and frees the memory of an unusually large row. */
  public void reset() {
    size = 0;
    rowStart = 0;
    if (bytes.length > 2L * keptCapacity) {
      bytes = new byte[keptCapacity];
    }
  }

  /** Marks the end of the content as the begin of a row. */
  public void startRow() {
    rowStart = size;
  }

  /** Removes the bytes since {@link #startRow()}. */
  public void dropRow() {
    size = rowStart;
  }

  /** Removes all bytes from a position on. */
  public void truncate(int position) {
    if (position < 0 || position > size) {
      throw new IllegalArgumentException("no position " + position + " in " + size + " bytes");
    }
    size = position;
  }

  /** Appends a byte. */
  public void putByte(int value) {
    reserve(1);
    bytes[size++] = (byte) value;
  }

  /** Appends two bytes. */
  public void putShort(int value) {
    reserve(2);
    SHORTS.set(bytes, size, (short) value);
    size += 2;
  }

  /** Appends four bytes. */
  public void putInt(int value) {
    reserve(4);
    setInt(size, value);
    size += 4;
  }

  /** Appends eight bytes. */
  public void putLong(long value) {
    reserve(8);
    LONGS.set(bytes, size, value);
    size += 8;
  }

  /** Appends an array. */
  public void putBytes(byte[] value) {
    putBytes(value, 0, value.length);
  }

  /** Appends a part of an array. */
  public void putBytes(byte[] value, int offset, int length) {
    reserve(length);
    System.arraycopy(value, offset, bytes, size, length);
    size += length;
  }

  /**
   * Appends the ASCII characters at the begin of a text, up to a U+0000.
   *
   * @return how many
   */
  int putAscii(String text) {
    int length = text.length();
    reserve(length);
    byte[] target = bytes;
    int start = size;
    int count = 0;
    while (count < length) {
      char c = text.charAt(count);
      if (c == 0 || c >= 0x80) {
        break;
      }
      target[start + count] = (byte) c;
      count++;
    }
    size = start + count;
    return count;
  }

  /**
   * Makes room after the content.
   *
   * @return the buffer's array, to be written from {@link #size()} on
   */
  byte[] room(int count) {
    reserve(count);
    return bytes;
  }

  /** Makes the bytes that were written into {@link #room(int)} a part of the content. */
  void fillTo(int size) {
    this.size = size;
  }

  /**
   * Appends room for a length, which {@link #endField(int)} fills in.
   *
   * @return its position
   */
  public int startField() {
    putInt(0);
    return size - 4;
  }

  /** Fills in the length of the field whose {@link #startField()} gave the position. */
  public void endField(int position) {
    setInt(position, size - position - 4);
  }

  /** Replaces four bytes. */
  public void setInt(int position, int value) {
    INTS.set(bytes, position, value);
  }

  /** Returns a stream that appends here; its close() does nothing. */
  public OutputStream asStream() {
    return new OutputStream() {
      @Override
      public void write(int value) {
        putByte(value);
      }

      @Override
      public void write(byte[] value, int offset, int length) {
        putBytes(value, offset, length);
      }
    };
  }

  private void reserve(int count) {
    int needed = size + count;
    if (needed < 0 || needed - rowStart > largestRow) {
      throw new RefusedValueException(
          "with it the row has more than the 1 GB that PostgreSQL takes");
    }
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, (int) Math.min(2L * bytes.length, 0x7ffffff0)));
    }
  }
}
