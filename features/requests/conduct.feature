Feature: How a client library behaves when the service does not simply grant
  A throttled request is put off as long as the service asks. A refused one is not repeated. One whose outcome is
  open is not repeated blindly.

  @SDK-18 @must @requests
  Rule: A throttled request is not sent again before Retry-After has passed
    Throttling page, Best practices to handle throttling: "Wait the number of seconds specified in the Retry-After"
    Digits or a date, as HTTP knows them; a date has whole seconds, so one second is granted. Everything else is a
    warning at most, unless the request comes again practically at once: seconds with a fraction, and "31,120", which
    Graph has sent. A long wait is judged by what the library does in the first seconds: it repeats early, gives up
    with the 429, or is still waiting. Arrival times are taken at the service; 20 ms are granted for clocks and timers.

    Scenario Outline: throttled <wait>
      Given a new file
      And the service throttles the first request <wait>
      When the application asks for a view link
      Then no request comes before the time asked for has passed

      Examples:
        | wait                       |
        | for 1 second                  |
        | for 1.5 seconds               |
        | for 2.9 seconds               |
        | until a date 2 seconds ahead  |
        | with 503 for 1 second         |
        | until a date 65 seconds ahead |
        | for 300 seconds               |
        | for 3515 seconds              |
        | with Retry-After "31,120"     |

    Scenario: throttled for ever
      Given a new file
      And the service throttles every request for 1 second
      When the application asks for a view link
      Then no request comes before the time asked for has passed

  @SDK-27 @should @requests
  Rule: The application learns that it was throttled
    Throttling page: the answer is 429, which tells the application to slow down
    Also where the library cannot read for how long. Where the link is made in the end, there is nothing to learn.

    Scenario Outline: throttled <wait>
      Given a new file
      And the service throttles <wait>
      When the application asks for a view link
      Then the application learns that it was throttled, or has its link

      Examples:
        | wait                                        |
        | the first request with Retry-After "31,120" |
        | the first request for 1.5 seconds           |
        | the first request for 300 seconds           |
        | every request for 1 second                  |

  @SDK-28 @should @requests
  Rule: The answer of a GET is not taken for the link
    Page, HTTP request: a link is made by a POST
    HTTP lets a client follow a 301 or a 302 as GET (RFC 9110, 15.4.2 and 15.4.3). What it finds there may be anything, and
    no link was made.

    Scenario Outline: another address of the same service, with <status>
      Given a new file
      And the service redirects to another address of its own with <status>
      When the application asks for a view link
      Then the answer of a GET is not taken for the link

      Examples:
        | status |
        | 301    |
        | 302    |

  @SDK-19 @should @requests
  Rule: A throttled request is sent again, and not for ever
    Throttling page, Best practices to handle throttling: "Retry the request"
    At least once, at most ten times.

    Scenario Outline: throttled <wait>
      Given a new file
      And the service throttles the first request <wait>
      When the application asks for a view link
      Then the request is sent again

      Examples:
        | wait                            |
        | for 1 second                    |
        | with 503 for 1 second           |
        | until a date 2 seconds ahead    |
        | without saying for how long     |

    Scenario: throttled for ever
      Given a new file
      And the service throttles every request for 1 second
      When the application asks for a view link
      Then it is given up after at most 10 retries

  @SDK-20 @must @requests
  Rule: A refused request is not sent again with the same token and body
    Errors page, HTTP status codes: 400, 401, 403 and 404 do not go away by asking again
    No sentence speaks of clients. A MUST, since each of these requests counts against limits and none can succeed.

    Scenario Outline: the service answers <status>
      Given a new file
      And the service answers <status>
      When the application asks for a view link
      Then the request is not sent again

      Examples:
        | status |
        | 400    |
        | 401    |
        | 403    |
        | 404    |

  @SDK-21 @must @requests
  Rule: One call by the application is one request when it is granted
    Page, introduction: one call of the action makes a link or returns the existing one; nothing in it asks for a second request
    No sentence speaks of clients. A MUST, since what is asked twice may be made twice, and counts twice.

    Scenario: every call
      Then a call that is granted at once is one request

    Scenario: an answer that takes its time
      Given a new file
      And the service answers after 3 seconds
      When the application asks for a view link
      Then a call that is granted at once is one request

  @SDK-22 @should @requests
  Rule: A request whose outcome is open is not repeated blindly
    RFC 9110, 9.2.2 Idempotent Methods: "A client SHOULD NOT automatically retry a request with a non-idempotent method unless it has some means to know that the request semantics are actually idempotent"
    Asking again with the identical body gives the same link (IDEM-02), so that is told and no fault. Another body is:
    it asks for something else, while what was asked first may have been done.

    Scenario Outline: the service answers <status>
      Given a new file
      And the service answers <status>
      When the application asks for a view link
      Then the request is not repeated blindly

      Examples:
        | status |
        | 500    |
        | 502    |

    Scenario: the service answers 504 once
      Given a new file
      And the service answers 504, then 201
      When the application asks for a view link
      Then the request is not repeated blindly

    Scenario: the connection is closed once the request is read
      Given a new file
      And the service closes the connection without an answer
      When the application asks for a view link
      Then the request is not repeated blindly

  @SDK-24 @should @requests
  Rule: The service root can be set
    National clouds page, Microsoft Graph and Graph Explorer service root endpoints: "The following table shows the service root endpoints for Microsoft Graph"

    Scenario: a service root on this machine
      Given a new file
      When the application asks for a view link
      Then the request arrives at the service root the application set
