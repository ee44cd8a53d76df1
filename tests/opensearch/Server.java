import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.Plugin;
import org.opensearch.transport.Netty4Plugin;

/** One node of OpenSearch for tests, without its distribution: FOLDER HTTP-PORT TRANSPORT-PORT. */
public class Server extends Node {
  Server(Environment environment, Collection<Class<? extends Plugin>> plugins) {
    super(environment, plugins, true);
  }

  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(arguments[0]);
    Files.createDirectories(home.resolve("config"));
    Settings settings = Settings.builder()
      .put("path.home", home).put("cluster.name", "dormouse").put("node.name", "one")
      .put("network.host", "127.0.0.1").put("http.port", arguments[1]).put("transport.port", arguments[2])
      .put("discovery.type", "single-node").put("http.type", "netty4").put("transport.type", "netty4")
      .put("cluster.routing.allocation.disk.threshold_enabled", false).put("bootstrap.system_call_filter", false)
      .build();
    var environment = InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), home.resolve("config"), () -> "one");
    new Server(environment, List.of(Netty4Plugin.class, CommonAnalysisPlugin.class)).start();
    Thread.currentThread().join();
  }
}
