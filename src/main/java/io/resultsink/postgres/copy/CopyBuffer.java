package io.resultsink.postgres.copy;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Bytes on their way to the server: grows as needed, writes integers in network byte order. */
public final class CopyBuffer {

  /**
   * PostgreSQL forms a row in one allocation, of which the largest is 1 GB - 1 (MaxAllocSize). The
   * difference is for the headers that the server adds.
   */
  static final int LARGEST_ROW = 0x3fffffff - 64 * 1024;

  private static final int FIRST_CAPACITY = 8 * 1024;

  private final int keptCapacity;
  private final int largestRow;
  private byte[] bytes;
  private int size;
  private int rowStart;

  /**
   * An empty buffer.
   *
   * @param keptCapacity what a {@link #reset()} keeps for the next rows, in bytes
   */
  public CopyBuffer(int keptCapacity) {
    this(keptCapacity, LARGEST_ROW);
  }

  CopyBuffer(int keptCapacity, int largestRow) {
    this.keptCapacity = Math.max(keptCapacity, FIRST_CAPACITY);
    this.largestRow = largestRow;
    this.bytes = new byte[FIRST_CAPACITY];
  }

  /** How many bytes it holds. */
  public int size() {
    return size;
  }

  /** How many bytes it could hold without growing. */
  public int capacity() {
    return bytes.length;
  }

  /** The bytes themselves, not a copy: the first {@link #size()} of it, until the next change. */
  public byte[] array() {
    return bytes;
  }

  /** Hands the content on without copying it. */
  public void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, size);
  }

  /** Forgets the content, and gives back the memory that an unusually large row took. */
  public void reset() {
    size = 0;
    rowStart = 0;
    if (bytes.length > 2L * keptCapacity) {
      bytes = new byte[keptCapacity];
    }
  }

  /** Marks the end of the content as a row's first byte. */
  public void startRow() {
    rowStart = size;
  }

  /** Removes what was appended since {@link #startRow()}. */
  public void dropRow() {
    size = rowStart;
  }

  /** Removes everything from a position on. */
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
    bytes[size] = (byte) (value >> 8);
    bytes[size + 1] = (byte) value;
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
    setInt(size, (int) (value >> 32));
    setInt(size + 4, (int) value);
    size += 8;
  }

  /** Appends all of an array. */
  public void putBytes(byte[] value) {
    putBytes(value, 0, value.length);
  }

  /** Appends a part of an array. */
  public void putBytes(byte[] value, int offset, int length) {
    reserve(length);
    System.arraycopy(value, offset, bytes, size, length);
    size += length;
  }

  /** Appends room for a length that {@link #endField(int)} fills in; gives its position. */
  public int startField() {
    putInt(0);
    return size - 4;
  }

  /** Fills in the length of the field whose {@link #startField()} gave the position. */
  public void endField(int position) {
    setInt(position, size - position - 4);
  }

  /** Replaces four bytes that were appended before. */
  public void setInt(int position, int value) {
    bytes[position] = (byte) (value >> 24);
    bytes[position + 1] = (byte) (value >> 16);
    bytes[position + 2] = (byte) (value >> 8);
    bytes[position + 3] = (byte) value;
  }

  /** A stream whose bytes are appended here; closing it does nothing. */
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
