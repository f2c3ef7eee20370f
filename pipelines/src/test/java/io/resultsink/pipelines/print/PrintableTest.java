package io.resultsink.pipelines.print;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.resultsink.pipelines.launch.CommandContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrintableTest {

  private static final String HOSTILE = "\u001b]0;owned\u0007\u009b2J";
  private static final String HARMLESS = "\\x1B]0;owned\\x07\\u009B2J";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final CommandContext context =
      new CommandContext(
          InputStream.nullInputStream(),
          new PrintStream(out, true, StandardCharsets.UTF_8),
          new PrintStream(err, true, StandardCharsets.UTF_8),
          false,
          Path.of("home"),
          List.of());

  @Test
  void controlCharactersAreShown() {
    assertThat(Printable.text(HOSTILE), is(HARMLESS));
    assertThat(Printable.text("a\nb\tc\rd"), is("a\nb\tc\\rd"));
    assertThat(Printable.line("a\nb\tc\rd"), is("a\\nb\\tc\\rd"));
    assertThat(Printable.text("\u007fx\u202egnp.exe"), is("\\x7Fx\\u202Egnp.exe"));
    assertThat(Printable.text("héé 漢字 👩‍🔬"), is("héé 漢字 👩‍🔬"));
  }

  @Test
  void linesOfResultsAndErrorsAre() {
    context.say(HOSTILE);
    context.note(HOSTILE);
    assertThat(out.toString(StandardCharsets.UTF_8), is(HARMLESS + "\n"));
    assertThat(err.toString(StandardCharsets.UTF_8), is(HARMLESS + "\n"));
  }

  @Test
  void namesAndValuesOfTablesAreAndColumnsStayInLine() throws IOException {
    new TextTable(List.of("h\u001b[31mred", "n"), List.of(false, true))
        .print(row -> row.accept(List.of(HOSTILE, "1")), context.out());
    assertThat(
        out.toString(StandardCharsets.UTF_8),
        is(
            """
                   h\\x1B[31mred       | n
            --------------------------+---
             \\x1B]0;owned\\x07\\u009B2J | 1
            """));
  }
}
