package linkspec;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.microsoft.graph.models.Identity;
import com.microsoft.graph.models.IdentitySet;
import com.microsoft.graph.models.ItemReference;
import com.microsoft.graph.models.Permission;
import com.microsoft.graph.models.SharePointIdentity;
import com.microsoft.graph.models.SharePointIdentitySet;
import com.microsoft.graph.models.SharingInvitation;
import com.microsoft.graph.models.SharingLink;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.function.Function;

/** The typed members of the SDK's permission under their Graph names; what is null is left out. */
final class Surfaced {
    private final JsonObject members = new JsonObject();

    private Surfaced() {}

    static JsonObject permission(Permission permission) {
        return new Surfaced()
                .text("id", permission.getId())
                .list("roles", permission.getRoles(), JsonPrimitive::new)
                .flag("hasPassword", permission.getHasPassword())
                .text("expirationDateTime", permission.getExpirationDateTime() == null ? null
                        : DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(permission.getExpirationDateTime()))
                .text("shareId", permission.getShareId())
                .object("link", permission.getLink(), Surfaced::link)
                .object("grantedTo", permission.getGrantedTo(), Surfaced::identitySet)
                .object("grantedToV2", permission.getGrantedToV2(), Surfaced::identitySet)
                .list("grantedToIdentities", permission.getGrantedToIdentities(), Surfaced::identitySet)
                .list("grantedToIdentitiesV2", permission.getGrantedToIdentitiesV2(), Surfaced::identitySet)
                .object("inheritedFrom", permission.getInheritedFrom(), Surfaced::reference)
                .object("invitation", permission.getInvitation(), Surfaced::invitation)
                .members;
    }

    private static JsonObject link(SharingLink link) {
        return new Surfaced()
                .text("type", link.getType())
                .text("scope", link.getScope())
                .text("webUrl", link.getWebUrl())
                .text("webHtml", link.getWebHtml())
                .flag("preventsDownload", link.getPreventsDownload())
                .object("application", link.getApplication(), Surfaced::identity)
                .members;
    }

    private static JsonObject identitySet(IdentitySet set) {
        Surfaced surfaced = new Surfaced()
                .object("application", set.getApplication(), Surfaced::identity)
                .object("device", set.getDevice(), Surfaced::identity)
                .object("user", set.getUser(), Surfaced::identity);
        if (set instanceof SharePointIdentitySet wider) {
            surfaced.object("group", wider.getGroup(), Surfaced::identity)
                    .object("siteGroup", wider.getSiteGroup(), Surfaced::identity)
                    .object("siteUser", wider.getSiteUser(), Surfaced::identity)
                    .object("sharePointGroup", wider.getSharePointGroup(), Surfaced::identity);
        }
        return surfaced.members;
    }

    private static JsonObject identity(Identity identity) {
        Surfaced surfaced = new Surfaced()
                .text("id", identity.getId())
                .text("displayName", identity.getDisplayName());
        if (identity instanceof SharePointIdentity wider) {
            surfaced.text("loginName", wider.getLoginName());
        }
        return surfaced.members;
    }

    private static JsonObject reference(ItemReference reference) {
        return new Surfaced()
                .text("driveId", reference.getDriveId())
                .text("driveType", reference.getDriveType())
                .text("id", reference.getId())
                .text("name", reference.getName())
                .text("path", reference.getPath())
                .text("shareId", reference.getShareId())
                .text("siteId", reference.getSiteId())
                .members;
    }

    private static JsonObject invitation(SharingInvitation invitation) {
        return new Surfaced()
                .text("email", invitation.getEmail())
                .object("invitedBy", invitation.getInvitedBy(), Surfaced::identitySet)
                .text("redeemedBy", invitation.getRedeemedBy())
                .flag("signInRequired", invitation.getSignInRequired())
                .members;
    }

    private Surfaced text(String name, String value) {
        if (value != null) {
            members.addProperty(name, value);
        }
        return this;
    }

    private Surfaced flag(String name, Boolean value) {
        if (value != null) {
            members.addProperty(name, value);
        }
        return this;
    }

    private <T> Surfaced object(String name, T value, Function<? super T, ? extends JsonElement> mapped) {
        if (value != null) {
            members.add(name, mapped.apply(value));
        }
        return this;
    }

    private <T> Surfaced list(String name, List<? extends T> values, Function<? super T, ? extends JsonElement> mapped) {
        return object(name, values, all -> {
            JsonArray array = new JsonArray();
            all.forEach(value -> array.add(mapped.apply(value)));
            return array;
        });
    }
}
