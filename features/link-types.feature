Feature: Three types of link
  A view link is for reading, an edit link for reading and writing. An embed link puts a file on a
  web page; only personal drives have it.

  @TYPE-01 @must @personal @business @sharepoint
  Rule: A view link can be asked for
    Page, Link types: "Creates a read-only link to the DriveItem"

    Scenario: a view link for a file
      Given a new file
      When the application asks for a view link
      Then the request is granted

  @TYPE-02 @must @personal @business @sharepoint
  Rule: An edit link can be asked for
    Page, Link types: "Creates a read-write link to the DriveItem"

    Scenario: an edit link for a file
      Given a new file
      When the application asks for an edit link
      Then the request is granted

    Scenario: an edit link for a file that has a view link
      Given a new file
      When the application asks for a view link
      And the application asks for the same link again
      And the application asks for an edit link
      Then the third request is granted

  @TYPE-03 @must @personal
  Rule: An embed link can be asked for on a personal drive
    Page, Examples: "Embed links are only supported for OneDrive personal"

    Scenario: an embed link for a file
      Given a new file
      When the application asks for an embed link
      Then the request is granted

  @TYPE-04 @must @answers
  Rule: The link has the type that was asked for
    Page, Response: "represents the requested sharing permissions"

    Scenario: every link
      Given a new file
      When the application asks for a view link
      Then every link has the type that was asked for

  @TYPE-05 @must @answers
  Rule: A view link is for reading only
    Page, Link types: "Creates a read-only link to the DriveItem"
    The page's first example shows a view link with the role write; the rule, the sharingLink page and every answer seen say read (AMB-01).

    Scenario: every view link
      Given a new file
      When the application asks for a view link
      Then every view link has the role read and not write

  @TYPE-06 @must @answers
  Rule: An edit link is for writing
    Page, Link types: "Creates a read-write link to the DriveItem"

    Scenario: every edit link
      Given a new file
      When the application asks for an edit link
      Then every edit link has the role write

  @TYPE-07 @must @personal @answers
  Rule: An embed link is for reading only
    SharingLink resource, Type options: "embed | read | A view-only sharing link that can be used to embed content into a host webpage"

    Scenario: every embed link
      Given a new file
      When the application asks for an embed link
      Then every embed link has the role read and not write

  @TYPE-08 @must @business @sharepoint
  Rule: Embed links are refused off personal drives
    Page, Link types: "This option is only available for files in OneDrive personal"
    No status is documented. Expected: 400 invalidRequest (seen), 403 or 422; another refusal is a warning (AMB-13, AMB-40).

    Scenario: an embed link as in the page's example
      Given a new file
      When the application asks for an embed link
      Then the embed link is refused

    Scenario: an embed link for a folder
      Given a new folder
      When the application asks for an embed link
      Then the embed link is refused

    Scenario: an embed link with a scope
      Given a new file
      When the application asks for an embed link for the organization
      Then the embed link is refused

    Scenario: every embed link of the run
      Given a new file
      When the application asks for a view link
      Then every embed link asked for is refused

    @traffic
    Scenario: every embed link that is asked for
      Given a new file
      When the application asks for an embed link
      Then no embed link is granted

  @TYPE-10 @should @personal
  Rule: An embed link for a folder is refused
    Page, Link types: "This option is only available for files in OneDrive personal"
    The page says files only; live tests of a client embed folders successfully. A granted link is a warning (AMB-14).

    Scenario: an embed link for a folder
      Given a new folder
      When the application asks for an embed link
      Then the request is refused

  @TYPE-11 @must @personal @business @sharepoint
  Rule: A type outside the list is refused
    Page, Link types: "The following values are allowed for the type parameter"

    Scenario: a link of type owner
      Given a new file
      When the application asks for a link of type "owner"
      Then the request is refused with 400 Bad Request or 422 Unprocessable Entity
      And the file has no sharing link

    @traffic
    Scenario: every type that is asked for
      Given a new file
      When the application asks for a link of type "owner"
      Then no type outside the list is granted

  @TYPE-12 @info @personal @business @sharepoint
  Rule: Whether the letter case of the type matters is not documented
    Page, Link types: the values are written in lower case

    Scenario: a link of type View
      Given a new file
      When the application asks for a link of type "View"
      Then what the service did is recorded

  @TYPE-13 @info @personal @business @sharepoint
  Rule: Whether the type may be left out is not documented
    Page, Request body: the description of type does not say Optional
    The beta page says Optional and the metadata lets it be null (AMB-05).

    Scenario: a link without a type
      Given a new file
      When the application asks for a link without a type
      Then what the service did is recorded

  @TYPE-14 @info @personal @business @sharepoint
  Rule: What an empty type gives is not documented
    Page, Link types: an empty value is not in the list; a refusal is expected

    Scenario: a link of an empty type
      Given a new file
      When the application asks for a link of type ""
      Then what the service did is recorded

  @TYPE-16 @should @personal @business @sharepoint @needs-second-user
  Rule: Nobody can write through a view link
    Page, Link types: "Creates a read-only link to the DriveItem"

    Scenario: another user writes through a view link
      Given a new file
      When the application asks for a view link
      And another user opens the link
      And another user writes new content through the link
      And another user reads the content through the link
      Then the new content is refused

    @business @sharepoint @needs-anonymous-links
    Scenario: another user writes through a view link for anyone
      Given a new file
      When the application asks for a view link for anyone
      And another user opens the link
      And another user writes new content through the link
      And another user reads the content through the link
      Then the new content is refused

    Scenario: every view link of the run
      Given a new file
      When the application asks for a view link
      Then nobody writes through a view link

  @TYPE-17 @should @personal @business @sharepoint @needs-second-user
  Rule: Whoever has an edit link can write through it
    Page, Link types: "Creates a read-write link to the DriveItem"

    Scenario: another user writes through an edit link
      Given a new file
      When the application asks for an edit link
      And another user opens the link
      And another user writes new content through the link
      And another user reads the content through the link
      Then the file has the new content

    Scenario: every edit link of the run
      Given a new file
      When the application asks for a view link
      Then whoever opens an edit link writes through it

  @TYPE-18 @info @personal
  Rule: What an embed link with a scope gives is not documented
    Page, Examples: the request for an embed link sends no scope

    Scenario: an embed link for anyone
      Given a new file
      When the application asks for an embed link for anyone
      Then what the service did is recorded
