Feature: The life of a link
  A link shows in the permissions of its item and of what is inside, points at the latest content, and ends
  when the owner removes it.

  @SIDE-01 @must @answers
  Rule: A new link is listed
    Page, Remarks: "visible in the sharing permissions"

    Scenario: every granted link
      Given a new file
      When the application asks for a view link
      Then every new link is listed

  @SIDE-02 @should @answers
  Rule: The listing shows what the answer said
    Page, Remarks: "visible in the sharing permissions"
    Compared: roles, type, scope, URL without its query, hasPassword and expiration.

    Scenario: every granted link
      Given a new file
      When the application asks for a view link
      Then every link is listed as it was answered

  @SIDE-03 @must @personal @business @sharepoint
  Rule: The owner can remove a link
    Page, Remarks: "can be removed by an owner of the item"

    Scenario: the owner deletes the permission
      Given a new file
      When the application asks for an edit link
      And the application asks for a view link
      And the application asks for an edit link
      And the owner deletes the first link
      Then the deletion is answered 204 No Content

    Scenario: every link of the run
      Given a new file
      When the application asks for a view link
      Then every deletion of a link is answered 204 No Content

  @SIDE-04 @must @personal @business @sharepoint
  Rule: A removed link is gone
    Page, Remarks: "can be removed by an owner of the item"

    Scenario: it is no longer listed
      Given a new file
      When the application asks for an edit link
      And the application asks for a view link
      And the application asks for an edit link
      And the owner deletes the first link
      Then the removed link is no longer listed

    Scenario: it can no longer be read
      Given a new file
      When the application asks for an edit link
      And the application asks for a view link
      And the application asks for an edit link
      And the owner deletes the first link
      And the owner reads the permission of the first link
      Then reading the removed permission answers 404 Not Found

    Scenario: every link of the run
      Given a new file
      When the application asks for a view link
      Then no deleted link is listed

    Scenario: every removed link of the run, read
      Given a new file
      When the application asks for a view link
      Then no deleted link can be read

  @SIDE-05 @should @personal @business @sharepoint @needs-second-user
  Rule: A removed link no longer gives access
    Page, Remarks: "can be removed by an owner of the item"

    @personal
    Scenario: another user opens the link before and after
      Given a new file
      When the application asks for a view link
      And another user opens the link
      And another user writes new content through the link
      And another user reads the content through the link
      And the owner deletes the link
      And another user opens the link
      Then the removed link does not open any more

    @business @sharepoint
    Scenario: another user, who could not make an edit link, opens the link before and after
      Given a new file
      When the application asks for a view link
      And another user opens the link
      And another user writes new content through the link
      And another user reads the content through the link
      And another user asks for an edit link at the drives address
      And the owner deletes the first link
      And another user opens the first link
      Then the removed link does not open any more

    Scenario: every link of the run
      Given a new file
      When the application asks for a view link
      Then no deleted link opens

  @SIDE-06 @should @personal @business @sharepoint
  Rule: A link shows the latest content
    Page, Remarks: "Links always point to the current version of a item"

    Scenario: the content is replaced after the link was made
      Given a new file
      When the application asks for a view link
      And the owner replaces the content of the file
      And the owner reads the content through the link
      Then the link shows the new content

  @SIDE-07 @should @sharepoint @needs-second-user @needs-checkout-library
  Rule: A link does not show edits that are checked out
    Page, Remarks: "unless the item is checked out (SharePoint only)"
    Read by another user, since the one who checked the file out sees the draft (AMB-27).

    Scenario: the content is replaced while the file is checked out
      Given a new file
      When the application asks for a view link
      And the owner checks the file out
      And the owner replaces the content of the file
      And another user reads the content through the link
      And the owner checks the file in
      And another user reads the content through the link
      Then the link shows the new content only after the check-in

  @SIDE-09 @must @personal
  Rule: On a personal drive a folder's link applies to what is inside
    Page, introduction: "inherit sharing permissions from their ancestors"

    Scenario: a file that is made later, in a folder inside the shared one
      Given a new folder
      And the folder is shared with a view link
      And a new inner folder in the folder
      And a new file in the inner folder
      When the owner lists the permissions of the file
      Then the folder's link is listed for the file

    Scenario: every shared folder of the run
      Given a new folder
      And the folder is shared with a view link
      And a new inner folder in the folder
      And a new file in the inner folder
      When the owner lists the permissions of the file
      Then every link of a folder is listed for the file inside it

  @SIDE-20 @should @personal
  Rule: A folder's link says that it is inherited
    List permissions page, Response: "Callers can differentiate if the permission is inherited or not by checking the inheritedFrom property"
    Off personal drives inheritedFrom may be absent or empty and is not judged (AMB-25).

    Scenario: a file that is made later, in a folder inside the shared one
      Given a new folder
      And the folder is shared with a view link
      And a new inner folder in the folder
      And a new file in the inner folder
      When the owner lists the permissions of the file
      Then the folder's link is shown as inherited from the folder

    Scenario: every shared folder of the run
      Given a new folder
      And the folder is shared with a view link
      And a new inner folder in the folder
      And a new file in the inner folder
      When the owner lists the permissions of the file
      Then every link of a folder says for the file inside it that it is inherited

  @SIDE-10 @should @business @sharepoint
  Rule: A folder's link applies to what is inside
    Page, introduction: "inherit sharing permissions from their ancestors"
    Off personal drives inheritedFrom may be absent or empty and is not judged (AMB-25).

    Scenario: a file in a shared folder
      Given a new folder
      And a new file in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      Then the folder's link is listed for the file

    Scenario: a file that is made later, in a folder inside the shared one
      Given a new folder
      And the folder is shared with a view link
      And a new inner folder in the folder
      And a new file in the inner folder
      When the owner lists the permissions of the file
      Then the folder's link is listed for the file

    Scenario: every shared folder of the run
      Given a new folder
      And a new file in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      Then every link of a folder is listed for the file inside it

  @SIDE-11 @should @personal @business @sharepoint
  Rule: A file's link does not apply to the folder around it
    Page, introduction: "inherit sharing permissions from their ancestors"

    Scenario: a file in a shared folder
      Given a new folder
      And a new file in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      And the application asks for a view link
      And the owner lists the permissions of the folder
      Then the file's link is not listed for the folder

    Scenario: every file of the run in a folder
      Given a new file
      When the application asks for a view link
      Then no link of a file is listed for its folder

  @SIDE-12 @should @personal @business @sharepoint
  Rule: An inherited link cannot be deleted at the file
    Delete permission page, introduction: "Only sharing permissions that are not inherited can be deleted"

    Scenario: the folder's link, deleted at a file further down
      Given a new folder
      And the folder is shared with a view link
      And a new inner folder in the folder
      And a new file in the inner folder
      When the owner lists the permissions of the file
      And the application asks for an edit link to the folder
      And the application asks for the same link again
      And the owner deletes the first link at the file
      Then the folder's link cannot be deleted at the file

  @SIDE-13 @must @answers
  Rule: A refused request leaves no link behind
    Page, introduction: what is refused is not made

    Scenario: every refused request
      Given a new file
      When an application without a token asks for a view link
      Then no refused request leaves a link behind

  @SIDE-14 @info @personal @business @sharepoint
  Rule: Whether a shared file says so
    Page, introduction: the page does not speak of the shared facet of the item

    Scenario: a file with a link of its own
      Given a new folder
      And a new file in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      And the application asks for a view link
      And the owner looks at the file
      Then whether the file says it is shared is recorded

  @SIDE-15 @info @personal @business @sharepoint
  Rule: Whether sharing leaves the file as it is
    Page, introduction: making a link is no change of the content
    Compared: size, cTag and hashes. Whether the eTag changes is told.

    Scenario: a file before and after it was shared
      Given a new folder
      And a new file in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      And the application asks for a view link
      And the owner looks at the file
      Then the file is what it was before it was shared
