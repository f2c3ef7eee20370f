package io.resultsink.pipelines.duckdb;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A type's name as DuckDB writes it, parsed.
 *
 * @param kind such as {@code BIGINT}, {@code DECIMAL(10,2)}, {@code STRUCT}; for a list {@code []}
 *     or {@code [3]}
 * @param parts the types of which it is made; none for a plain type
 */
record TypeName(String kind, List<Part> parts) {

  /**
   * A type of which another is made.
   *
   * @param field the field's name as DuckDB writes it; empty if it has none
   */
  record Part(String field, TypeName type) {}

  /** Parses a name. */
  static TypeName of(String name) {
    return new Parser(name).type();
  }

  boolean isList() {
    return kind.startsWith("[");
  }

  /** Returns the type of a list's elements. */
  TypeName element() {
    return parts.get(0).type;
  }

  /** Returns all plain types in it, and the types that a document would not represent exactly. */
  List<TypeName> leaves() {
    return parts.isEmpty() || kind.equals("UNION") || kind.equals("TUPLE")
        ? List.of(this)
        : parts.stream().flatMap(part -> part.type.leaves().stream()).toList();
  }

  /** Returns its name with other leaves. */
  String with(UnaryOperator<String> leaf) {
    if (parts.isEmpty()) {
      return leaf.apply(kind);
    }
    if (isList()) {
      return element().with(leaf) + kind;
    }
    return parts.stream()
        .map(part -> (part.field + " " + part.type.with(leaf)).strip())
        .collect(Collectors.joining(", ", kind + "(", ")"));
  }

  @Override
  public String toString() {
    return with(UnaryOperator.identity());
  }

  private static final class Parser {

    private final String text;
    private int position;

    Parser(String text) {
      this.text = text;
    }

    TypeName type() {
      int begin = position;
      skipWord();
      String kind = text.substring(begin, position);
      TypeName type =
          switch (kind) {
            case "STRUCT", "UNION" -> new TypeName(kind, parts(true));
            case "MAP", "TUPLE" -> new TypeName(kind, parts(false));
            default -> {
              skipArguments();
              yield new TypeName(text.substring(begin, position), List.of());
            }
          };
      while (at('[')) {
        int end = text.indexOf(']', position) + 1;
        type = new TypeName(text.substring(position, end), List.of(new Part("", type)));
        position = end;
      }
      return type;
    }

    private List<Part> parts(boolean named) {
      List<Part> parts = new ArrayList<>();
      do {
        position++;
        skipBlanks();
        int begin = position;
        if (named) {
          skipField();
        }
        String field = text.substring(begin, position);
        skipBlanks();
        parts.add(new Part(field, type()));
      } while (at(','));
      position++;
      return parts;
    }

    private void skipField() {
      if (at('"')) {
        skipQuoted('"');
      } else {
        position = text.indexOf(' ', position);
      }
    }

    /** Reads a type's own name, which may have blanks or quotes. */
    private void skipWord() {
      if (at('"')) {
        skipQuoted('"');
      }
      while (position < text.length() && "()[],".indexOf(text.charAt(position)) < 0) {
        position++;
      }
    }

    /** Reads digits, or an enum's labels. */
    private void skipArguments() {
      if (!at('(')) {
        return;
      }
      while (!at(')')) {
        if (at('\'')) {
          skipQuoted('\'');
        } else {
          position++;
        }
      }
      position++;
    }

    /** A quote in the name is written twice. */
    private void skipQuoted(char quote) {
      do {
        position = text.indexOf(quote, position + 1) + 1;
      } while (at(quote));
    }

    private void skipBlanks() {
      while (at(' ')) {
        position++;
      }
    }

    private boolean at(char expected) {
      return position < text.length() && text.charAt(position) == expected;
    }
  }
}
