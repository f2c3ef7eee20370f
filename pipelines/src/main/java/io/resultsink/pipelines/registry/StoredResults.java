package io.resultsink.pipelines.registry;

import io.resultsink.postgres.destination.PasswordFile;
import io.resultsink.postgres.destination.Secret;
import io.resultsink.postgres.internal.url.ServiceFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.annotations.Internal;

/** The named results of this user: services, and the passwords that pgresult keeps for them. */
@Internal
public final class StoredResults {

  private final EditedFile services;
  private final EditedFile passwords;

  private StoredResults(Path services, Path passwords) {
    this.services = new EditedFile(services);
    this.passwords = new EditedFile(passwords);
  }

  /**
   * Returns the named results in the files that psql reads: {@code PGSERVICEFILE} and {@code
   * PGPASSFILE}, or those in ~.
   */
  public static StoredResults ofUser() {
    return new StoredResults(ServiceFile.ofUser().path(), PasswordFile.ofUser().path());
  }

  /** Returns the names of all, in the order of the file. */
  public List<String> names() {
    return List.copyOf(ServiceFile.ofUser().services().keySet());
  }

  /** Returns whether pgresult wrote it, and so may remove it; false if its user did. */
  public boolean isOurs(String name) {
    return section(name).map(ServiceSection::ours).orElse(false);
  }

  /** Returns the file of services. */
  public Path serviceFile() {
    return services.path();
  }

  /** Returns the file of passwords. */
  public Path passwordFile() {
    return passwords.path();
  }

  /**
   * Adds a new one.
   *
   * @throws RegistryException if there is one of this name, or its password cannot be stored
   */
  public void create(NamedResult result) {
    Secret password = result.password();
    Optional<String> reference = password == null ? Optional.empty() : password.reference();
    // Both files are edited under one lock, so that both the name and its password are stored, or
    // neither.
    services.edit(
        file -> {
          if (ServiceSection.find(file, result.name()).isPresent()) {
            throw taken(result);
          }
          if (password != null && reference.isEmpty()) {
            keep(result, password);
          }
          return ServiceSection.appended(file, result, reference.orElse(""));
        });
  }

  private RegistryException taken(NamedResult result) {
    return new RegistryException(
        "'"
            + result.name()
            + "' exists already, in "
            + services.path()
            + "; show it with pgresult result show "
            + result.name()
            + ", or take another name");
  }

  private void keep(NamedResult result, Secret password) {
    if (passwords.isOpenToOthers()) {
      throw new RegistryException(
          passwords.path()
              + " can be read by others, so psql ignores it; nothing was changed. Close it with"
              + " chmod 600 "
              + passwords.path());
    }
    String address = PasswordLine.address(result.keywords());
    String line = password.passwordFileLine(address);
    passwords.edit(
        file -> {
          Optional<String> before = PasswordLine.find(file, address);
          if (before.isEmpty()) {
            return PasswordLine.prepended(file, result.name(), line);
          }
          if (before.get().equals(line)) {
            return file;
          }
          throw new RegistryException(
              passwords.path()
                  + " has another password for "
                  + result.keywords().get("user")
                  + " at "
                  + result.keywords().get("host")
                  + "; nothing was changed. Leave the password out of"
                  + " the URL to use that one, or change it there");
        });
  }

  /**
   * Removes one and its stored password.
   *
   * @throws RegistryException if there is none of this name, or its user wrote it
   */
  public void delete(String name) {
    require(name);
    services.edit(
        file -> {
          ServiceSection section = ServiceSection.find(file, name).orElseThrow(() -> missing(name));
          if (!section.ours()) {
            throw new RegistryException(
                "'"
                    + name
                    + "' was not created by pgresult; remove it from "
                    + services.path()
                    + " in an editor");
          }
          if (passwords.exists()) {
            passwords.edit(text -> PasswordLine.removed(text, name));
          }
          return section.removedFrom(file);
        });
  }

  /** Returns the error for an unknown name, with the known ones. */
  public RegistryException missing(String name) {
    List<String> names = names();
    return new RegistryException(
        "there is no named result '"
            + name
            + "' in "
            + services.path()
            + (names.isEmpty()
                ? "; create it with pgresult result create "
                    + name
                    + " postgresql://user@host/database"
                : "; there are: " + String.join(", ", names)));
  }

  /** Checks that there is one of this name. */
  public void require(String name) {
    if (section(name).isEmpty()) {
      throw missing(name);
    }
  }

  private Optional<ServiceSection> section(String name) {
    return ServiceSection.find(services.text(), name);
  }
}
