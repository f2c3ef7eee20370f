package io.resultsink.pipelines.duckdb;

import io.resultsink.pipelines.query.QueryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tables of a folder, or of one file, listed once. */
final class TableFolder {

  /** A file or subfolder that may be a table. */
  private record Candidate(Path place, String name, List<Path> files) {}

  private final Path place;
  private final Map<String, List<Candidate>> byName;

  private TableFolder(Path place, Map<String, List<Candidate>> byName) {
    this.place = place;
    this.byName = byName;
  }

  /**
   * Lists a folder or file.
   *
   * @throws QueryException if it does not exist, or has nothing that can be a table
   */
  static TableFolder of(String database) {
    Path place = Path.of(database).toAbsolutePath().normalize();
    if (!Files.exists(place)) {
      throw new QueryException("'" + database + "' does not exist; -d is a folder or a file");
    }
    Map<String, List<Candidate>> byName = new TreeMap<>();
    try {
      List<Path> entries = Files.isDirectory(place) ? children(place) : List.of(place);
      for (Path entry : entries) {
        add(candidate(entry), byName);
      }
    } catch (IOException e) {
      throw new QueryException("folder " + place + " cannot be listed", e);
    }
    if (byName.isEmpty()) {
      throw new QueryException(
          "%s has no file that can be read: %s".formatted(place, FileFormat.known()));
    }
    return new TableFolder(place, byName);
  }

  private static void add(Candidate candidate, Map<String, List<Candidate>> byName) {
    if (!candidate.files.isEmpty()) {
      byName
          .computeIfAbsent(candidate.name.toLowerCase(Locale.ROOT), name -> new ArrayList<>())
          .add(candidate);
    }
  }

  private static Candidate candidate(Path entry) throws IOException {
    String file = entry.getFileName().toString();
    if (Files.isDirectory(entry)) {
      return new Candidate(entry, file, filesBelow(entry));
    }
    FileFormat format = FileFormat.of(file);
    return format == null
        ? new Candidate(entry, file, List.of())
        : new Candidate(entry, format.stem(file), List.of(entry));
  }

  private static List<Path> children(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(TableFolder::counts).sorted().toList();
    }
  }

  private static List<Path> filesBelow(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path entry : children(folder)) {
      if (Files.isDirectory(entry)) {
        files.addAll(filesBelow(entry));
      } else if (FileFormat.of(entry.getFileName().toString()) != null) {
        files.add(entry);
      }
    }
    return files;
  }

  /** Hidden files, checksums, and markers of the program that wrote the folder are not data. */
  private static boolean counts(Path entry) {
    String name = entry.getFileName().toString();
    return !name.startsWith(".") && !name.equals("_SUCCESS") && !name.endsWith(".crc");
  }

  /** Returns the names of all tables. */
  List<String> names() {
    return byName.values().stream().map(candidates -> candidates.get(0).name).toList();
  }

  boolean has(String name) {
    return byName.containsKey(name.toLowerCase(Locale.ROOT));
  }

  /**
   * Returns a table.
   *
   * @throws QueryException if its files do not make one
   */
  FolderTable table(String name) {
    List<Candidate> candidates =
        Objects.requireNonNull(byName.get(name.toLowerCase(Locale.ROOT)), name);
    if (candidates.size() > 1) {
      throw new QueryException(
          "several files or folders are named table %s: %s; move all but one elsewhere"
              .formatted(
                  name,
                  candidates.stream()
                      .map(candidate -> candidate.place.getFileName().toString())
                      .collect(Collectors.joining(", "))));
    }
    Candidate candidate = candidates.get(0);
    Set<FileFormat> formats = new TreeSet<>();
    List<InputFile> files = new ArrayList<>();
    try {
      for (Path file : candidate.files) {
        formats.add(FileFormat.of(file.getFileName().toString()));
        files.add(InputFile.of(file));
      }
    } catch (IOException e) {
      throw new QueryException("the files of " + candidate.place + " cannot be read", e);
    }
    if (formats.size() > 1) {
      throw new QueryException(
          "folder %s has files of several formats (%s); a table's files have one format"
              .formatted(
                  candidate.place,
                  formats.stream()
                      .map(format -> format.name().toLowerCase(Locale.ROOT))
                      .collect(Collectors.joining(", "))));
    }
    return new FolderTable(
        candidate.name, candidate.place.toString(), formats.iterator().next(), files);
  }

  @Override
  public String toString() {
    return place.toString();
  }
}
