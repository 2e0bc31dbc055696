Feature: What a request has to look like
  The body is one JSON object, labelled as such, with properties of the documented types.

  @REQ-02 @should @personal @business @sharepoint
  Rule: A body with another media type is refused
    Page, Request headers: "application/json. Required."
    Expected: 415, which the errors page gives, or 400. A service that takes it all the same, or refuses it for another
    reason, is warned about, not failed.

    Scenario: the body of a view link labelled as plain text
      Given a new file
      When the application asks for a view link as plain text
      Then plain text is refused
      And the refused request makes no link

  @REQ-03 @may @personal @business @sharepoint
  Rule: The media type may carry a character set
    RFC 9110, 8.3.1 Media Type: a media type may carry parameters
    Recorded together with another order of the properties, which is as harmless: a JSON object has none.

    Scenario: a view link with a character set, the properties in another order
      Given a new file
      When the application asks for a view link
      And the application asks for a view link with every optional property null
      And the application asks for a view link with its ids percent-encoded
      And the application asks for a view link by its path
      And the application asks for a view link by the qualified action name
      And the application asks for a view link with a character set with the properties in another order
      Then what came of the sixth request is recorded

  @REQ-05 @should @personal @business @sharepoint
  Rule: The body is one JSON object
    Page, Request body: "should be a JSON object"
    Expected for anything else: a refusal with 400 or 422 (AMB-40). The page says "should", so this is a warning.

    Scenario: a list instead of an object
      Given a new file
      When the application sends a list instead of an object
      Then the body is refused
      And the refused request makes no link

    @business @sharepoint
    Scenario: a word instead of an object
      Given a new file
      When the application sends a word instead of an object
      Then the body is refused
      And the refused request makes no link

  @REQ-06 @must @personal @business @sharepoint
  Rule: Malformed JSON is refused
    Errors page, HTTP status codes: "Cannot process the request because it is malformed or incorrect"
    Where text behind the object is passed over this is a warning: many parsers stop reading there.

    Scenario: JSON that ends too early
      Given a new file
      When the application sends broken JSON
      Then the broken JSON is refused with 400 Bad Request or 422 Unprocessable Entity, and a reason
      And the refused request makes no link

    @business @sharepoint
    Scenario: a JSON object with another one behind it
      Given a new file
      When the application sends an object with another one behind it
      Then the text behind it is refused with 400 Bad Request or 422 Unprocessable Entity
      And the refused request makes no link

  @REQ-08 @info @personal @business @sharepoint
  Rule: What becomes of the properties that only the metadata declares
    Metadata: the action has message, recipients and sendNotification too, which the page does not list
    Sent so that nobody is told anything: an empty message, no recipients, no notification. Both a link and a refusal
    are tolerated (AMB-36).

    Scenario: a view link with all three
      Given a new file
      When the application asks for a view link with the properties of the metadata alone
      Then what came of the undocumented request is recorded

  @REQ-09 @info @personal @business @sharepoint
  Rule: What becomes of a property nobody declares
    Page, Request body: the table lists the properties and says nothing about others
    Seen: 400, or the property is passed over. Both are tolerated.

    Scenario: a view link with an unknown property
      Given a new file
      When the application asks for a view link with an unknown property
      Then what came of the undocumented request is recorded

  @REQ-10 @should @personal @business @sharepoint
  Rule: A property of the wrong JSON type is refused
    Page, Request body: the table gives each property a type
    Expected: 400. A string taken for a boolean is warned about, not failed.

    @personal
    Scenario: a number for the type
      Given a new file
      When the application asks for a view link with a number for its type
      Then the body is refused
      And the refused request makes no link

    Scenario: the word "no" for a boolean
      Given a new file
      When the application asks for a view link with the word "no" for keeping permissions
      Then the body is refused
      And the refused request makes no link

    @business @sharepoint
    Scenario: a list for the scope, of a file that is shared already
      Given a new folder
      And a new file in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      And the application asks for a view link
      And the application asks for the same link again keeping inherited permissions
      And the application asks for a view link with a list for its scope
      Then the fourth request's body is refused
      And the fourth request makes no link

  @REQ-11 @should @personal @business @sharepoint
  Rule: An optional property set to null is a property left out
    Page, Request body: all properties but type may be left out; in metadata each of them may be null (AMB-36)

    Scenario: a view link, and the same with null for the properties left out
      Given a new file
      When the application asks for a view link
      And the application asks for a view link with every optional property null
      Then null says the same as nothing

    @business @sharepoint
    Scenario: null for keeping inherited permissions keeps them, null for an expiration gives none
      Given a new folder
      And the folder is shared with a view link
      And a new inner folder in the folder
      And a new file in the inner folder
      When the owner lists the permissions of the file
      And the application asks for an edit link to the folder
      And the application asks for the same link again
      And the owner deletes the first link at the file
      And the application asks for an edit link to the file with every optional property null
      Then null keeps the inherited permissions
      And null gives no expiration

  @REQ-12 @info @personal @business @sharepoint
  Rule: What becomes of an empty object
    Page, Request body: the row of type does not say that it is optional, the beta page does (AMB-05)
    Seen: it works, or makes a link nobody can use, or is refused. All are tolerated.

    Scenario: an empty object
      Given a new file
      When the application sends an empty object
      Then what came of the undocumented request is recorded

  @REQ-13 @info @personal @business @sharepoint
  Rule: What becomes of a request without a body
    Page, Request body: the page describes a body and does not say what its absence means

    Scenario: no body at all
      Given a new file
      When the application sends no body
      Then what came of the undocumented request is recorded

  @REQ-16 @may @answers
  Rule: Whether the service gives the client-request-id back
    Best practices page, Reliability and support: "generate a unique GUID, send it in the client-request-id HTTP request header"

    Scenario: every answer
      Then whether the client-request-id comes back is recorded
