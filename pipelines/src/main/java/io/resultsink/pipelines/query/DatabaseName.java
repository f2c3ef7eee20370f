package io.resultsink.pipelines.query;

import io.resultsink.postgres.destination.DatabaseUrl;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.SavedConnection;
import io.resultsink.postgres.destination.SinkOption;
import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.internal.url.UrlScheme;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * A DATABASE of the command line: a folder, or the URL of a PostgreSQL database.
 *
 * @param folder local, or of any file system that Beam reads; null for a server's database
 * @param target a server's database, whose table has no meaning; null for a folder
 */
@Internal
public record DatabaseName(@Nullable String folder, @Nullable PostgresTarget target) {

  /** The form of a DATABASE. */
  public static final String FORM =
      "a folder, a named result, or postgresql://[user@]host[:port]/database[?schema=NAME]";

  private static final Pattern NAMED = Pattern.compile("([A-Za-z0-9_.-]+):");

  private static final Pattern MAY_BE_NAMED = Pattern.compile("[A-Za-z0-9_.-]+");

  /** A placeholder for the table, for the lookup of a named result's connection. */
  private static final String ANY_TABLE = "t";

  private static final Pattern OF_FILE_SYSTEM =
      Pattern.compile("(?s)([A-Za-z][A-Za-z0-9+.-]+):(//[^/]*).*");

  private static final Pattern MAY_HAVE_SECRET =
      Pattern.compile("(?is).*(@|password|passwd|pwd|secret).*");

  /**
   * Reads a DATABASE.
   *
   * @throws QueryException if it is neither; the message does not show a text that may have a
   *     password
   */
  public static DatabaseName parse(String text) {
    if (UrlScheme.isPostgres(text)) {
      return new DatabaseName(null, server(text));
    }
    if (isLocal(text)) {
      return new DatabaseName(text, null);
    }
    if (isNamed(text)) {
      return new DatabaseName(null, named(text));
    }
    if (MAY_BE_NAMED.matcher(text).matches() && SavedConnection.isSaved(text)) {
      return new DatabaseName(null, named(text + ":"));
    }
    if (UrlScheme.looksLikePostgres(text)) {
      throw new QueryException(
          "--database begins like a URL of PostgreSQL and is not one (it is not shown, because it"
              + " may have a password); write "
              + FORM);
    }
    Matcher remote = OF_FILE_SYSTEM.matcher(text);
    boolean remoteUser = remote.matches() && remote.group(2).indexOf('@') >= 0;
    if (remoteUser || !remote.matches() && MAY_HAVE_SECRET.matcher(text).matches()) {
      throw new QueryException(
          "--database is not an existing folder (it is not shown, because it may have a password);"
              + " write "
              + FORM);
    }
    return new DatabaseName(text, null);
  }

  /** Returns whether a text is {@code NAME:}, which names a result and not a folder. */
  public static boolean isNamed(String text) {
    return NAMED.matcher(text).matches() && !isLocal(text);
  }

  private static PostgresTarget named(String name) {
    try {
      return PostgresTarget.parse(name + ANY_TABLE);
    } catch (InvalidTargetException e) {
      throw new QueryException("--database is not valid: " + e.getMessage(), e);
    }
  }

  private static PostgresTarget server(String url) {
    try {
      return DatabaseUrl.parse(url, SinkOption.SCHEMA);
    } catch (InvalidTargetException e) {
      throw new QueryException(
          "--database is not valid: " + e.getMessage() + "\n  it is " + FORM, e);
    }
  }

  /** The name of an existing file or folder is not a password. */
  private static boolean isLocal(String text) {
    try {
      return !OF_FILE_SYSTEM.matcher(text).matches() && Files.exists(Path.of(text));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** Returns whether a folder is one of this machine. */
  public boolean isLocalFolder() {
    return folder != null && !OF_FILE_SYSTEM.matcher(folder).matches();
  }

  /** Returns the server's database, if it is one. */
  public Optional<PostgresTarget> server() {
    return Optional.ofNullable(target);
  }

  /**
   * Returns whether messages must not show this, nor exceptions of other libraries that may show
   * it.
   */
  public boolean mayHaveSecret() {
    return folder != null && !isLocal(folder) && MAY_HAVE_SECRET.matcher(folder).matches();
  }

  /** Returns the text for messages, without user, password and options. */
  @Override
  public String toString() {
    if (target == null) {
      return mayHaveSecret() ? "of --database" : String.valueOf(folder);
    }
    return target.toBuilder()
        .user(null)
        .password(null)
        .connectionProperties(Map.of())
        .build()
        .toString()
        .replaceFirst("/[^/]*$", "");
  }
}
