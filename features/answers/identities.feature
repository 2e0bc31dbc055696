Feature: Every answer: identities
  Applications and people in answers and listings are identities. They are open: further members are no error.

  @IDS-01 @must @answers
  Rule: An identity is an object with the strings id and displayName
    Page, Examples: ""application": { "id": "1234", "displayName": "Sample Application" }"
    Both may be absent or null.

    Scenario: every identity
      Given a new file
      When the application asks for a view link
      Then every identity is an object with strings

  @IDS-02 @may @business @sharepoint @answers
  Rule: SharePoint's identity sets may have further members
    SharePointIdentitySet resource, introduction: "Represents a keyed collection of sharePointIdentity and identity resources"

    Scenario: every identity set
      Given a new file
      When the application asks for a view link
      Then the members of SharePoint identity sets are recorded

  @IDS-03 @may @business @sharepoint @answers
  Rule: SharePoint's identities may have further members
    SharePointIdentity resource, Properties: "The sign in name of the SharePoint identity"

    Scenario: every SharePoint identity
      Given a new file
      When the application asks for a view link
      Then the SharePoint identities are recorded

  @IDS-04 @info @answers
  Rule: Which members identity sets have
    IdentitySet resource, Properties: the page lists more members than the metadata

    Scenario: every identity set
      Given a new file
      When the application asks for a view link
      Then the members of identity sets are recorded
