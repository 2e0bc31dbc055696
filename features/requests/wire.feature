Feature: What a client library puts on the wire
  The application says what it wants; the library says it to the service, in the documented form, and says
  nothing else. Every request of the run is judged, whatever story it belongs to.

  @SDK-01 @must @requests
  Rule: The request is a POST to one of the documented addresses
    Page, HTTP request: "POST /drives/{driveId}/items/{itemId}/createLink"
    To read the drive or the item first is no attempt at a link. A query is a warning, and so is an address at which Graph is known to serve the action although the page does not
    document it: an empty segment, the qualified name, a drive of a site, a share. An address that the library has no
    way to name is not judged, nor an item named by its path.

    @traffic
    Scenario: every request
      Then every request is a POST to a documented address

    Scenario Outline: a view link at the <way> address
      Given a new file
      When the application asks for a view link at the <way> address
      Then every request is a POST to a documented address

      Examples:
        | way    |
        | drives |
        | groups |
        | me     |
        | sites  |
        | users  |

  @SDK-02 @must @requests
  Rule: The token is on the wire once, and goes to the configured host alone
    Page, Request headers: "Bearer {token}. Required."
    Another host is one that a redirect, a Location or a webUrl names. To follow a redirect without the token is fine;
    what becomes of the body is SDK-26's business.

    Scenario: every request
      Then every request carries the application's token once
      And no other host receives the token

    Scenario Outline: a redirect with <status>
      Given a new file
      And the service redirects to another host with <status>
      When the application asks for a view link
      Then no other host receives the token

      Examples:
        | status |
        | 302    |
        | 307    |
        | 308    |

    Scenario: a Location on another host beside the link
      Given a new file
      And the service answers 201 with a Location on another host
      When the application asks for a view link
      Then no other host receives the token

  @SDK-26 @should @requests
  Rule: The body goes to the configured host alone
    RFC 9110, 15.4 Redirection 3xx: a redirect may be followed, and the body may hold the password of the link
    Followed as GET, without the body, nothing is given away.

    Scenario Outline: a redirect with <status>
      Given a new file
      And the service redirects to another host with <status>
      When the application asks for a view link
      Then no other host receives the body

      Examples:
        | status |
        | 301    |
        | 302    |
        | 307    |
        | 308    |

  @SDK-03 @must @requests
  Rule: The request is labelled application/json
    Page, Request headers: "application/json. Required."
    Parameters such as a character set are allowed.

    @traffic
    Scenario: every request
      Then every request is labelled application/json

  @SDK-04 @must @requests
  Rule: The body is one JSON object, in the encoding that the header names
    Page, Request body: "should be a JSON object"
    In UTF-8, no member written twice. Plain bytes labelled gzip cannot be read: seen where a request is repeated,
    https://github.com/microsoft/kiota-http-go/issues/183. A member set to null was seen written twice:
    https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/2768 and https://github.com/microsoft/kiota/issues/6375
    A MUST though the page says should: what is no JSON in the encoding that is named cannot be read by any service.

    @traffic
    Scenario: every request
      Then every body is one JSON object without a repeated member

    Scenario: a body written twice, because the first was put off
      Given a new file
      And the service throttles the first request for 1 second
      When the application asks for a view link
      Then every body is one JSON object without a repeated member

    Scenario: every optional member null
      Given a new file
      When the application asks for a view link with every optional property null
      Then every body is one JSON object without a repeated member

  @SDK-05 @must @requests
  Rule: A member the application did not set does not change what is asked for
    Page, Request body: "If true (default), any existing inherited permissions are retained"
    retainInheritedPermissions false, a type or scope nobody asked for, or an empty string changes it. An unasked
    null, or the documented default written out, is a warning. Sent as false it takes other people's access away:
    https://github.com/microsoftgraph/msgraph-sdk-python/issues/1563 and https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/3165

    Scenario: every request
      Then no member that the application did not set changes what is asked for

    Scenario: a type and nothing else
      Given a new file
      When the application asks for a view link without naming a scope
      Then no member that the application did not set changes what is asked for

    Scenario: a scope and nothing else
      Given a new file
      When the application asks for a link without a type
      Then no member that the application did not set changes what is asked for

  @SDK-06 @should @requests
  Rule: No undocumented member is sent unless the application set it
    Page, Request body: the table names type, password, expirationDateTime, retainInheritedPermissions and scope
    sendNotification was seen.

    Scenario: every request
      Then no request carries an undocumented member

    Scenario: a type and nothing else
      Given a new file
      When the application asks for a view link without naming a scope
      Then no request carries an undocumented member

  @SDK-07 @must @requests
  Rule: What the application set arrives under its documented name, unaltered
    Page, Request body: "The body of the request defines properties of the sharing link your application is requesting"
    Values that the page documents are sent, and not refused by the library itself. A member that is null may be left
    out, which says the same.

    Scenario: every request
      Then everything the application set arrives unaltered

    Scenario: every optional member null
      Given a new file
      When the application asks for a view link with every optional property null
      Then everything the application set arrives unaltered

    Scenario: a password
      Given a new file
      When the application asks for a view link for anyone with a password
      Then everything the application set arrives unaltered

    Scenario: a password beyond ASCII
      Given a new file
      When the application asks for a view link for anyone with the password "pässwörd \ 密码 🔑 <&>"
      Then everything the application set arrives unaltered

    Scenario: inherited permissions kept
      Given a new file
      When the application asks for an edit link for the organization keeping inherited permissions
      Then everything the application set arrives unaltered

    Scenario: inherited permissions dropped
      Given a new file
      When the application asks for a view link dropping existing permissions
      Then everything the application set arrives unaltered

    Scenario: an embed link
      Given a new file
      When the application asks for an embed link
      Then everything the application set arrives unaltered

    Scenario: a link for specific people
      Given a new file
      When the application asks for a view link for specific people
      Then everything the application set arrives unaltered

    Scenario: a type the documentation does not know
      Given a new file
      When the application asks for a link of type "review"
      Then it is passed on or refused, and never replaced

    Scenario: a scope the documentation does not know
      Given a new file
      When the application asks for a view link with the scope "existingAccess"
      Then it is passed on or refused, and never replaced

  @SDK-08 @must @requests
  Rule: The expiration on the wire is the instant asked for
    Page, Request body: "expirationDateTime ... yyyy-MM-ddTHH:mm:ssZ of DateTime indicates the expiration time"
    A fraction of a second has no place in the documented form, so it may be dropped.

    Scenario: an expiration in the documented form
      Given a new file
      When the application asks for a view link that expires in 7 days
      Then the expiration arrives as the same instant

    Scenario: an expiration with an offset and a fraction
      Given a new file
      When the application asks for a view link that expires in 7 days, written with an offset
      Then the expiration arrives as the same instant

    Scenario: an expiration with a fraction
      Given a new file
      When the application asks for a view link that expires in 7 days, written with a fraction
      Then the expiration arrives as the same instant

  @SDK-09 @should @requests
  Rule: The expiration is written in the documented form
    Page, Request body: "yyyy-MM-ddTHH:mm:ssZ"
    Neither a fraction nor an offset.

    Scenario: an expiration in the documented form
      Given a new file
      When the application asks for a view link that expires in 7 days
      Then the expiration is written in the documented form

  @SDK-10 @must @requests
  Rule: The ids the application gave address the same item
    Page, HTTP request: "/drives/{driveId}/items/{itemId}/createLink"
    Ids as Graph issues them; others are SDK-29's business. Whatever needs it is percent-encoded, so that decoding a
    segment once gives the id back. Not judged where the application writes the path itself.

    Scenario: an item id as personal drives have them
      Given a new file
      And the id of the file is "0123ABCDEF!4711"
      When the application asks for a view link
      Then the ids arrive as the application gave them

    Scenario: the principal name of a guest
      Given a new file
      And the id of the user is "guest_fabrikam.com#EXT#@contoso.onmicrosoft.com"
      When the application asks for a view link at the users address
      Then the ids arrive as the application gave them

    Scenario Outline: a view link at the <way> address
      Given a new file
      When the application asks for a view link at the <way> address
      Then the ids arrive as the application gave them

      Examples:
        | way    |
        | groups |
        | sites  |
        | users  |

    Scenario: a drive id as business drives have them
      Given a new file
      And the id of the drive is "b!t18F8ybsHUq1z3LTz8xvZqP8zaSWjkFNhsME-Fepo75dTf9vQKfeRblBZjoSQrd7"
      When the application asks for a view link
      Then the ids arrive as the application gave them

  @SDK-29 @should @requests
  Rule: An id that Graph never issued addresses nothing else
    Page, HTTP request: a driveId and an itemId stand for one segment of the path each
    What an application passes on by mistake must not become another path. Not judged where the application writes
    the path itself.

    Scenario Outline: an item id with <what>
      Given a new file
      And the id of the file is "<id>"
      When the application asks for a view link
      Then the ids arrive as the application gave them

      Examples:
        | what                  | id              |
        | a space               | 01 ABC          |
        | a plus sign           | 01+ABC          |
        | a percent sign        | 01%ABC          |
        | a percent-encoding    | 01%2FABC        |
        | a number sign         | 01#ABC          |
        | a slash               | 01/ABC          |
        | a question mark       | 01?ABC          |
        | letters beyond ASCII  | 01ÄBC密         |
