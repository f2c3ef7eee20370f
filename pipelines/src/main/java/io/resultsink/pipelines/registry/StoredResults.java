package io.resultsink.pipelines.registry;

import io.resultsink.postgres.destination.PasswordFile;
import io.resultsink.postgres.destination.Secret;
import io.resultsink.postgres.internal.url.ServiceFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.annotations.Internal;

/** The named results of this user: services, and the passwords of those that we keep. */
@Internal
public final class StoredResults {

  private final EditedFile services;
  private final EditedFile passwords;

  private StoredResults(Path services, Path passwords) {
    this.services = new EditedFile(services);
    this.passwords = new EditedFile(passwords);
  }

  /** Those in the files that psql reads: {@code PGSERVICEFILE} and {@code PGPASSFILE}, or in ~. */
  public static StoredResults ofUser() {
    return new StoredResults(ServiceFile.ofUser().path(), PasswordFile.ofUser().path());
  }

  /** The names of all, in the order of the file. */
  public List<String> names() {
    return List.copyOf(ServiceFile.ofUser().services().keySet());
  }

  /** Returns whether pgresult wrote it, and so may remove it; false when its user did. */
  public boolean isOurs(String name) {
    return section(name).map(ServiceSection::ours).orElse(false);
  }

  /** Returns where services are kept. */
  public Path serviceFile() {
    return services.path();
  }

  /** Returns where passwords are kept. */
  public Path passwordFile() {
    return passwords.path();
  }

  /**
   * Keeps a new one.
   *
   * @throws RegistryException when there is one of this name, or its password cannot be kept
   */
  public void create(NamedResult result) {
    Secret password = result.password();
    Optional<String> reference = password == null ? Optional.empty() : password.reference();
    // Both files under one lock: a name is taken and its password kept, or neither.
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
            + "' is there already, in "
            + services.path()
            + "; show it with pgresult result show "
            + result.name()
            + ", or take another name");
  }

  private void keep(NamedResult result, Secret password) {
    if (passwords.isOpenToOthers()) {
      throw new RegistryException(
          passwords.path()
              + " can be read by others, and psql ignores it then; nothing was changed."
              + " Close it with chmod 600 "
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
   * Removes one, and the password that was kept for it.
   *
   * @throws RegistryException when there is none of this name, or its user wrote it
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

  /** The error that a name is unknown, with those that are not. */
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

  /** Throws unless there is one of this name. */
  public void require(String name) {
    if (section(name).isEmpty()) {
      throw missing(name);
    }
  }

  private Optional<ServiceSection> section(String name) {
    return ServiceSection.find(services.text(), name);
  }
}
