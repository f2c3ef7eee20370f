package io.resultsink.pipelines.query;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.extensions.sql.meta.BaseBeamTable;
import org.apache.beam.sdk.io.fs.MatchResult.Metadata;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.POutput;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** A table of files, which are opened only if the SQL names the table. */
final class FileTable extends BaseBeamTable {

  private final String name;
  private final List<Metadata> files;
  private final int sample;
  private @Nullable TableFormat format;
  private @Nullable Schema schema;

  FileTable(String name, List<Metadata> files, int sample) {
    this.name = name;
    this.files = files;
    this.sample = sample;
  }

  @Override
  public Schema getSchema() {
    if (schema == null) {
      List<String> names = files.stream().map(file -> file.resourceId().toString()).toList();
      format = FileFormats.ofAll(name, names, sample);
      try {
        schema = format.schemaOf(names, sample);
      } catch (IOException e) {
        throw new InputException(names.get(0), "cannot be read", e);
      }
    }
    return schema;
  }

  @Override
  public PCollection<Row> buildIOReader(PBegin begin) {
    Schema columns = getSchema();
    TableFormat readable = Objects.requireNonNull(format);
    return begin
        .apply(
            "Files", Create.of(parts(readable)).withCoder(SerializableCoder.of(ListedPart.class)))
        .apply("Spread", Reshuffle.viaRandomKey())
        .apply("Read " + name, ParDo.of(new ReadRows(readable, columns)))
        .setRowSchema(columns);
  }

  private List<ListedPart> parts(TableFormat readable) {
    List<ListedPart> parts = new ArrayList<>();
    for (Metadata file : files) {
      String path = file.resourceId().toString();
      if (!readable.splittable() || InputFiles.compressed(path)) {
        parts.add(ListedPart.of(FilePart.whole(name, path), file));
        continue;
      }
      for (long start = 0; start < file.sizeBytes(); start += FilePart.PART_BYTES) {
        FilePart part = new FilePart(name, path, start, start + FilePart.PART_BYTES);
        parts.add(ListedPart.of(part, file));
      }
    }
    return parts;
  }

  @Override
  public IsBounded isBounded() {
    return IsBounded.BOUNDED;
  }

  @Override
  public POutput buildIOWriter(PCollection<Row> input) {
    throw new QueryException("table " + name + " is read only; use --result to write");
  }
}
