Feature: What a refused call says
  The errors page describes one form for all refusals. The form is judged on every refused Graph call of the
  run, whoever made it; the status where the page gives one.

  @ERR-01 @must @answers
  Rule: The body of a refusal is one JSON object with the single property error
    Errors page, HTTP status codes: "The error response is a single JSON object that contains a single property named error"
    A page of HTML with 429 or 5xx may come from a gateway in front of the service and is warned about.

    Scenario: every refusal
      Given a new file
      When an application without a token asks for a view link
      Then every error is one object with the single property error

  @ERR-02 @must @answers
  Rule: An error has a code and a message
    Errors page, Error resource type: "An error code string for the error that occurred ... A developer ready message about the error that occurred"

    Scenario: every refusal
      Given a new file
      When an application without a token asks for a view link
      Then every error has a code and a message

  @ERR-03 @must @answers
  Rule: An inner error is an object
    Errors page, Error resource type: "Optional. Additional error objects that may be more specific than the top level error"
    Both spellings are read: innerError and innererror (AMB-29).

    Scenario: every refusal
      Given a new file
      When an application without a token asks for a view link
      Then every inner error is an object

  @ERR-04 @should @answers
  Rule: Inner errors usually name the request and the date
    Errors page, Error resource type: innerError holds more about the error; the metadata names date, request-id and client-request-id in it
    Broken only when no inner error of the run has any of them. The form of the date is not judged (AMB-29).

    Scenario: every refusal
      Given a new file
      When an application without a token asks for a view link
      Then inner errors name the request or the date

  @ERR-06 @should @answers
  Rule: The code is one of the documented codes
    Errors page, Code property: "The code property contains one of the following possible values"
    Codes known from practice are accepted with a note (ERR-17); any other is warned about.

    Scenario: every refusal
      Given a new file
      When an application without a token asks for a view link
      Then every error has a documented code

  @ERR-08 @must @personal @business @sharepoint
  Rule: A missing item is 404 Not Found
    Errors page, HTTP status codes: "404 | Not Found | The requested resource doesn't exist"
    Another code than itemNotFound is a warning: newer copies of the page list no codes (AMB-41).

    Scenario: a view link for a deleted file
      Given a new file
      When the owner deletes the file
      And the application asks for a view link
      Then the answer is 404 Not Found with the code itemNotFound

  @ERR-09 @should @personal @business @sharepoint
  Rule: A malformed id is 400 Bad Request or 404 Not Found
    Errors page, HTTP status codes: "Cannot process the request because it is malformed or incorrect"

    Scenario: a view link for something that is no item id
      Given a new file
      When the application asks for a view link at a malformed item id
      Then the malformed id is refused with 400 Bad Request or 404 Not Found

  @ERR-10 @should @answers
  Rule: Bad parameters are 400 Bad Request or 422 Unprocessable Entity
    Errors page, HTTP status codes: "Cannot process the request because it is malformed or incorrect"
    Judged on every refused body that is no JSON object and on every refused type or scope outside the list.

    Scenario: every refusal of a bad body, type or scope
      Given a new file
      When the application sends broken JSON
      Then every request with bad parameters is refused with 400 Bad Request or 422 Unprocessable Entity

  @ERR-14 @must @answers
  Rule: A success holds no error
    Errors page, Error resource type: an error comes with an error status, so a success holds none

    Scenario: every success of every Graph call
      Given a new file
      When the application asks for a view link
      Then no success holds an error

  @ERR-16 @may @answers
  Rule: An error may have a target and details
    Errors page, Error resource type: target and details say more where there is more to say

    Scenario: every refusal
      Given a new file
      When an application without a token asks for a view link
      Then the targets and details of errors are recorded

  @ERR-17 @info @business @sharepoint @answers
  Rule: Which codes outside the documented list came
    Errors page, Code property: the list of basic codes; services are known to answer with others
    Seen elsewhere: noResolvedUsers, BadRequest, InvalidAuthenticationToken, sharingDisabled, objectNotSupported.

    Scenario: every refusal
      Given a new file
      When an application without a token asks for a view link
      Then the codes outside the documented list are recorded
