package io.resultsink.pipelines.runner;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.xerial.snappy.Snappy;

/**
 * Whether a text is in bytes, however deep: plain, percent-encoded, in base64, compressed by snappy
 * or gzip, and each of these inside of another. Java's serialization and protocol buffers have
 * texts as they are.
 */
final class Payloads {

  private static final byte[] SNAPPY = {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
  private static final int SNAPPY_HEADER = 16;
  private static final byte[] GZIP = {0x1f, (byte) 0x8b, 8};
  private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/_-]{16,}");
  private static final Pattern PERCENT = Pattern.compile("%([0-9A-Fa-f]{2})");
  private static final Pattern JSON_ESCAPE =
      Pattern.compile("\\\\(u[0-9a-fA-F]{4}|[\"\\\\/bfnrt])");
  private static final int DEEPEST = 6;

  private Payloads() {}

  /** Looks for it. */
  static boolean contain(byte[] bytes, String text) {
    return contain(bytes, text, 0);
  }

  private static boolean contain(byte[] bytes, String text, int depth) {
    for (Charset charset : List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16BE)) {
      if (indexOf(bytes, text.getBytes(charset), 0) >= 0) {
        return true;
      }
    }
    return depth < DEEPEST
        && (containCompressed(bytes, text, depth + 1) || containEncoded(bytes, text, depth + 1));
  }

  /** As {@link #contain}, apart from what Beam has serialized and compressed. */
  static boolean containOpenly(byte[] bytes, String text) {
    boolean isJson = bytes.length > 0 && bytes[0] == '{';
    byte[] plain = isJson ? latin(decoded(latin(bytes))) : bytes;
    ByteArrayOutputStream open = new ByteArrayOutputStream();
    int from = 0;
    for (int at = indexOf(plain, SNAPPY, 0); at >= 0; at = indexOf(plain, SNAPPY, from)) {
      open.write(plain, from, at - from);
      from = uncompress(plain, at, new ByteArrayOutputStream());
    }
    open.write(plain, from, plain.length - from);
    return contain(open.toByteArray(), text);
  }

  private static boolean containCompressed(byte[] bytes, String text, int depth) {
    for (int at = indexOf(bytes, SNAPPY, 0); at >= 0; at = indexOf(bytes, SNAPPY, at + 1)) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      uncompress(bytes, at, out);
      if (contain(out.toByteArray(), text, depth)) {
        return true;
      }
    }
    for (int at = indexOf(bytes, GZIP, 0); at >= 0; at = indexOf(bytes, GZIP, at + 1)) {
      if (contain(unzipped(bytes, at), text, depth)) {
        return true;
      }
    }
    return false;
  }

  /** A header, and blocks with their lengths; gives where they end. */
  private static int uncompress(byte[] bytes, int at, OutputStream out) {
    int position = Math.min(at + SNAPPY_HEADER, bytes.length);
    try {
      while (position + Integer.BYTES <= bytes.length) {
        int block = position + Integer.BYTES;
        int length = ByteBuffer.wrap(bytes, position, Integer.BYTES).getInt();
        if (length <= 0
            || length > bytes.length - block
            || !Snappy.isValidCompressedBuffer(bytes, block, length)) {
          break;
        }
        out.write(Snappy.uncompress(Arrays.copyOfRange(bytes, block, block + length)));
        position = block + length;
      }
      return position;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As far as it goes; what follows it is no part of it. */
  private static byte[] unzipped(byte[] bytes, int at) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (InputStream in =
        new GZIPInputStream(new ByteArrayInputStream(bytes, at, bytes.length - at))) {
      in.transferTo(out);
    } catch (IOException e) {
      return out.toByteArray();
    }
    return out.toByteArray();
  }

  private static boolean containEncoded(byte[] bytes, String text, int depth) {
    String latin = latin(bytes);
    String decoded = decoded(latin);
    if (!decoded.equals(latin) && contain(latin(decoded), text, depth)) {
      return true;
    }
    Matcher encoded = BASE64.matcher(latin);
    while (encoded.find()) {
      String run = encoded.group().replace('-', '+').replace('_', '/');
      String whole = run.substring(0, run.length() - (run.length() % 4 == 1 ? 1 : 0));
      if (contain(Base64.getDecoder().decode(whole), text, depth)) {
        return true;
      }
    }
    return false;
  }

  private static String decoded(String latin) {
    String unescaped = JSON_ESCAPE.matcher(latin).replaceAll(Payloads::unescaped);
    return PERCENT.matcher(unescaped).replaceAll(Payloads::character);
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String unescaped(MatchResult escape) {
    String what = escape.group(1);
    String plain =
        what.startsWith("u")
            ? String.valueOf((char) Integer.parseInt(what.substring(1), 16))
            : switch (what) {
              case "b" -> "\b";
              case "f" -> "\f";
              case "n" -> "\n";
              case "r" -> "\r";
              case "t" -> "\t";
              default -> what;
            };
    return Matcher.quoteReplacement(plain);
  }

  private static String character(MatchResult code) {
    return Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(code.group(1), 16)));
  }

  private static int indexOf(byte[] bytes, byte[] wanted, int from) {
    for (int at = from; at <= bytes.length - wanted.length; at++) {
      if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    return -1;
  }
}
