package linkspec;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.microsoft.graph.info.Constants;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An adapter (protocol version 1) in front of microsoft-graph for Java. */
public final class Adapter {
    private static final Gson GSON = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
    private static final PrintStream OUTPUT = System.out;

    private Adapter() {}

    public static void main(String[] arguments) throws IOException {
        // Nothing but protocol lines may reach the standard output, whatever a library prints.
        System.setOut(System.err);
        ExecutorService workers = Executors.newCachedThreadPool();
        GraphCaller caller = new GraphCaller();
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            JsonObject message;
            try {
                message = JsonParser.parseString(line).getAsJsonObject();
            } catch (JsonParseException | IllegalStateException problem) {
                System.err.println("ignored a line that is no JSON object: " + problem.getMessage());
                continue;
            }
            if (!message.has("id")) {
                System.err.println("ignored a message without an id");
                continue;
            }
            JsonElement member = message.get("op");
            String operation = member != null && member.isJsonPrimitive() ? member.getAsString() : "";
            switch (operation) {
                case "bye" -> System.exit(0);
                case "hello" -> send(message, hello(message));
                case "createLink" -> workers.submit(() -> send(message, caller.createLink(message)));
                default -> send(message, failed("unknown operation " + operation));
            }
        }
        System.exit(0); // the workers and OkHttp's threads would go on for a while
    }

    private static JsonObject hello(JsonObject message) {
        if (!new JsonPrimitive(1).equals(message.get("protocol"))) {
            return failed("only protocol 1 is spoken here");
        }
        JsonObject answer = new JsonObject();
        answer.addProperty("name", "microsoft-graph");
        answer.addProperty("version", Constants.VERSION_NAME);
        answer.addProperty("language", "java");
        answer.add("addresses", GSON.toJsonTree(List.of("drives")));
        return answer;
    }

    static JsonObject failed(String text) {
        JsonObject error = new JsonObject();
        error.addProperty("message", text);
        JsonObject answer = new JsonObject();
        answer.add("error", error);
        return answer;
    }

    private static void send(JsonObject message, JsonObject answer) {
        answer.add("id", message.get("id"));
        synchronized (OUTPUT) {
            byte[] line = (GSON.toJson(answer) + "\n").getBytes(StandardCharsets.UTF_8);
            OUTPUT.write(line, 0, line.length);
            OUTPUT.flush();
        }
    }
}
