Feature: Every answer: the sharing link
  The link in the permission says what was made and where it is.

  @LINK-01 @must @answers
  Rule: The type is one of the documented types
    SharingLink resource, JSON representation: ""type": "view | edit | embed""

    Scenario: every granted link
      Given a new file
      When the application asks for a view link
      Then every link has a documented type

  @LINK-02 @must @answers
  Rule: The scope is one of the documented scopes
    SharingLink resource, Scope options: scope is anonymous, organization, existingAccess or users
    The table of the resource lists four values, its JSON sketch two (AMB-23); the table decides.

    Scenario: every link that has one
      Given a new file
      When the application asks for a view link
      Then every scope is a documented one

  @LINK-03 @may @personal @answers
  Rule: The scope may be absent where none was asked for
    Page, Examples: the answer with the embed link shows no scope

    Scenario: every link asked for without a scope
      Given a new file
      When the application asks for an embed link
      Then the scope nobody asked for is recorded

  @LINK-04 @must @answers
  Rule: The URL is an absolute https URL
    SharingLink resource, Properties: "A URL that opens the item in the browser"

    Scenario: every link
      Given a new file
      When the application asks for a view link
      Then every link has an absolute https URL

  @LINK-05 @info @answers
  Rule: On which hosts the links are
    Page, Examples: the examples show 1drv.ms, onedrive.live.com and a SharePoint host

    Scenario: every granted link
      Given a new file
      When the application asks for a view link
      Then the hosts of the links are recorded

  @LINK-06 @should @personal @answers
  Rule: An embed link comes with HTML for one iframe
    Page, Examples: "When an embed link is created the webHtml property contains the HTML code for an <iframe> to host the content"
    The example writes IFRAME in upper case; the letter case is not judged (AMB-15).
    A report says that v1.0 leaves webHtml out (AMB-39), so a missing one is a warning.

    Scenario: every embed link
      Given a new file
      When the application asks for an embed link
      Then every embed link has an iframe

  @LINK-07 @should @personal
  Rule: The page of an embed link lets itself be embedded
    Page, Examples: "the webUrl returned can be embedded in an <iframe> HTML element"

    Scenario: an embed link in a browser
      Given a new file
      When the application asks for an embed link
      And somebody opens the link in a browser without signing in
      Then the page lets itself be embedded

  @LINK-08 @should @answers
  Rule: A view or edit link has no HTML
    Page, Examples: "When an embed link is created the webHtml property contains the HTML code"
    Absent, null and empty are the same.

    Scenario: every view and edit link
      Given a new file
      When the application asks for a view link
      Then no view or edit link has HTML

  @LINK-09 @may @answers
  Rule: The link may name an application
    SharingLink resource, Properties: "The app the link is associated with"
    It is in every example of the page and in no real answer found (AMB-22).

    Scenario: every granted link
      Given a new file
      When the application asks for a view link
      Then whether links name an application is recorded

  @LINK-10 @info @answers
  Rule: Which application the link names
    SharingLink resource, Properties: "The app the link is associated with"

    Scenario: every granted link
      Given a new file
      When the application asks for a view link
      Then which application the links name is recorded

  @LINK-11 @may @business @sharepoint @answers
  Rule: preventsDownload may be present
    SharingLink resource, Properties: preventsDownload is a boolean for business and SharePoint
    A link of a documented type that prevents downloads is warned about.

    Scenario: every granted link
      Given a new file
      When the application asks for a view link
      Then no link prevents downloads

  @LINK-12 @info @answers
  Rule: Which members of a link nobody declares
    SharingLink resource, Properties: six members are declared
    Further members are never a failure (AMB-38).

    Scenario: every granted link
      Given a new file
      When the application asks for a view link
      Then the undeclared members of links are recorded

  @LINK-14 @info @business @sharepoint @answers
  Rule: Whether the URL for specific people has a query
    SharingLink resource, Properties: webUrl; seen with a query for specific people
    URLs are compared without their query.

    Scenario: every link for specific people
      Given a new file
      When the application asks for a view link for specific people
      Then whether links for specific people have a query is recorded

  @LINK-15 @should @personal @business @sharepoint
  Rule: The URL answers
    SharingLink resource, Properties: "A URL that opens the item in the browser"
    A sign-in page or a demand for one is an answer; 404 and 410 are not.

    Scenario: a view link in a browser
      Given a new file
      When the application asks for a view link
      And somebody opens the link in a browser without signing in
      Then the first link answers in the browser

    Scenario: an edit link to a folder in a browser
      Given a new folder
      And the folder is shared with a view link
      And a new inner folder in the folder
      And a new file in the inner folder
      When the owner lists the permissions of the file
      And the application asks for an edit link to the folder
      And the application asks for the same link again
      And somebody opens the link in a browser without signing in
      Then the third link answers in the browser

    Scenario: every link of the run
      Given a new file
      When the application asks for a view link
      Then every link answers in the browser
