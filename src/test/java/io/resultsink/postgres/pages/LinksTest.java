package io.resultsink.postgres.pages;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.resultsink.postgres.testing.Pages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Links between README and pages, and the tests that pages name. */
class LinksTest {

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+)$");
  private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^```.*?^```$");
  private static final Pattern TEST =
      Pattern.compile("`([A-Z][A-Za-z0-9]*[a-z0-9](?:Test|IT))(?:#([A-Za-z0-9]+))?`");

  @Test
  void everyLinkLeadsToAFileAndAHeadingThatAreThere() throws IOException {
    List<String> broken = new ArrayList<>();
    int followed = 0;
    for (Path file : Pages.files()) {
      for (String link : found(LINK, prose(file))) {
        if (!link.matches("[a-z]+:.*")) {
          followed++;
          if (!isThere(file, link)) {
            broken.add(Pages.top().relativize(file) + " -> " + link);
          }
        }
      }
    }
    assertThat(broken, is(empty()));
    assertThat(followed, greaterThan(20));
  }

  @Test
  void everyPageIsLinkedFromAnother() throws IOException {
    List<Path> lonely = new ArrayList<>(Pages.files());
    lonely.remove(Pages.top().resolve("README.md"));
    for (Path file : Pages.files()) {
      for (String link : found(LINK, prose(file))) {
        lonely.remove(file.resolveSibling(link.replaceFirst("#.*", "")).normalize());
      }
    }
    assertThat(lonely, is(empty()));
  }

  @Test
  void everyTestThatAPageNamesIsThere() throws IOException {
    Map<String, String> tests = sourcesOfTests();
    List<String> missing = new ArrayList<>();
    int named = 0;
    for (Path file : Pages.files()) {
      Matcher matcher = TEST.matcher(prose(file));
      while (matcher.find()) {
        named++;
        String source = tests.get(matcher.group(1));
        String method = matcher.group(2);
        if (source == null || (method != null && !source.contains("void " + method + "("))) {
          missing.add(Pages.top().relativize(file) + " names " + matcher.group());
        }
      }
    }
    assertThat(missing, is(empty()));
    assertThat(named, greaterThan(40));
  }

  private static boolean isThere(Path file, String link) {
    String[] parts = link.split("#", 2);
    Path target = parts[0].isEmpty() ? file : file.resolveSibling(parts[0]).normalize();
    return target.startsWith(Pages.top())
        && Files.exists(target)
        && (parts.length == 1 || anchors(target).contains(parts[1]));
  }

  /** Returns the anchors of a page's headings, as GitHub and the site make them. */
  private static List<String> anchors(Path page) {
    return found(HEADING, prose(page)).stream()
        .map(heading -> heading.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 _-]", ""))
        .map(heading -> heading.strip().replace(' ', '-'))
        .collect(Collectors.toList());
  }

  private static String prose(Path file) {
    return CODE_BLOCK.matcher(Pages.read(file)).replaceAll("");
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(match -> match.group(1)).toList();
  }

  private static Map<String, String> sourcesOfTests() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String folder :
        List.of(
            "src/test/java",
            "pipelines/src/test/java",
            "pipelines/expansion/src/test/java",
            "pipelines/sql/src/test/java",
            "pipelines/template/src/test/java")) {
      try (Stream<Path> found = Files.walk(Pages.top().resolve(folder))) {
        found.filter(file -> file.toString().endsWith(".java")).forEach(files::add);
      }
    }
    assertThat(files, is(not(empty())));
    return files.stream()
        .collect(
            Collectors.toMap(
                file -> file.getFileName().toString().replace(".java", ""),
                Pages::read,
                (one, other) -> one + other));
  }
}
