package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	kiota "github.com/microsoft/kiota-abstractions-go"
	graph "github.com/microsoftgraph/msgraph-sdk-go"
	"github.com/microsoftgraph/msgraph-sdk-go/drives"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"
)

// Kiota's own bearer provider refuses plain http off localhost, so the token comes from a provider of our own.
type staticToken string

func (token staticToken) AuthenticateRequest(_ context.Context, request *kiota.RequestInformation, _ map[string]any) error {
	request.Headers.Add("Authorization", "Bearer "+string(token))
	return nil
}

type clientKey struct{ baseURL, token string }

var (
	clientsLock sync.Mutex
	clients     = map[clientKey]*graph.GraphServiceClient{}
)

func clientFor(key clientKey) (*graph.GraphServiceClient, error) {
	clientsLock.Lock()
	defer clientsLock.Unlock()
	if client := clients[key]; client != nil {
		return client, nil
	}
	adapter, err := graph.NewGraphRequestAdapter(staticToken(key.token))
	if err != nil {
		return nil, err
	}
	adapter.SetBaseUrl(key.baseURL)
	clients[key] = graph.NewGraphServiceClient(adapter)
	return clients[key], nil
}

func createLink(asked message) (told answer) {
	defer func() {
		if panicked := recover(); panicked != nil {
			told = failed(fmt.Sprint("the SDK panicked: ", panicked))
		}
	}()
	if asked.Address.Kind != "drives" {
		return answer{"unsupported": "msgraph-sdk-go has no items below " + asked.Address.Kind + ", only below drives"}
	}
	body, problem := requestBody(asked.Request)
	if problem != nil {
		return answer{"unsupported": problem.Error()}
	}
	client, err := clientFor(clientKey{asked.BaseURL, asked.Token})
	if err != nil {
		return failed(err.Error())
	}
	permission, err := client.Drives().ByDriveId(asked.Address.DriveID).Items().ByDriveItemId(asked.Address.ItemID).
		CreateLink().Post(context.Background(), body, nil)
	switch {
	case err != nil:
		return answer{"error": errorMembers(err)}
	case permission == nil:
		return answer{"permission": nil}
	default:
		return answer{"permission": permissionMembers(permission)}
	}
}

func requestBody(request map[string]json.RawMessage) (*drives.ItemItemsItemCreateLinkPostRequestBody, error) {
	body := drives.NewItemItemsItemCreateLinkPostRequestBody()
	for name, value := range request {
		var err error
		switch name {
		case "type":
			err = set(value, body.SetTypeEscaped)
		case "scope":
			err = set(value, body.SetScope)
		case "password":
			err = set(value, body.SetPassword)
		case "message":
			err = set(value, body.SetMessage)
		case "retainInheritedPermissions":
			err = set(value, body.SetRetainInheritedPermissions)
		case "sendNotification":
			err = set(value, body.SetSendNotification)
		case "expirationDateTime":
			err = set(value, body.SetExpirationDateTime)
		case "recipients":
			err = setRecipients(value, body)
		default:
			var member any
			err = json.Unmarshal(value, &member)
			body.GetAdditionalData()[name] = member
		}
		if err != nil {
			return nil, fmt.Errorf("msgraph-sdk-go cannot set %s so: %w", name, err)
		}
	}
	return body, nil
}

// set gives null to the setter as nil. A time.Time reads RFC 3339, as an application would.
func set[T string | bool | time.Time](value json.RawMessage, setter func(*T)) error {
	var member *T
	if err := json.Unmarshal(value, &member); err != nil {
		return err
	}
	setter(member)
	return nil
}

func setRecipients(value json.RawMessage, body *drives.ItemItemsItemCreateLinkPostRequestBody) error {
	var members []map[string]json.RawMessage
	if err := json.Unmarshal(value, &members); err != nil {
		return err
	}
	if members == nil {
		body.SetRecipients(nil)
		return nil
	}
	recipients := []models.DriveRecipientable{}
	for _, member := range members {
		recipient := models.NewDriveRecipient()
		setters := map[string]func(*string){
			"alias": recipient.SetAlias, "email": recipient.SetEmail, "objectId": recipient.SetObjectId,
		}
		for name, value := range member {
			setter := setters[name]
			if setter == nil {
				return fmt.Errorf("a recipient has no %s", name)
			}
			if err := set(value, setter); err != nil {
				return err
			}
		}
		recipients = append(recipients, recipient)
	}
	body.SetRecipients(recipients)
	return nil
}

func errorMembers(err error) answer {
	members := answer{"message": text(err)}
	var api kiota.ApiErrorable
	if errors.As(err, &api) && api.GetStatusCode() != 0 {
		members["status"] = api.GetStatusCode()
	}
	var odata *odataerrors.ODataError
	if errors.As(err, &odata) && odata.GetErrorEscaped() != nil {
		surface(members, "code", odata.GetErrorEscaped().GetCode())
	}
	return members
}

// text guards against Error() itself: an ODataError without a message panics when it is printed.
func text(err error) (told string) {
	defer func() {
		if panicked := recover(); panicked != nil {
			told = fmt.Sprintf("the SDK's error (%T) panicked when asked for its text: %v", err, panicked)
		}
	}()
	return err.Error()
}
