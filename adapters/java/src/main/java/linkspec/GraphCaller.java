package linkspec;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.ToNumberPolicy;
import com.microsoft.graph.core.requests.BaseGraphRequestAdapter;
import com.microsoft.graph.drives.item.items.item.createlink.CreateLinkPostRequestBody;
import com.microsoft.graph.models.DriveRecipient;
import com.microsoft.graph.models.Permission;
import com.microsoft.graph.models.odataerrors.ODataError;
import com.microsoft.graph.serviceclient.GraphServiceClient;
import com.microsoft.kiota.ApiException;
import com.microsoft.kiota.authentication.AuthenticationProvider;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Makes the calls through the SDK and tells what it surfaced. */
final class GraphCaller {
    private record Key(String baseUrl, String token) {}

    /** The SDK has no way to express the request. */
    private static final class Unsupported extends RuntimeException {
        Unsupported(String text) {
            super(text);
        }
    }

    private static final Gson PLAIN =
            new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();

    private final Map<Key, GraphServiceClient> clients = new ConcurrentHashMap<>();

    JsonObject createLink(JsonObject message) {
        JsonObject answer = new JsonObject();
        try {
            answer.add("permission", permission(message));
        } catch (Unsupported problem) {
            answer.addProperty("unsupported", problem.getMessage());
        } catch (Throwable problem) { // an Error of the SDK is an outcome too
            answer.add("error", error(problem));
        }
        return answer;
    }

    private JsonElement permission(JsonObject message) {
        JsonObject address = message.getAsJsonObject("address");
        String kind = address.get("kind").getAsString();
        if (!kind.equals("drives")) {
            throw new Unsupported("microsoft-graph has no items below " + kind + ", only below drives");
        }
        CreateLinkPostRequestBody body = body(message.getAsJsonObject("request"));
        Key key = new Key(message.get("baseUrl").getAsString(), message.get("token").getAsString());
        Permission permission = clients.computeIfAbsent(key, GraphCaller::client)
                .drives().byDriveId(address.get("driveId").getAsString())
                .items().byDriveItemId(address.get("itemId").getAsString())
                .createLink().post(body);
        return permission == null ? JsonNull.INSTANCE : Surfaced.permission(permission);
    }

    private static GraphServiceClient client(Key key) {
        // Kiota's own bearer provider refuses plain http off localhost.
        AuthenticationProvider bearer =
                (request, context) -> request.headers.add("Authorization", "Bearer " + key.token());
        // The options the GraphServiceClient constructors give, with a service root of our own.
        return new GraphServiceClient(
                new BaseGraphRequestAdapter(bearer, key.baseUrl(), GraphServiceClient.getGraphClientOptions()));
    }

    private static CreateLinkPostRequestBody body(JsonObject request) {
        CreateLinkPostRequestBody body = new CreateLinkPostRequestBody();
        for (Map.Entry<String, JsonElement> member : request.entrySet()) {
            String name = member.getKey();
            JsonElement value = member.getValue();
            switch (name) {
                case "type" -> body.setType(text(name, value));
                case "scope" -> body.setScope(text(name, value));
                case "password" -> body.setPassword(text(name, value));
                case "message" -> body.setMessage(text(name, value));
                case "retainInheritedPermissions" -> body.setRetainInheritedPermissions(flag(name, value));
                case "sendNotification" -> body.setSendNotification(flag(name, value));
                case "expirationDateTime" -> body.setExpirationDateTime(date(name, value));
                case "recipients" -> body.setRecipients(recipients(value));
                default -> body.getAdditionalData().put(name, PLAIN.fromJson(value, Object.class));
            }
        }
        return body;
    }

    private static String text(String name, JsonElement value) {
        if (value.isJsonNull()) {
            return null;
        }
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
            throw new Unsupported("microsoft-graph takes a String as " + name);
        }
        return value.getAsString();
    }

    private static Boolean flag(String name, JsonElement value) {
        if (value.isJsonNull()) {
            return null;
        }
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isBoolean()) {
            throw new Unsupported("microsoft-graph takes a Boolean as " + name);
        }
        return value.getAsBoolean();
    }

    private static OffsetDateTime date(String name, JsonElement value) {
        String text = text(name, value);
        try {
            return text == null ? null : OffsetDateTime.parse(text);
        } catch (DateTimeParseException problem) {
            throw new Unsupported("microsoft-graph takes an OffsetDateTime as " + name + ": " + problem.getMessage());
        }
    }

    private static List<DriveRecipient> recipients(JsonElement value) {
        if (value.isJsonNull()) {
            return null;
        }
        if (!value.isJsonArray()) {
            throw new Unsupported("microsoft-graph takes a List as recipients");
        }
        List<DriveRecipient> recipients = new ArrayList<>();
        for (JsonElement element : value.getAsJsonArray()) {
            if (!element.isJsonObject()) {
                throw new Unsupported("microsoft-graph takes a DriveRecipient as a recipient");
            }
            DriveRecipient recipient = new DriveRecipient();
            for (Map.Entry<String, JsonElement> member : element.getAsJsonObject().entrySet()) {
                String text = text(member.getKey(), member.getValue());
                switch (member.getKey()) {
                    case "alias" -> recipient.setAlias(text);
                    case "email" -> recipient.setEmail(text);
                    case "objectId" -> recipient.setObjectId(text);
                    default -> throw new Unsupported("a DriveRecipient has no " + member.getKey());
                }
            }
            recipients.add(recipient);
        }
        return recipients;
    }

    private static JsonObject error(Throwable problem) {
        JsonObject error = new JsonObject();
        if (problem instanceof ApiException answered && answered.getResponseStatusCode() != 0) {
            error.addProperty("status", answered.getResponseStatusCode());
        }
        if (problem instanceof ODataError odata && odata.getError() != null && odata.getError().getCode() != null) {
            error.addProperty("code", odata.getError().getCode());
        }
        error.addProperty("message", text(problem));
        return error;
    }

    /** Even asking the SDK's exception for its text may throw. */
    private static String text(Throwable problem) {
        try {
            return problem.getMessage() == null ? problem.getClass().getName() : problem.getMessage();
        } catch (RuntimeException second) {
            return "the SDK's " + problem.getClass().getName() + " threw when asked for its text: " + second;
        }
    }
}
