package io.resultsink.pipelines.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;

/** A search that finds nothing proves something only when it finds what is there. */
class PayloadsTest {

  private static final String TEXT = "kanarienvogel-7291";

  @Test
  void whatIsSerializedIsToldFromWhatIsNot() {
    byte[] serialized = SerializableUtils.serializeToByteArray((Serializable) List.of(TEXT));
    String latin = new String(serialized, StandardCharsets.ISO_8859_1);
    String payload = URLEncoder.encode(latin, StandardCharsets.ISO_8859_1).replace("+", "%20");
    String job = "{\"fn\":\"" + payload + "\",\"name\":\"%s\"}";

    for (String name : List.of("kanarienvogel", TEXT)) {
      byte[] json = job.replace("%s", name).getBytes(StandardCharsets.ISO_8859_1);
      assertThat(Payloads.contain(json, TEXT), is(true));
      assertThat(Payloads.containOpenly(json, TEXT), is(name.equals(TEXT)));
    }
  }

  @Test
  void whatBeamSerializesIsFoundHoweverItIsWrapped() throws IOException {
    byte[] serialized = SerializableUtils.serializeToByteArray((Serializable) List.of(TEXT));
    String base64 = Base64.getEncoder().encodeToString(serialized);
    String percent =
        URLEncoder.encode(
            new String(serialized, StandardCharsets.ISO_8859_1), StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write(("{\"fn\":\"" + base64 + "\"}").getBytes(StandardCharsets.UTF_8));
    }
    ByteArrayOutputStream java = new ByteArrayOutputStream();
    try (ObjectOutputStream stream = new ObjectOutputStream(java)) {
      stream.writeObject(zipped.toByteArray());
    }

    for (byte[] payload :
        List.of(
            TEXT.getBytes(StandardCharsets.UTF_8),
            ("{\"a\":\"\\u006banarienvogel\\u002d7291\"}").getBytes(StandardCharsets.UTF_8),
            serialized,
            ("{\"fn\":\"" + base64 + "\"}").getBytes(StandardCharsets.UTF_8),
            percent.getBytes(StandardCharsets.ISO_8859_1),
            zipped.toByteArray(),
            java.toByteArray())) {
      assertThat(Payloads.contain(payload, TEXT), is(true));
      assertThat(Payloads.contain(payload, "kanarienvogel-7292"), is(false));
    }
  }
}
