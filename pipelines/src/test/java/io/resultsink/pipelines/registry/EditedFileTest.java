package io.resultsink.pipelines.registry;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that several edit at the same time. */
class EditedFileTest {

  private static final int TIMES = 50;

  @TempDir Path folder;

  /** Appends lines of its own to a file, as one of several processes. */
  public static void main(String[] arguments) {
    EditedFile file = new EditedFile(Path.of(arguments[0]));
    for (int i = 0; i < TIMES; i++) {
      String line = arguments[1] + " " + i + "\n";
      file.edit(text -> text + line);
    }
  }

  @Test
  void processesWaitForEachOther() throws Exception {
    Path edited = folder.resolve("edited");
    List<Process> processes = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx64m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  EditedFileTest.class.getName(),
                  edited.toString(),
                  name)
              .inheritIO()
              .start());
    }
    for (Process process : processes) {
      assertThat(process.waitFor(), is(0));
    }
    assertThat(Files.readAllLines(edited).size(), is(processes.size() * TIMES));
  }

  @Test
  void whatAnEditorWritesMeanwhileIsKept() throws Exception {
    Path edited = Files.writeString(folder.resolve("edited"), "mine\n");
    AtomicInteger attempts = new AtomicInteger();
    new EditedFile(edited)
        .edit(
            text -> {
              if (attempts.incrementAndGet() == 1) {
                append(edited, "mine too\n");
              }
              return text + "pgresult's\n";
            });
    assertThat(attempts.get(), is(2));
    assertThat(Files.readString(edited), is("mine\nmine too\npgresult's\n"));
  }

  private static void append(Path file, String line) {
    try {
      Files.writeString(file, Files.readString(file) + line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
