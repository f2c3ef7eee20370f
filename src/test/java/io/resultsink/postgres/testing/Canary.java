package io.resultsink.postgres.testing;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** A password that must not be seen, in any of the forms that it could be written in. */
public final class Canary implements AutoCloseable {

  private static final Logger ROOT = Logger.getLogger("");

  private final String password;
  private final List<String> forms;
  private final Queue<String> seen = new ConcurrentLinkedQueue<>();
  private final List<Logger> loggers = new ArrayList<>();
  private final List<Level> levels = new ArrayList<>();
  private final List<Handler> handlers = List.of(ROOT.getHandlers());
  private final Handler listener = new Listener();
  private volatile long records;

  /** A password to look for. */
  public Canary(String password) {
    this.password = password;
    byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
    String encoded = URLEncoder.encode(password, StandardCharsets.UTF_8);
    this.forms =
        List.of(
            password,
            encoded,
            encoded.replace("+", "%20"),
            encoded.replace("+", "%20").toLowerCase(Locale.ROOT),
            Base64.getEncoder().encodeToString(bytes).replaceAll("..=*$", ""),
            // What a parser makes of it that splits at the wrong place.
            password.substring(0, 8),
            password.substring(password.length() - 8));
  }

  /** Listens to every logger, at every level, until this is closed. */
  public void listen() {
    listenTo(ROOT);
    LogManager manager = LogManager.getLogManager();
    for (String name : Collections.list(manager.getLoggerNames())) {
      Logger logger = manager.getLogger(name);
      if (logger != null && logger != ROOT && logger.getLevel() != null) {
        listenTo(logger);
      }
    }
    handlers.forEach(ROOT::removeHandler);
    ROOT.addHandler(listener);
  }

  private void listenTo(Logger logger) {
    loggers.add(logger);
    levels.add(logger.getLevel());
    logger.setLevel(Level.ALL);
  }

  /** As a URL writes it. */
  public String encoded() {
    return URLEncoder.encode(password, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** The password itself. */
  public String password() {
    return password;
  }

  /** How much was logged; none would prove nothing. */
  public long records() {
    return records;
  }

  /** Looks for it in a text. */
  public void lookInto(String place, Object text) {
    String searched = String.valueOf(text);
    for (String form : forms) {
      int at = searched.indexOf(form);
      if (at >= 0) {
        seen.add(
            place
                + ": ..."
                + searched.substring(Math.max(0, at - 200), Math.min(searched.length(), at + 60)));
      }
    }
  }

  /** Looks for it in a failure, its causes and what was suppressed. */
  public void lookInto(String place, Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text, true));
    lookInto(place, text);
  }

  /** Looks for it in bytes, such as of a serialized object. */
  public void lookInto(String place, byte[] bytes) {
    lookInto(place, new String(bytes, StandardCharsets.ISO_8859_1));
    lookInto(place, new String(bytes, StandardCharsets.UTF_8));
  }

  /** Where it was seen. */
  public List<String> seen() {
    return List.copyOf(seen);
  }

  @Override
  public void close() {
    ROOT.removeHandler(listener);
    handlers.forEach(ROOT::addHandler);
    for (int i = 0; i < loggers.size(); i++) {
      loggers.get(i).setLevel(levels.get(i));
    }
  }

  private final class Listener extends Handler {
    Listener() {
      setLevel(Level.ALL);
    }

    @Override
    public void publish(LogRecord logged) {
      records++;
      String place = "log of " + logged.getLoggerName() + " at " + logged.getLevel();
      lookInto(place, logged.getMessage());
      Object[] parameters = logged.getParameters();
      if (parameters != null) {
        lookInto(place, Arrays.deepToString(parameters));
        lookInto(place, formatted(logged.getMessage(), parameters));
      }
      if (logged.getThrown() != null) {
        lookInto(place, logged.getThrown());
      }
    }

    private static String formatted(String message, Object... parameters) {
      try {
        return MessageFormat.format(message, parameters);
      } catch (IllegalArgumentException e) {
        return message;
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
