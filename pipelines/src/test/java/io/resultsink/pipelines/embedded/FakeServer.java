package io.resultsink.pipelines.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A process that speaks PostgreSQL's protocol as far as a login, and knows no password. */
public final class FakeServer implements AutoCloseable {

  /** The answer to a startup message. */
  public enum Answer {
    ASK_FOR_PASSWORD(authentication(3)),
    ASK_FOR_NOTHING(authentication(0)),
    BEGIN_SCRAM_AND_AGREE(authentication(10, "SCRAM-SHA-256", "", "")),
    SAY_FULL(error("53300")),
    SAY_STARTING(error("57P03"));

    private final byte[] message;

    Answer(byte[] message) {
      this.message = message;
    }
  }

  private final ServerSocket listening = new ServerSocket(0, 8, InetAddress.getByName("127.0.0.1"));
  private final List<String> received = new CopyOnWriteArrayList<>();
  private final Answer answer;

  /** Listens on a free port of loopback. */
  public FakeServer(Answer answer) throws IOException {
    this.answer = answer;
    Thread serving = new Thread(this::serve);
    serving.setDaemon(true);
    serving.start();
  }

  /** Where it listens. */
  public int port() {
    return listening.getLocalPort();
  }

  /** What clients sent after its answer, as text. */
  public List<String> received() {
    return received;
  }

  private void serve() {
    while (!listening.isClosed()) {
      try (Socket client = listening.accept()) {
        logIn(
            new DataInputStream(client.getInputStream()),
            new DataOutputStream(client.getOutputStream()));
      } catch (IOException e) {
        // The client has left, or the test is over.
      }
    }
  }

  private void logIn(DataInputStream in, DataOutputStream out) throws IOException {
    byte[] startup = in.readNBytes(in.readInt() - 4);
    while (startup.length == 4) { // a request for TLS or GSS
      out.write('N');
      startup = in.readNBytes(in.readInt() - 4);
    }
    out.write(answer.message);
    if (answer == Answer.ASK_FOR_PASSWORD || answer == Answer.BEGIN_SCRAM_AND_AGREE) {
      in.readByte();
      received.add(new String(in.readNBytes(in.readInt() - 4), UTF_8));
      out.write(authentication(0));
    }
    for (String setting : List.of("server_version=18.1", "client_encoding=UTF8")) {
      out.write(message('S', setting.replace('=', '\0') + "\0"));
    }
    out.write(message('K', "\0\0\0\1\0\0\0\1"));
    out.write(message('Z', "I"));
    while (in.read() >= 0) {
      received.add("query " + new String(in.readNBytes(in.readInt() - 4), UTF_8));
      out.write(message('C', "SELECT 0\0"));
      out.write(message('Z', "I"));
    }
  }

  private static byte[] authentication(int code, String... mechanisms) {
    String names = mechanisms.length == 0 ? "" : String.join("\0", mechanisms);
    return message('R', "\0\0\0" + (char) code + names);
  }

  private static byte[] error(String state) {
    return message('E', "SFATAL\0VFATAL\0C" + state + "\0Mno\0\0");
  }

  private static byte[] message(char type, String body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(type);
    int length = body.length() + 4;
    bytes.writeBytes(new byte[] {0, 0, (byte) (length >> 8), (byte) length});
    bytes.writeBytes(body.getBytes(UTF_8));
    return bytes.toByteArray();
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
