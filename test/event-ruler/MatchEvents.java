import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.File;
import java.util.TreeSet;
import software.amazon.event.ruler.Machine;

/**
 * Matches events against event patterns with AWS Event Ruler, the engine of Amazon EventBridge. Reads a JSON file with apps, each
 * with "patterns" by rule and "cases" with events. Prints the matching rules of each event as JSON.
 */
public class MatchEvents {
  public static void main(String[] args) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    ArrayNode results = mapper.createArrayNode();
    for (JsonNode app : mapper.readTree(new File(args[0]))) {
      Machine machine = new Machine();
      for (var pattern : app.get("patterns").properties()) {
        machine.addRule(pattern.getKey(), pattern.getValue().toString());
      }
      ArrayNode matches = results.addArray();
      for (JsonNode one : app.get("cases")) {
        ArrayNode rules = matches.addArray();
        new TreeSet<>(machine.rulesForJSONEvent(one.get("event").toString())).forEach(rules::add);
      }
    }
    System.out.println(mapper.writeValueAsString(results));
  }
}
