Feature: Asking again returns the existing link
  A sharing link belongs to the item, the type and the calling application.
  Asking again gives back the same link; it is not made twice.

  @IDEM-01 @must @personal @business @sharepoint
  Rule: The first request for a link of a type answers 201 Created
    Page, Response: "201 Created if a new sharing link is created for the item"

    Scenario: a view link for a new file
      Given a new file
      When the application asks for a view link
      Then the first answer is 201 Created

    Scenario: an edit link for a new file
      Given a new file
      When the application asks for an edit link
      Then the first answer is 201 Created

    @personal
    Scenario: an embed link for a new file
      Given a new file
      When the application asks for an embed link
      Then the first answer is 201 Created

    Scenario: every file and folder of the run
      Given a new file
      When the application asks for a view link
      Then every first request for an item is answered 201 Created

  @IDEM-02 @must @personal @business @sharepoint
  Rule: Asking again answers 200 OK
    Page, Response: "200 OK if an existing link is returned"

    Scenario: the same view link, twice
      Given a new file
      When the application asks for a view link
      And the application asks for the same link again
      Then the second answer is 200 OK

    @business @sharepoint
    Scenario: an edit link, asked for again after a view link
      Given a new file
      When the application asks for an edit link
      And the application asks for a view link
      And the application asks for an edit link
      Then the third answer is 200 OK

    @business @sharepoint @needs-anonymous-links
    Scenario: a link for anyone, asked for again after one for the organization
      Given a new file
      When the application asks for a view link for anyone
      And the application asks for a view link for the organization
      And the application asks for a view link for anyone
      Then the third answer is 200 OK

    @business @sharepoint
    Scenario: the same edit link for a folder, twice
      Given a new folder
      And the folder is shared with a view link
      And a new inner folder in the folder
      And a new file in the inner folder
      When the owner lists the permissions of the file
      And the application asks for an edit link to the folder
      And the application asks for the same link again
      Then the third answer is 200 OK

    Scenario: a view link, asked for again after an edit link
      Given a new file
      When the application asks for a view link
      And the application asks for the same link again
      And the application asks for an edit link
      And the application asks for a view link
      Then the fourth answer is 200 OK

    @traffic
    Scenario: whatever was asked for twice in the run
      Given a new file
      When the application asks for a view link
      And the application asks for the same link again
      Then every repeated request is answered 200 OK

  @IDEM-03 @must @personal @business @sharepoint
  Rule: Asking again returns the same permission
    Page, introduction: "the existing sharing link will be returned"
    The same permission is the one with the same id.

    Scenario: the same view link, twice
      Given a new file
      When the application asks for a view link
      And the application asks for the same link again
      Then the second answer has the id of the first

    @business @sharepoint
    Scenario: an edit link, asked for again after a view link
      Given a new file
      When the application asks for an edit link
      And the application asks for a view link
      And the application asks for an edit link
      Then the third answer has the id of the first

    @traffic
    Scenario: whatever was asked for twice in the run
      Given a new file
      When the application asks for a view link
      And the application asks for the same link again
      Then every repeated request returns the same permission

  @IDEM-04 @must @personal @business @sharepoint
  Rule: Asking again returns the link unchanged
    Page, introduction: "the existing sharing link will be returned"
    Compared are link.webUrl (without its query, which may change), link.type, link.scope and roles.

    Scenario: the same view link, twice
      Given a new file
      When the application asks for a view link
      And the application asks for the same link again
      Then the second answer describes the link of the first

    @business @sharepoint
    Scenario: an edit link, asked for again after a view link
      Given a new file
      When the application asks for an edit link
      And the application asks for a view link
      And the application asks for an edit link
      Then the third answer describes the link of the first

    @traffic
    Scenario: whatever was asked for twice in the run
      Given a new file
      When the application asks for a view link
      And the application asks for the same link again
      Then every repeated request returns the link unchanged

  @IDEM-05 @must @personal @business @sharepoint
  Rule: Asking again adds nothing to the sharing permissions
    Page, introduction: "the existing sharing link will be returned"

    Scenario: the same view link, twice
      Given a new file
      When the application asks for a view link
      And the application asks for the same link again
      Then the file has one sharing link

    @business @sharepoint
    Scenario: an edit link, asked for again after a view link
      Given a new file
      When the application asks for an edit link
      And the application asks for a view link
      And the application asks for an edit link
      Then the file has two sharing links

  @IDEM-06 @must @personal @business @sharepoint
  Rule: A link of another type is a new link
    Page, introduction: "create a new sharing link if the specified link type doesn't already exist"
    A new link has an id and a URL of its own.

    Scenario: an edit link for a file that has a view link
      Given a new file
      When the application asks for a view link
      And the application asks for the same link again
      And the application asks for an edit link
      Then the third answer is 201 Created
      And the third answer has another id than the first
      And the links of the first and the third answer have different URLs
      And the links of the first and the third answer are both listed

    Scenario: a view link for a file that has an edit link
      Given a new file
      When the application asks for an edit link
      And the application asks for a view link
      Then the second answer is 201 Created
      And the second answer has another id than the first
      And the links of the first and the second answer are both listed

    Scenario: an edit link for a folder that has a view link
      Given a new folder
      And the folder is shared with a view link
      And a new inner folder in the folder
      And a new file in the inner folder
      When the owner lists the permissions of the file
      And the application asks for an edit link to the folder
      Then the second answer is 201 Created
      And the second answer has another id than the first
      And the links of the first and the second answer are both listed

    Scenario: every link of another type of the run
      Given a new file
      When the application asks for a view link
      Then every link of another type is a new link
      And all links of an item have URLs of their own

  @IDEM-07 @should @personal
  Rule: An embed link is not the view link
    Page, introduction: "create a new sharing link if the specified link type doesn't already exist"
    A service that keeps one link for reading and answers both with it gets a warning.

    Scenario: an embed link for a file that has a view link
      Given a new file
      When the application asks for a view link
      And the application asks for an embed link
      Then the second answer is 201 Created
      And the second answer has another id than the first

  @IDEM-08 @should @business @sharepoint @needs-anonymous-links
  Rule: A link of another scope is a new link
    Page, introduction: "create a new sharing link if the specified link type doesn't already exist"
    The page speaks of the type only; in practice the scope is a part of what a link is (AMB-07).

    Scenario: a link for the organization, for a file that has one for anyone
      Given a new file
      When the application asks for a view link for anyone
      And the application asks for a view link for the organization
      Then the second answer is 201 Created
      And the second answer has another id than the first

    Scenario: every link of another scope of the run
      Given a new file
      When the application asks for a view link
      Then every link of another scope is a new link

  @IDEM-09 @must @personal @business @sharepoint
  Rule: A link on another item does not count
    Page, Response: "201 Created if a new sharing link is created for the item"
    Judged on all files and folders of the run: whatever was asked for on one of them, no other is given it.

    Scenario: a view link for a file
      Given a new file
      When the application asks for a view link
      Then no two items of the run share a link

    Scenario: a view link for each of two files
      Given a new file
      And a second new file
      When the application asks for a view link
      And the application asks for a view link to the second file
      Then no two items of the run share a link

  @IDEM-10 @should @personal @business @sharepoint @needs-second-app
  Rule: A link made by another application does not count
    Page, introduction: "doesn't already exist for the calling application"
    Links of business and SharePoint drives do not show the application they belong to, so there it is only recorded whether the second application got the first one's link (AMB-08).

    Scenario: two applications ask for the same link
      Given a new file
      When the application asks for a view link
      And the owner replaces the content of the file
      And the owner deletes the link
      And the application asks for the same link again
      And the second application asks for the same link again
      Then the second application has a link of its own

  @IDEM-11 @should @personal @business @sharepoint
  Rule: After its removal a link is made anew
    Page, introduction: "create a new sharing link if the specified link type doesn't already exist"
    Page, Remarks: the owner can remove a link. Whether the new link has the old URL is recorded.

    Scenario: a view link, removed, asked for again
      Given a new file
      When the application asks for a view link
      And the owner replaces the content of the file
      And the owner deletes the link
      And the application asks for the same link again
      Then the removed link is made anew with 201 Created

    Scenario: every removed link of the run
      Given a new file
      When the application asks for a view link
      Then every removed link is made anew

  @IDEM-12 @info @personal @business @sharepoint
  Rule: What another expiration gives, while a link exists, is not documented
    Page, introduction: an existing link is known by its type and its application; expiration is not mentioned

    Scenario: the same link with a later expiration
      Given a new file
      When the application asks for a view link that expires in 7 days
      And the application asks for the same link again that expires in 14 days
      Then what the second request gave is recorded

  @IDEM-13 @info @personal @business @sharepoint
  Rule: What another password gives, while a link exists, is not documented
    Page, introduction: an existing link is known by its type and its application; a password is not mentioned
    A link without a password for a request with one gets a warning: the caller's protection is lost.

    @personal
    Scenario: the same link with another password
      Given a new file
      When the application asks for a view link for anyone with a password
      And the application asks for the same link again with another password
      Then what the second request gave is recorded

    @business @sharepoint @needs-anonymous-links
    Scenario: the same link, now with a password
      Given a new file
      When the application asks for an edit link for anyone that expires in 7 days
      And the application asks for the same link again with a password
      Then what the second request gave is recorded

  @IDEM-14 @info @personal @business @sharepoint
  Rule: Another word on inherited permissions is expected to give the existing link
    Page, introduction: an existing link is known by its type and its application; retainInheritedPermissions is not mentioned

    Scenario: the same link, now keeping inherited permissions in so many words
      Given a new folder
      And a new file in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      And the application asks for a view link
      And the application asks for the same link again keeping inherited permissions
      Then what the second request for the file gave is recorded

  @IDEM-15 @must @personal @business @sharepoint
  Rule: The answer with an existing link is a whole permission
    Page, Response: "returns a single Permission resource in the response body"

    Scenario: the same view link, twice
      Given a new file
      When the application asks for a view link
      And the application asks for the same link again
      Then the second answer is as whole a permission as the first

    @traffic
    Scenario: whatever was asked for twice in the run
      Given a new file
      When the application asks for a view link
      And the application asks for the same link again
      Then every repeated request returns a whole permission

  @IDEM-17 @should @personal @business @sharepoint
  Rule: A link inherited from a folder is not the file's own
    Page, introduction: "DriveItem resources inherit sharing permissions from their ancestors"

    Scenario: a view link for a file in a folder that has one
      Given a new folder
      And a new file in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      And the application asks for a view link
      Then the file gets a link of its own with 201 Created

    Scenario: every file in a shared folder
      Given a new file
      When the application asks for a view link
      Then every file in a shared folder gets a link of its own

  @IDEM-19 @must @answers
  Rule: There are two success codes, 200 and 201
    Page, Response: "201 Created if a new sharing link is created for the item or 200 OK if an existing link is returned"
    The metadata's 2XX is wider; the page decides (AMB-09).

    Scenario: every answer
      Given a new file
      When the application asks for a view link
      Then every success is 200 OK or 201 Created

  @IDEM-20 @must @personal @business @sharepoint
  Rule: A link is neither widened nor narrowed by asking for another type
    Page, introduction: "create a new sharing link if the specified link type doesn't already exist"

    Scenario: asking for an edit link leaves the view link as it is
      Given a new file
      When the application asks for a view link
      And the application asks for the same link again
      And the application asks for an edit link
      Then the link of the first answer is still listed with its type and roles

    Scenario: asking for an edit link to a folder leaves its view link as it is
      Given a new folder
      And the folder is shared with a view link
      And a new inner folder in the folder
      And a new file in the inner folder
      When the owner lists the permissions of the file
      And the application asks for an edit link to the folder
      Then the link of the first answer is still listed with its type and roles

    Scenario: asking for a view link does not return the edit link
      Given a new file
      When the application asks for an edit link
      And the owner reads the permission of the link
      And the application asks for a view link
      Then the second answer is not the edit link
      And the link of the first answer is still listed with its type and roles

    Scenario: every item of the run with several links
      Given a new file
      When the application asks for a view link
      Then no link is changed by asking for another
