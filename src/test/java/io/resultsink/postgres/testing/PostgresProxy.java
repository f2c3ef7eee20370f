package io.resultsink.postgres.testing;

import static org.awaitility.Awaitility.await;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A network between the sink and PostgreSQL that fails when a given statement comes by.
 *
 * <p>It reads the messages of the frontend/backend protocol (PostgreSQL manual, chapter 54) and
 * passes all of them on until a fault says otherwise. Connections are not encrypted.
 */
public final class PostgresProxy implements AutoCloseable {

  private static final int SSL_REQUEST = 80877103;
  private static final int GSS_ENCRYPTION_REQUEST = 80877104;
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

  private final String host;
  private final int port;
  private final ServerSocket listener;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final List<Fault> faults = new CopyOnWriteArrayList<>();
  private volatile boolean refusing;

  /** Listens on a free port of the loopback interface. */
  public PostgresProxy(String host, int port) {
    this.host = host;
    this.port = port;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    daemon("proxy", this::accept);
  }

  /** A network before the server of a test. */
  public static PostgresProxy to(TestingPostgres server) {
    return new PostgresProxy(server.host(), server.port());
  }

  /** Where the sink finds it, on {@code localhost}. */
  public int port() {
    return listener.getLocalPort();
  }

  /** What happens to a statement that a pattern finds; the next such statement, and only that. */
  public Rule when(String statement) {
    return new Rule(Pattern.compile(statement, Pattern.DOTALL), -1);
  }

  /**
   * As {@link #when}, once the statement's COPY has moved so many bytes, in either direction. A cut
   * then leaves half of a message.
   */
  public Rule whenCopied(String statement, long bytes) {
    return new Rule(Pattern.compile(statement, Pattern.DOTALL), bytes);
  }

  /** Changes each statement that a pattern finds, to take a measure out. */
  public Fault rewrite(String statement, UnaryOperator<String> change) {
    Fault fault =
        new Fault(Pattern.compile(statement, Pattern.DOTALL), -1, 1, Effect.REWRITE, change, null);
    faults.add(fault);
    return fault;
  }

  /** Ends all connections now, as a network does that fails. */
  public void cutAll() {
    links.forEach(Link::cut);
  }

  /** Takes no new connections until {@link #acceptAgain()}. */
  public void refuse() {
    refusing = true;
  }

  /** Takes connections again. */
  public void acceptAgain() {
    refusing = false;
  }

  /** Lets nothing happen from now on; what is stalled goes on. */
  public void calm() {
    faults.forEach(Fault::release);
    faults.clear();
  }

  /** Something to go wrong. */
  public final class Rule {
    private final Pattern statement;
    private final long bytes;
    private int occurrence = 1;

    private Rule(Pattern statement, long bytes) {
      this.statement = statement;
      this.bytes = bytes;
    }

    /** Not the next such statement, but the n-th from now, counted from 1. */
    public Rule nth(int number) {
      occurrence = number;
      return this;
    }

    /** The connection ends; the server does not get the statement. */
    public Fault cut() {
      return add(Effect.CUT, null);
    }

    /** The server executes the statement; its reply never comes, and the connection ends. */
    public Fault swallowReply() {
      return add(Effect.SWALLOW, null);
    }

    /** As {@link #swallowReply()}, and nobody can connect until {@link #acceptAgain()}. */
    public Fault swallowReplyAndRefuse() {
      return add(Effect.SWALLOW_AND_REFUSE, null);
    }

    /** Nothing more passes on this connection until {@link Fault#release()}. */
    public Fault stall() {
      return add(Effect.STALL, null);
    }

    /**
     * The client sees its connection end; the server does not, and gets the statement late, when
     * the fault is {@linkplain Fault#release() released}.
     */
    public Fault strand() {
      return add(Effect.STRAND, null);
    }

    /** Something is done before the statement passes on. */
    public Fault first(Runnable action) {
      return add(Effect.ACT, action);
    }

    private Fault add(Effect effect, @Nullable Runnable action) {
      Fault fault =
          new Fault(statement, bytes, occurrence, effect, UnaryOperator.identity(), action);
      faults.add(fault);
      return fault;
    }
  }

  private enum Effect {
    CUT,
    SWALLOW,
    SWALLOW_AND_REFUSE,
    STALL,
    STRAND,
    ACT,
    REWRITE
  }

  /** A fault that waits for its statement. */
  public static final class Fault {
    private final Pattern statement;
    private final long bytes;
    private final int occurrence;
    private final Effect effect;
    private final UnaryOperator<String> change;
    private final @Nullable Runnable action;
    private final AtomicInteger seen = new AtomicInteger();
    private final AtomicInteger met = new AtomicInteger();
    private final CountDownLatch released = new CountDownLatch(1);

    private Fault(
        Pattern statement,
        long bytes,
        int occurrence,
        Effect effect,
        UnaryOperator<String> change,
        @Nullable Runnable action) {
      this.statement = statement;
      this.bytes = bytes;
      this.occurrence = occurrence;
      this.effect = effect;
      this.change = change;
      this.action = action;
    }

    /** How many statements, or parts of a COPY, it has looked at and found its own. */
    public int seen() {
      return seen.get();
    }

    /** How often it happened. */
    public int met() {
      return met.get();
    }

    /** Waits until it has happened. */
    public void awaitMet() {
      await().alias("the fault at " + statement).atMost(LONG_ENOUGH).until(() -> met() > 0);
    }

    /** Lets what is stalled go on. */
    public void release() {
      released.countDown();
    }

    private boolean concerns(String sql, long copied) {
      return copied >= bytes && (bytes < 0) == (copied < 0) && statement.matcher(sql).find();
    }

    /** Whether it is now: once, but for what is changed each time. */
    private boolean happens(String sql, long copied) {
      if (!concerns(sql, copied)) {
        return false;
      }
      if (effect == Effect.REWRITE) {
        met.incrementAndGet();
        return true;
      }
      return seen.incrementAndGet() == occurrence && met.compareAndSet(0, 1);
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        if (refusing) {
          client.close();
        } else {
          new Link(client).start();
        }
      } catch (IOException e) {
        // The listener was closed, or the server takes no connections: the client sees its end.
      }
    }
  }

  @Override
  public void close() {
    calm();
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cutAll();
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** One connection. */
  private final class Link {
    private final Socket client;
    private final Socket server;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean swallowing;
    private volatile boolean stranded;
    private volatile String statement = "";
    private volatile long copied = -1;

    Link(Socket client) throws IOException {
      this.client = client;
      try {
        this.server = new Socket(host, port);
      } catch (IOException e) {
        client.close();
        throw e;
      }
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
    }

    void start() {
      links.add(this);
      daemon("proxy to server", () -> ending(this::toServer));
      daemon("proxy to client", () -> ending(this::toClient));
    }

    private void ending(Passing passing) {
      try {
        passing.run();
      } catch (IOException e) {
        // Either side has ended; so does the other.
      } finally {
        cut();
      }
    }

    /** Ends both sides at once. */
    void cut() {
      links.remove(this);
      ended.countDown();
      close(client);
      close(server);
    }

    private static void close(Socket socket) {
      try {
        socket.close();
      } catch (IOException e) {
        // It is closed.
      }
    }

    private void toServer() throws IOException {
      DataInputStream in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
      DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(server.getOutputStream()));
      passStartup(in, out);
      while (true) {
        int type = in.read();
        if (type < 0) {
          return;
        }
        byte[] body = new byte[in.readInt() - Integer.BYTES];
        in.readFully(body);
        byte[] passed = passing((char) type, body);
        if (passed == null && type != 'd') {
          return;
        }
        out.writeByte(type);
        if (passed == null) {
          out.writeInt(body.length + Integer.BYTES);
          out.write(body, 0, body.length / 2);
          out.flush();
          return;
        }
        out.writeInt(passed.length + Integer.BYTES);
        out.write(passed);
        if (stranded) {
          out.flush();
          await(ended); // there is no client to read from any more
          return;
        }
        if (in.available() == 0) {
          out.flush();
        }
      }
    }

    /** Requests for encryption come before the startup message; these have no type. */
    private void passStartup(DataInputStream in, DataOutputStream out) throws IOException {
      int code;
      do {
        byte[] body = new byte[in.readInt() - Integer.BYTES];
        in.readFully(body);
        code = ByteBuffer.wrap(body).getInt();
        out.writeInt(body.length + Integer.BYTES);
        out.write(body);
        out.flush();
      } while (code == SSL_REQUEST || code == GSS_ENCRYPTION_REQUEST);
    }

    /** The message to send instead; null when the connection ends before it. */
    private byte @Nullable [] passing(char type, byte[] body) {
      if (type == 'd') {
        return copies(body) ? body : null;
      }
      if (type != 'Q' && type != 'P') {
        return body;
      }
      int begin = type == 'P' ? end(body, 0) + 1 : 0; // a prepared statement's name comes first
      int end = end(body, begin);
      statement = new String(body, begin, end - begin, StandardCharsets.UTF_8);
      copied = -1;
      if (!happens()) {
        return null;
      }
      copied = 0;
      return concat(
          Arrays.copyOf(body, begin),
          rewritten(statement).getBytes(StandardCharsets.UTF_8),
          Arrays.copyOfRange(body, end, body.length));
    }

    private String rewritten(String sql) {
      String changed = sql;
      for (Fault fault : faults) {
        if (fault.effect == Effect.REWRITE && fault.happens(sql, -1)) {
          changed = fault.change.apply(changed);
        }
      }
      return changed;
    }

    /** Counts a message of a COPY, of which a connection has one at a time. */
    private synchronized boolean copies(byte[] message) {
      copied += message.length;
      return happens();
    }

    /** Lets happen what is to happen now; false when the connection ends. */
    private boolean happens() {
      for (Fault fault : faults) {
        if (fault.effect == Effect.REWRITE || !fault.happens(statement, copied)) {
          continue;
        }
        switch (fault.effect) {
          case CUT -> {
            return false;
          }
          case SWALLOW -> swallowing = true;
          case SWALLOW_AND_REFUSE -> {
            refuse();
            swallowing = true;
          }
          case STALL -> await(fault.released);
          case STRAND -> {
            swallowing = true;
            stranded = true;
            close(client);
            await(fault.released);
          }
          case ACT -> {
            if (fault.action != null) {
              fault.action.run();
            }
          }
          default -> throw new IllegalStateException(fault.effect.name());
        }
      }
      return true;
    }

    private static void await(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void toClient() throws IOException {
      DataInputStream in = new DataInputStream(new BufferedInputStream(server.getInputStream()));
      DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(client.getOutputStream()));
      while (true) {
        int type = in.read();
        if (type < 0) {
          return;
        }
        if (type == 'N' && isEncryptionRefused(in)) {
          out.writeByte(type);
          out.flush();
          continue;
        }
        byte[] body = new byte[in.readInt() - Integer.BYTES];
        in.readFully(body);
        if (type == 'd' && !copies(body)) {
          return;
        }
        if (swallowing) {
          if (type == 'Z' || type == 'G') { // ReadyForQuery, CopyInResponse: it was executed
            return;
          }
          continue;
        }
        out.writeByte(type);
        out.writeInt(body.length + Integer.BYTES);
        out.write(body);
        if (in.available() == 0) {
          out.flush();
        }
      }
    }

    /** The answer to a request for encryption is one byte, which a notice begins with too. */
    private boolean isEncryptionRefused(DataInputStream in) throws IOException {
      return statement.isEmpty() && in.available() == 0;
    }

    private static int end(byte[] body, int begin) {
      int end = begin;
      while (body[end] != 0) {
        end++;
      }
      return end;
    }

    private static byte[] concat(byte[]... parts) {
      int length = 0;
      for (byte[] part : parts) {
        length += part.length;
      }
      ByteBuffer whole = ByteBuffer.allocate(length);
      for (byte[] part : parts) {
        whole.put(part);
      }
      return whole.array();
    }
  }

  /** One direction of a connection. */
  @FunctionalInterface
  private interface Passing {
    void run() throws IOException;
  }
}
