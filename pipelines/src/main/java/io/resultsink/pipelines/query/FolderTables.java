package io.resultsink.pipelines.query;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.beam.sdk.extensions.sql.meta.BeamSqlTable;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult.Metadata;

/** The tables of a folder: each file, and each subfolder with all its files. */
final class FolderTables {

  private FolderTables() {}

  static Map<String, BeamSqlTable> of(DatabaseName database, int sample) {
    String folder = Objects.requireNonNull(database.folder());
    String base = folder.endsWith("/") ? folder.substring(0, folder.length() - 1) : folder;
    Map<String, List<Metadata>> files = new TreeMap<>();
    for (Metadata file : match(database, base + "/*")) {
      FileFormats.tableName(fileName(file)).ifPresent(table -> add(files, table, file));
    }
    for (Metadata file : match(database, base + "/*/*")) {
      String table = file.resourceId().getCurrentDirectory().getFilename();
      if (table != null && FileFormats.tableName(fileName(file)).isPresent()) {
        add(files, table, file);
      }
    }
    if (files.isEmpty()) {
      throw new QueryException(nothingIn(database));
    }
    Map<String, BeamSqlTable> tables = new LinkedHashMap<>();
    files.forEach((table, its) -> tables.put(table, table(table, its, sample)));
    return tables;
  }

  private static FileTable table(String table, List<Metadata> files, int sample) {
    files.sort(Comparator.comparing(file -> file.resourceId().toString()));
    return new FileTable(table, files, sample);
  }

  private static void add(Map<String, List<Metadata>> files, String table, Metadata file) {
    files.computeIfAbsent(table, none -> new ArrayList<>()).add(file);
  }

  private static String fileName(Metadata file) {
    String name = file.resourceId().getFilename();
    return name == null ? "" : name;
  }

  private static List<Metadata> match(DatabaseName database, String pattern) {
    try {
      return FileSystems.match(pattern, EmptyMatchTreatment.ALLOW).metadata();
    } catch (IOException | IllegalArgumentException e) {
      if (database.mayHaveSecret()) {
        throw new QueryException("folder " + database + " cannot be listed");
      }
      throw new QueryException("folder " + database + " cannot be listed: " + e.getMessage(), e);
    }
  }

  private static String nothingIn(DatabaseName database) {
    if (database.isLocalFolder()) {
      Path path = Path.of(Objects.requireNonNull(database.folder()));
      if (!Files.exists(path)) {
        return "folder "
            + database
            + " does not exist; --database is a folder or a postgresql:// URL";
      }
      if (!Files.isDirectory(path)) {
        return database + " is a file; write its folder as --database, and the file as a table";
      }
    }
    return "folder "
        + database
        + " has no tables; a table is a file that ends in "
        + FileFormats.KNOWN;
  }
}
