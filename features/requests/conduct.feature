Feature: How a client library behaves when the service does not simply grant
  A throttled request is put off as long as the service asks. A refused one is not repeated. One whose outcome is
  open is not repeated blindly.

  @SDK-18 @must @requests
  Rule: A throttled request is not sent again before Retry-After has passed
    Throttling, best practices: "Wait the number of seconds specified in the Retry-After header"
    Seconds, a date, and seconds with a fraction, which HTTP does not know but which still say how long.
    Arrival times are taken at the service; 20 ms are granted for clocks and timers.

    Scenario Outline: throttled <wait>
      Given a new file
      And the service throttles the first request <wait>
      When the application asks for a view link
      Then no request comes before the time asked for has passed

      Examples:
        | wait                       |
        | for 1 second               |
        | for 1.5 seconds            |
        | for 2.9 seconds            |
        | until a date 2 seconds ahead |
        | with 503 for 1 second      |

    Scenario: throttled for ever
      Given a new file
      And the service throttles every request for 1 second
      When the application asks for a view link
      Then no request comes before the time asked for has passed

  @SDK-19 @should @requests
  Rule: A throttled request is sent again, and not for ever
    Throttling, best practices: "Retry the request"
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
    Errors, HTTP status codes: 400, 401, 403 and 404 do not go away by asking again

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
    Page, introduction: "This action creates a new sharing link"

    Scenario: every call
      Then a call that is granted at once is one request

    Scenario: an answer that takes its time
      Given a new file
      And the service answers after 3 seconds
      When the application asks for a view link
      Then a call that is granted at once is one request

  @SDK-22 @should @requests
  Rule: A request whose outcome is open is not repeated blindly
    HTTP (RFC 9110, 9.2.2): "A client SHOULD NOT automatically retry a request with a non-idempotent method"
    Repeating the identical body is harmless here, because asking again gives the same link (IDEM-02); still a warning.
    Another body would be judged by SDK-04 to SDK-07 as well.

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
    Page, availability: the API is available in the national clouds, each with its own service root

    Scenario: a service root on this machine
      Given a new file
      When the application asks for a view link
      Then the request arrives at the service root the application set
