package io.resultsink.pipelines.benchmark;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The machine on which figures were measured. */
final class Machine {

  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  private Machine() {}

  static Map<String, String> describe() {
    OperatingSystemMXBean system = system();
    Map<String, String> said = new LinkedHashMap<>();
    said.put("processors", system.getAvailableProcessors() + ", " + processor());
    said.put("memory", (memoryBytes() >> 30) + " GB");
    said.put("system", system.getName() + " " + system.getVersion() + " " + system.getArch());
    said.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
    return said;
  }

  static long memoryBytes() {
    return system().getTotalMemorySize();
  }

  private static OperatingSystemMXBean system() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  }

  private static String processor() {
    try {
      return Files.readAllLines(PROCESSORS).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.replaceFirst(".*:\\s*", ""))
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown"; // another system than Linux
    }
  }
}
