package io.resultsink.pipelines.command;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.pipelines.launch.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files that schedules may read, however their paths are written. */
class ReadableFoldersTest {

  @TempDir Path folder;

  private Path allowed;
  private Path outside;
  private ReadableFolders folders;

  @BeforeEach
  void write() throws IOException {
    allowed = Files.createDirectory(folder.resolve("allowed"));
    outside = Files.createDirectory(folder.resolve("allowed-not"));
    for (Path place : List.of(allowed, outside)) {
      Files.writeString(place.resolve("hits.jsonl"), "{\"n\": 1}\n");
    }
    folders = new ReadableFolders(List.of(Path.of("").toAbsolutePath().relativize(allowed)));
  }

  private void assertRefused(Object database, String words) {
    UsageException refused =
        assertThrows(UsageException.class, () -> folders.check(database.toString()));
    assertThat(refused.getMessage(), containsString(words));
  }

  @Test
  void whatIsBelowIsRead() throws IOException {
    folders.check(allowed.toString());
    folders.check(allowed.resolve("hits.jsonl").toString());
    Files.createSymbolicLink(folder.resolve("link"), allowed);
    folders.check(folder.resolve("link").toString());
    Files.createSymbolicLink(allowed.resolve("broken"), allowed.resolve("nowhere"));
    folders.check(allowed + "/../allowed");
  }

  @Test
  void withoutFoldersEverythingIs() {
    new ReadableFolders(List.of()).check(outside.toString());
  }

  @Test
  void whatIsElsewhereIsNotTheirs() {
    folders.check("postgresql://localhost/db");
    folders.check("gs://bucket/folder");
  }

  @Test
  void whatIsNotBelowIsRefused() {
    for (Object database :
        List.of(outside, folder, allowed + "/../allowed-not", outside.resolve("hits.jsonl"))) {
      assertRefused(database, "is not in a folder that this pgresult serve may read: ");
    }
    assertRefused(allowed.resolve("nowhere"), "cannot be read here");
  }

  @Test
  void aSchemeDoesNotLeadAround() {
    assertRefused("file://" + outside, "write -d without file:");
    assertRefused("FILE://" + outside, "write -d without file:");
  }

  @Test
  void aLinkLeadsWhereItLeads() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), outside);
    assertRefused(link, "leads to " + outside.toRealPath() + ", which is not in");
    Path table = Files.createDirectory(allowed.resolve("table"));
    Path file = Files.createSymbolicLink(table.resolve("t.jsonl"), outside.resolve("hits.jsonl"));
    assertRefused(allowed, "t.jsonl leads to ");
    Files.delete(file);
    folders.check(allowed.toString());
    Files.createSymbolicLink(allowed.resolve("more"), outside);
    assertRefused(allowed, "more leads to ");
  }
}
