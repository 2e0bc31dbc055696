Feature: Every answer: the envelope
  Whatever link was asked for, a granted request is answered in one form.

  @RESP-01 @must @answers
  Rule: A granted answer is a single permission
    Page, Response: "a single Permission resource"

    Scenario: every granted answer
      Given a new file
      When the application asks for a view link
      Then every granted answer is a single permission

  @RESP-02 @must @answers
  Rule: A granted answer is labelled application/json
    Page, Examples: "HTTP/1.1 201 Created Content-Type: application/json"
    Parameters of the media type are free.

    Scenario: every granted answer
      Given a new file
      When the application asks for a view link
      Then every granted answer is labelled application/json

  @RESP-03 @must @answers
  Rule: A granted answer is valid JSON
    Page, Examples: "Content-Type: application/json"
    The page's own examples carry trailing commas and are no JSON (AMB-02); a real answer has to be.

    Scenario: every granted answer
      Given a new file
      When the application asks for a view link
      Then every granted answer is valid JSON

  @RESP-05 @may @answers
  Rule: Annotations may be present
    Page, Response: the page shows no @odata annotation; OData allows them

    Scenario: every granted answer
      Given a new file
      When the application asks for a view link
      Then the annotations of granted answers are recorded

  @RESP-06 @may @answers
  Rule: Further members may be present and optional ones missing
    Permission resource, Properties: all properties but id and roles are optional
    Absent and null are the same. Recorded: what differs from the canonical answers in snapshots/.

    Scenario: every granted answer
      Given a new file
      When the application asks for a view link
      Then the further members of granted answers are recorded

  @RESP-07 @info @answers
  Rule: Whether Location is present, and where it points
    Page, Examples: the examples show no Location
    Seen on SharePoint with an address of its own host. It is never followed with a Graph token.

    Scenario: every granted answer
      Given a new file
      When the application asks for a view link
      Then the Location of granted answers is recorded

  @RESP-08 @should @answers
  Rule: A granted answer names its request
    Best practices page, Reliability and support: "Always log the request-id, timestamp and x-ms-ags-diagnostic from the HTTP response headers"

    Scenario: every granted answer
      Given a new file
      When the application asks for a view link
      Then every granted answer has a request-id

  @RESP-09 @info @answers
  Rule: Which other headers are present
    Page, Examples: the examples show Content-Type only
    Looked for: OData-Version, Deprecation, Sunset, Link, x-ms-ags-diagnostic.

    Scenario: every granted answer
      Given a new file
      When the application asks for a view link
      Then the other headers of granted answers are recorded
