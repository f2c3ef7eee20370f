package io.resultsink.pipelines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Service and password file of a test's own, where this process looks instead of at home. */
final class PostgresFiles implements AutoCloseable {

  private static final String SERVICE_FILE = "org.postgresql.pgservicefile";
  private static final String PASSWORD_FILE = "org.postgresql.pgpassfile";

  private final Path services;
  private final Path passwords;

  PostgresFiles(Path folder) {
    services = folder.resolve("pg_service.conf");
    passwords = folder.resolve("pgpass");
    System.setProperty(SERVICE_FILE, services.toString());
    System.setProperty(PASSWORD_FILE, passwords.toString());
  }

  String services() throws IOException {
    return Files.exists(services) ? Files.readString(services) : "";
  }

  String passwords() throws IOException {
    return Files.exists(passwords) ? Files.readString(passwords) : "";
  }

  void writeServices(String text) throws IOException {
    Files.writeString(services, text);
  }

  void writePasswords(String text, String permissions) throws IOException {
    Files.writeString(passwords, text);
    Files.setPosixFilePermissions(passwords, PosixFilePermissions.fromString(permissions));
  }

  Path passwordFile() {
    return passwords;
  }

  String permissionsOfPasswords() throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(passwords));
  }

  @Override
  public void close() {
    System.clearProperty(SERVICE_FILE);
    System.clearProperty(PASSWORD_FILE);
  }
}
