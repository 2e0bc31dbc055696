Feature: Throttled calls
  A throttled call says nothing about the rule at hand; it is repeated when the service says so.
  What it says about throttling itself is judged here, on every call of the run.

  @THR-05 @should @answers
  Rule: A 429 says when to come back
    Throttling page, Best practices to handle throttling: "The failed response includes the Retry-After field in the response header"

    Scenario: every throttled call
      Then every 429 says in Retry-After when to come back

  @THR-09 @info @answers
  Rule: What throttled answers say
    Throttling page, Best practices to handle throttling: "use the HTTP error code 429 to detect throttling"
    Seen: accessDenied with the inner code throttledRequest, activityLimitReached, TooManyRequests.

    Scenario: every throttled call
      Then what throttled answers say is recorded

  @THR-10 @info @business @sharepoint @answers
  Rule: Which rate limit headers came
    SharePoint throttling page: RateLimit headers may appear near the limit

    Scenario: every answer
      Then the RateLimit headers are recorded

  @THR-13 @should @answers
  Rule: A throttled request makes no link
    Throttling page, What happens when throttling occurs?: "Microsoft Graph returns HTTP status code 429 (Too many requests), and the requests fail"
    Warned about: a first request that was throttled, and whose repetition finds the link there already.

    Scenario: every first request that was throttled
      Then no throttled request made a link
