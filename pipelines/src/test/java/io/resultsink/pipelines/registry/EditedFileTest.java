package io.resultsink.pipelines.registry;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that several edit at the same time. */
class EditedFileTest {

  private static final int TIMES = 50;
  private static final char BEGUN = '!';

  @TempDir Path folder;

  /** Appends lines of its own to a file, as one of several processes. */
  public static void main(String[] arguments) {
    EditedFile file = new EditedFile(Path.of(arguments[0]));
    System.out.print(BEGUN);
    System.out.flush();
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
      processes.add(editing(edited, name));
    }
    for (Process process : processes) {
      assertThat(process.waitFor(), is(0));
    }
    assertThat(Files.readAllLines(edited).size(), is(processes.size() * TIMES));
  }

  private static Process editing(Path edited, String name) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            EditedFileTest.class.getName(),
            edited.toString(),
            name)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** By the lock: without it the text would have changed, and this one would be made again. */
  @Test
  void anotherProcessWaitsUntilAnEditIsMade() throws Exception {
    Path edited = Files.writeString(folder.resolve("edited"), "");
    AtomicInteger attempts = new AtomicInteger();
    Process[] other = new Process[1];
    new EditedFile(edited)
        .edit(
            text -> {
              if (attempts.incrementAndGet() == 1) {
                other[0] = begun(edited);
                assertThat("ends while the file is locked", endsSoon(other[0]), is(false));
              }
              return text + "mine\n";
            });
    assertThat(other[0].waitFor(), is(0));
    assertThat(attempts.get(), is(1));
    List<String> lines = Files.readAllLines(edited);
    assertThat(lines.get(0), is("mine"));
    assertThat(lines.size(), is(1 + TIMES));
  }

  /** A process that is about to make its first edit. */
  private static Process begun(Path edited) {
    try {
      Process process = editing(edited, "other");
      assertThat(process.getInputStream().read(), is((int) BEGUN));
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean endsSoon(Process process) {
    try {
      return process.waitFor(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** By the comparison: editors know no lock. */
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

  /** Under sudo, HOME may be that of the user. */
  @Test
  void rootLeavesAFileToItsOwner() throws Exception {
    Path edited = Files.writeString(folder.resolve("edited"), "mine\n");
    assumeTrue(Files.getOwner(edited).getName().equals("root"), "only root can give files away");
    UserPrincipal owner =
        edited.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
    Files.setOwner(edited, owner);
    new EditedFile(edited).edit(text -> text + "pgresult's\n");
    assertThat(Files.getOwner(edited), is(owner));
  }

  private static void append(Path file, String line) {
    try {
      Files.writeString(file, Files.readString(file) + line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
