package main

import (
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

// surface tells a member only where the SDK has one.
func surface[T any](members answer, name string, value *T) {
	if value != nil {
		members[name] = *value
	}
}

func permissionMembers(permission models.Permissionable) answer {
	members := answer{}
	surface(members, "id", permission.GetId())
	surface(members, "hasPassword", permission.GetHasPassword())
	surface(members, "shareId", permission.GetShareId())
	if roles := permission.GetRoles(); roles != nil {
		members["roles"] = roles
	}
	if expires := permission.GetExpirationDateTime(); expires != nil {
		members["expirationDateTime"] = expires.Format(time.RFC3339Nano)
	}
	if link := permission.GetLink(); link != nil {
		members["link"] = linkMembers(link)
	}
	if set := permission.GetGrantedTo(); set != nil {
		members["grantedTo"] = identitySetMembers(set)
	}
	if set := permission.GetGrantedToV2(); set != nil {
		members["grantedToV2"] = identitySetMembers(set)
	}
	if sets := permission.GetGrantedToIdentities(); sets != nil {
		members["grantedToIdentities"] = each(sets, identitySetMembers)
	}
	if sets := permission.GetGrantedToIdentitiesV2(); sets != nil {
		members["grantedToIdentitiesV2"] = each(sets, func(set models.SharePointIdentitySetable) answer { return identitySetMembers(set) })
	}
	if reference := permission.GetInheritedFrom(); reference != nil {
		members["inheritedFrom"] = referenceMembers(reference)
	}
	if invitation := permission.GetInvitation(); invitation != nil {
		members["invitation"] = invitationMembers(invitation)
	}
	return members
}

func linkMembers(link models.SharingLinkable) answer {
	members := answer{}
	surface(members, "type", link.GetTypeEscaped())
	surface(members, "scope", link.GetScope())
	surface(members, "webUrl", link.GetWebUrl())
	surface(members, "webHtml", link.GetWebHtml())
	surface(members, "preventsDownload", link.GetPreventsDownload())
	if application := link.GetApplication(); application != nil {
		members["application"] = identityMembers(application)
	}
	return members
}

func identitySetMembers(set models.IdentitySetable) answer {
	identities := map[string]models.Identityable{
		"application": set.GetApplication(), "device": set.GetDevice(), "user": set.GetUser(),
	}
	// GrantedTo is declared with the plain set, so what the SDK made of it decides.
	if set, ok := set.(models.SharePointIdentitySetable); ok {
		identities["group"] = set.GetGroup()
		identities["siteGroup"] = set.GetSiteGroup()
		identities["siteUser"] = set.GetSiteUser()
	}
	members := answer{}
	for name, identity := range identities {
		if identity != nil {
			members[name] = identityMembers(identity)
		}
	}
	return members
}

func identityMembers(identity models.Identityable) answer {
	members := answer{}
	surface(members, "id", identity.GetId())
	surface(members, "displayName", identity.GetDisplayName())
	if identity, ok := identity.(models.SharePointIdentityable); ok {
		surface(members, "loginName", identity.GetLoginName())
	}
	return members
}

func referenceMembers(reference models.ItemReferenceable) answer {
	members := answer{}
	surface(members, "driveId", reference.GetDriveId())
	surface(members, "driveType", reference.GetDriveType())
	surface(members, "id", reference.GetId())
	surface(members, "name", reference.GetName())
	surface(members, "path", reference.GetPath())
	surface(members, "shareId", reference.GetShareId())
	surface(members, "siteId", reference.GetSiteId())
	return members
}

func invitationMembers(invitation models.SharingInvitationable) answer {
	members := answer{}
	surface(members, "email", invitation.GetEmail())
	surface(members, "redeemedBy", invitation.GetRedeemedBy())
	surface(members, "signInRequired", invitation.GetSignInRequired())
	if by := invitation.GetInvitedBy(); by != nil {
		members["invitedBy"] = identitySetMembers(by)
	}
	return members
}

func each[T any](values []T, members func(T) answer) []answer {
	all := []answer{}
	for _, value := range values {
		all = append(all, members(value))
	}
	return all
}
