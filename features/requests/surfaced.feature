Feature: What a client library hands to the application
  The service answers; the library hands the answer over. It loses nothing that was sent, invents nothing that
  was not, and calls a success a success and an error an error.

  @SDK-11 @must @requests
  Rule: 201 and 200 are both a success and surface the same permission
    Page, Response: "201 Created if a new sharing link is created for the item or 200 OK if an existing link is returned"

    Scenario: the link is made, then given again
      Given a new file
      And the service answers 201, then 200
      When the application asks for a view link
      And the application asks for the same link again
      Then both calls surface the same permission

  @SDK-12 @must @requests
  Rule: id, roles and the link surface with the values sent
    Page, Response: "returns a single Permission resource in the response body that represents the requested sharing permissions"

    Scenario Outline: <link>
      Given a new file
      When the application asks for <link>
      Then id, roles and link surface as the service sent them

      Examples:
        | link                                  |
        | a view link                           |
        | an edit link                          |
        | an embed link                         |
        | a view link for anyone with a password |

    Scenario: an answer as services were seen to give it
      Given a new file
      And the service answers 201 in the observed form
      When the application asks for a view link
      Then id, roles and link surface as the service sent them

  @SDK-13 @should @requests
  Rule: hasPassword, expirationDateTime, link.application and shareId surface when they are sent
    Permission resource, Properties: hasPassword, expirationDateTime and shareId are properties of a permission, and application is one of its link

    Scenario: every documented member
      Given a new file
      And the service answers 201 with every documented member
      When the application asks for a view link
      Then the optional members surface as the service sent them

  @SDK-14 @must @requests
  Rule: Nothing surfaces that the service did not send
    Page, Response: "a single Permission resource in the response body that represents the requested sharing permissions"
    null, or an object with nothing in it, says the same as nothing. A missing link type was seen filled in as view.

    Scenario: every call
      Then nothing surfaces that the service did not send

    Scenario: the connection is closed once the request is read
      Given a new file
      And the service closes the connection without an answer
      When the application asks for a view link
      Then nothing surfaces that the service did not send

    Scenario: a redirect to another host
      Given a new file
      And the service redirects to another host with 302
      When the application asks for a view link
      Then nothing surfaces that the service did not send

    Scenario Outline: an answer <less>
      Given a new file
      And the service answers 201 <less>
      When the application asks for an edit link
      Then nothing surfaces that the service did not send

      Examples:
        | less                 |
        | without a link type  |
        | without a scope      |
        | without a link       |
        | without roles        |
        | with unknown members |
        | with values nobody knows |

    Scenario: an answer in the documented form
      Given a new file
      When the application asks for a view link
      Then nothing surfaces that the service did not send

  @SDK-15 @must @requests
  Rule: Unknown members, unknown values and absent optional members are no error
    Versioning page, API contract and nonbackward compatible changes: "your client applications should be prepared to receive properties and derived types not previously defined"
    A MUST though the page says should: the link was made, and an application that gets an error does not know of it.

    Scenario Outline: an answer <form>
      Given a new file
      And the service answers 201 <form>
      When the application asks for an edit link
      Then a permission surfaces

      Examples:
        | form                       |
        | with unknown members       |
        | with values nobody knows   |
        | in the observed form       |
        | with every documented member |
        | without a scope            |
        | without a link type        |
        | without a link             |

  @SDK-16 @must @requests
  Rule: A refusal surfaces as an error, never as a success or as nothing
    Errors page, introduction: "Errors in Microsoft Graph are returned using standard HTTP status codes, as well as a JSON error response object"
    The error carries the status or error.code; SDK-17 asks for both. Where the body is no error object, any error will do.

    Scenario: every call
      Then no refusal surfaces as a success

    Scenario: throttled for ever
      Given a new file
      And the service throttles every request for 1 second
      When the application asks for a view link
      Then no refusal surfaces as a success

    Scenario Outline: the service answers <status>
      Given a new file
      And the service answers <status>
      When the application asks for a view link
      Then an error with the status or the code surfaces

      Examples:
        | status |
        | 400    |
        | 401    |
        | 403    |
        | 404    |
        | 405    |
        | 409    |
        | 410    |
        | 412    |
        | 415    |
        | 422    |
        | 423    |
        | 500    |
        | 501    |
        | 502    |
        | 507    |

    Scenario Outline: the service answers <status> <body>
      Given a new file
      And the service answers <status> <body>
      When the application asks for a view link
      Then an error surfaces and no success

      Examples:
        | status | body                |
        | 403    | with a page of HTML |
        | 403    | with an empty body  |
        | 500    | with a page of HTML |
        | 500    | with an empty body  |
        | 403    | with no body under application/json |
        | 403    | with an error without a message |
        | 403    | with an empty object |
        | 403    | with a string for the error |
        | 403    | with a list         |

  @SDK-17 @should @requests
  Rule: The error carries the status, the code and the message
    Errors page, HTTP status codes: "You can use the information returned here instead of or in addition to the HTTP status code"
    With a body that is no error object still the status.

    Scenario Outline: the service answers <answer>
      Given a new file
      And the service answers <answer>
      When the application asks for a view link
      Then the error carries the status, and the code and the message where they were sent

      Examples:
        | answer                  |
        | 400                     |
        | 401                     |
        | 403                     |
        | 404                     |
        | 409                     |
        | 423                     |
        | 500                     |
        | 501                     |
        | 403 with a page of HTML |
        | 403 with an empty body  |
        | 500 with a page of HTML |
        | 500 with an empty body  |
        | 403 with no body under application/json |
        | 403 with an error without a message |
        | 403 with an empty object |
        | 403 with a string for the error |
        | 403 with a list         |

  @SDK-23 @should @requests
  Rule: A success that is no permission surfaces as an error
    Page, Response: "returns a single Permission resource in the response body"
    The process neither hangs nor breaks down.

    Scenario Outline: <answer>
      Given a new file
      And the service answers <answer>
      When the application asks for a view link
      Then an error surfaces and no success

      Examples:
        | answer                         |
        | 201 with an empty body         |
        | 201 with no body under application/json |
        | 201 with an empty object       |
        | 201 with an error object       |
        | 204                            |
        | 201 with a trailing comma      |
        | 201 with a string for the link |
        | 201 with a page of HTML        |

  @SDK-25 @info @requests
  Rule: Whether the application can tell 200 from 201
    Page, Response: "201 Created if a new sharing link is created for the item or 200 OK if an existing link is returned"

    Scenario: the link is made, then given again
      Given a new file
      And the service answers 201, then 200
      When the application asks for a view link
      And the application asks for the same link again
      Then whether 200 and 201 can be told apart is recorded
