package io.resultsink.pipelines.command;

import io.resultsink.postgres.internal.url.UrlScheme;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.apache.beam.sdk.annotations.Internal;
import picocli.CommandLine.ParameterException;

/** Arguments that an error message does not show, because they may have a password. */
@Internal
public final class Unrepeated {

  private static final Pattern MAY_HAVE_SECRET =
      Pattern.compile("(?is).*(@|://|password|passwd|pwd|secret).*");

  /** Options of psql and others, after which a password follows; here -p has no value. */
  private static final Pattern ASKS_FOR_PASSWORD = Pattern.compile("(?s)-p.*|--password(=.*)?");

  private static final Pattern OPTION_WITHOUT_VALUE = Pattern.compile("--?[a-z][a-z-]*");

  private Unrepeated() {}

  /**
   * Returns the message about a wrong command line, with {@code ...} instead of possible passwords.
   */
  public static String message(ParameterException wrong, String... arguments) {
    String message = String.valueOf(wrong.getMessage());
    boolean asked =
        Arrays.stream(arguments).anyMatch(each -> ASKS_FOR_PASSWORD.matcher(each).matches());
    for (String argument : arguments) {
      if (mayBeSecret(argument, asked)) {
        message = message.replace("'" + argument + "'", "'" + hidden(argument) + "'");
        // The parser reads -p of -pPASSWORD, and names the rest as an option.
        message = message.replace("'-" + argument.replaceFirst("^-p", "") + "'", "'...'");
      }
    }
    return message;
  }

  private static boolean mayBeSecret(String argument, boolean asked) {
    if (OPTION_WITHOUT_VALUE.matcher(argument).matches() && !argument.startsWith("-p")) {
      return false;
    }
    return asked
        || argument.startsWith("--") && argument.indexOf('=') > 0
        || MAY_HAVE_SECRET.matcher(argument).matches()
        || UrlScheme.looksLikePostgres(argument);
  }

  private static String hidden(String argument) {
    int value = argument.indexOf('=');
    return argument.startsWith("--") && value > 0
        ? argument.substring(0, value + 1) + "..."
        : "...";
  }
}
