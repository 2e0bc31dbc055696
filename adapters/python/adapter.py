"""Lets linkspec call createLink through msgraph-sdk (adapter protocol 1)."""

import asyncio
import json
import sys
import time
from datetime import date, datetime
from importlib.metadata import version
from uuid import UUID

from azure.core.credentials import AccessToken
from kiota_abstractions.api_error import APIError
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.drives.item.items.item.create_link.create_link_post_request_body import (
    CreateLinkPostRequestBody,
)
from msgraph.generated.models.drive_recipient import DriveRecipient
from msgraph_core import APIVersion, GraphClientFactory

PACKAGE = "msgraph-sdk"

# What the SDK declares for each member of its request body: Graph name, attribute, type.
MEMBERS = {
    "type": ("type", str),
    "scope": ("scope", str),
    "password": ("password", str),
    "expirationDateTime": ("expiration_date_time", datetime),
    "retainInheritedPermissions": ("retain_inherited_permissions", bool),
    "recipients": ("recipients", list),
    "sendNotification": ("send_notification", bool),
    "message": ("message", str),
}

RECIPIENT_MEMBERS = {"alias": "alias", "email": "email", "objectId": "object_id"}


class Unsupported(Exception):
    """The SDK cannot express the request."""


class StaticCredential:
    """An azure-core TokenCredential that always has the same token."""

    def __init__(self, token):
        self.token = token

    def get_token(self, *scopes, **options):
        return AccessToken(self.token, int(time.time()) + 3600)


CLIENTS = {}


def client_for(base_url, token):
    if (base_url, token) not in CLIENTS:
        # As the documentation does it for national clouds: host and version are set on the HTTP client.
        host, _, api_version = base_url.rpartition("/")
        http_client = GraphClientFactory.create_with_default_middleware(APIVersion(api_version), host=host)
        authentication = AzureIdentityAuthenticationProvider(StaticCredential(token))
        CLIENTS[base_url, token] = GraphServiceClient(
            request_adapter=GraphRequestAdapter(authentication, http_client)
        )
    return CLIENTS[base_url, token]


def recipient(members):
    if not isinstance(members, dict):
        raise Unsupported("this SDK takes a recipient as a DriveRecipient only")
    model = DriveRecipient()
    for name, value in members.items():
        if name not in RECIPIENT_MEMBERS:
            model.additional_data[name] = value
        elif value is None or isinstance(value, str):
            setattr(model, RECIPIENT_MEMBERS[name], value)
        else:
            raise Unsupported(f"this SDK declares {name} of a recipient as str")
    return model


def sdk_value(name, declared, value):
    if value is None:
        return None
    if declared is datetime and isinstance(value, str):
        # A datetime cannot say "no time of day", though fromisoformat() would take a bare date.
        if not is_iso(date, value) and is_iso(datetime, value):
            return datetime.fromisoformat(value)
        raise Unsupported(f"this SDK takes {name} as datetime, and {value!r} is none")
    if not isinstance(value, declared):
        raise Unsupported(f"this SDK declares {name} as {declared.__name__}")
    return [recipient(item) for item in value] if declared is list else value


def is_iso(kind, text):
    try:
        kind.fromisoformat(text)
        return True
    except ValueError:
        return False


def request_body(request):
    body = CreateLinkPostRequestBody()
    for name, value in request.items():
        if name in MEMBERS:
            attribute, declared = MEMBERS[name]
            setattr(body, attribute, sdk_value(name, declared, value))
        else:
            body.additional_data[name] = value
    return body


def surfaced(value):
    """The properties an application sees on a model, under their Graph names."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, list):
        return [surfaced(item) for item in value]
    if isinstance(value, dict):
        return {name: surfaced(item) for name, item in value.items()}
    if not hasattr(value, "get_field_deserializers"):
        return value
    attributes = {name: getattr(value, attribute_of(name), None) for name in value.get_field_deserializers()}
    present = {name: item for name, item in attributes.items() if item is not None}
    return surfaced(present | value.additional_data)


def attribute_of(name):
    """expirationDateTime -> expiration_date_time, as the SDK's generator names its attributes."""
    if name == "@odata.type":
        return "odata_type"
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def surfaced_error(error):
    message, reply = None, {}
    if isinstance(error, APIError):
        reply["status"] = error.response_status_code
        message = error.primary_message
        # Only an ODataError, which is the parsed error answer, has this.
        main_error = getattr(error, "error", None)
        if main_error is not None:
            reply["code"] = main_error.code
            message = main_error.message
    # Any of them may be None: an error need not have a message, and then its text is what an application has.
    reply["message"] = str(error) if message is None else message
    return {name: value for name, value in reply.items() if value is not None}


async def create_link(question):
    address = question["address"]
    if address["kind"] != "drives":
        return {"unsupported": "this SDK has createLink under /drives/{drive-id}/items only"}
    try:
        body = request_body(question["request"])
    except Unsupported as reason:
        return {"unsupported": str(reason)}
    client = client_for(question["baseUrl"], question["token"])
    item = client.drives.by_drive_id(address["driveId"]).items.by_drive_item_id(address["itemId"])
    try:
        permission = await item.create_link.post(body)
    except Exception as error:  # whatever the SDK raises is what the application gets
        return {"error": surfaced_error(error)}
    return {"permission": surfaced(permission)}


async def answer(question):
    match question.get("op"):
        case "hello":
            reply = {"name": PACKAGE, "version": version(PACKAGE), "language": "python", "addresses": ["drives"]}
        case "createLink":
            reply = await create_link(question)
        case operation:
            reply = {"error": {"message": f"unknown operation {operation}"}}
    print(json.dumps({"id": question.get("id")} | reply), flush=True)


async def main():
    under_way = set()
    while line := await asyncio.to_thread(sys.stdin.readline):
        try:
            question = dict(json.loads(line))
        except (TypeError, ValueError) as error:
            print(f"not a question: {error}", file=sys.stderr)
            continue
        if question.get("op") == "bye":
            break
        task = asyncio.create_task(answer(question))
        under_way.add(task)
        task.add_done_callback(under_way.discard)


asyncio.run(main())
