Feature: Inherited permissions are retained by default
  A file in a shared folder is shared already. Its first own link leaves that as it is, unless the
  request says retainInheritedPermissions false; that removes what others had.

  @RET-01 @must @personal @business @sharepoint
  Rule: Nothing said, inherited permissions are retained
    Page, Request body: "If true (default), any existing inherited permissions are retained on the shared item when sharing this item for the first time"
    The page says the default is true; the published OpenAPI says false, and client libraries made from it send false. The page decides (AMB-03).
    It excepts no product. What a later request does is RET-04's.

    Scenario: the first link of a file in a shared folder
      Given a new folder
      And a new file in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      And the application asks for a view link
      Then the folder's link still applies to the file

    Scenario: a first link for editing, at another address
      Given a new folder
      And a new file in the folder
      And a new inner folder in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      And the application asks for an edit link to the file at the drives address
      And the owner lists the permissions of the file
      Then the folder's link still applies to the file

    @needs-anonymous-links
    Scenario: the first link of a folder in a shared folder, for anyone
      Given a new folder
      And a new file in the folder
      And a new inner folder in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      And the application asks for an edit link to the file at the drives address
      And the owner lists the permissions of the file
      And the application asks for a view link to the file
      And the application asks for a view link for anyone to the inner folder
      Then no first request that says nothing removes a permission

    Scenario: every request of the run that says nothing
      Given a new file
      When the application asks for a view link
      Then no first request that says nothing removes a permission

  @RET-02 @must @personal @business @sharepoint
  Rule: With true, inherited permissions are retained
    Page, Request body: "If true (default), any existing inherited permissions are retained on the shared item when sharing this item for the first time"

    Scenario: the first link of a file in a shared folder
      Given a new folder
      And a new file in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      And the application asks for a view link keeping inherited permissions
      Then the folder's link still applies to the file

    Scenario: every first request of the run that says true
      Given a new file
      When the application asks for a view link
      Then no first request to keep permissions removes one

  @RET-03 @must @business @sharepoint
  Rule: With false, the first link removes what was inherited
    Page, Request body: "If false, all existing permissions are removed when sharing for the first time"
    All that was listed for the item before has to be gone: links, people and groups, but not the owner's own access. On an
    item that nobody shared before, that is what it inherits (AMB-04).

    Scenario: the first link of a file in a shared folder
      Given a new folder
      And a new file in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      And the application asks for a view link dropping existing permissions
      Then the folder's link no longer applies to the file
      And the file's own link is listed

    Scenario: every first request of the run that says false
      Given a new file
      When the application asks for a view link
      Then every first link with false removes what was inherited

  @RET-04 @should @business @sharepoint
  Rule: A later link removes nothing, whatever it says
    Page, Request body: "all existing permissions are removed when sharing for the first time"
    What a later request does the page leaves open, so this is a warning.

    Scenario: a view link after a link for editing, nothing said
      Given a new folder
      And a new file in the folder
      And a new inner folder in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      And the application asks for an edit link to the file at the drives address
      And the owner lists the permissions of the file
      And the application asks for a view link to the file
      Then the folder's link applies to the file at the end

    Scenario: the same link again, keeping inherited permissions in so many words
      Given a new folder
      And a new file in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      And the application asks for a view link
      And the owner lists the permissions of the file
      And the application asks for the same link again keeping inherited permissions
      Then the folder's link applies to the file at the end

    Scenario: the second link of a file in a shared folder
      Given a new folder
      And a new file in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      And the application asks for a view link keeping inherited permissions
      And the owner lists the permissions of the file
      And the application asks for an edit link dropping existing permissions
      Then the second link of the file removed no permission

    Scenario: every later request of the run
      Given a new file
      When the application asks for a view link
      Then no later request removes a permission

  @RET-05 @should @business @sharepoint
  Rule: The owner keeps access, whatever the request says
    Page, Request body: only the permissions of an item are spoken of, not its ownership

    Scenario: nothing said
      Given a new folder
      And a new file in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      And the application asks for a view link
      And the owner looks at the file
      Then the owner still has access to the file

    Scenario: dropping existing permissions
      Given a new folder
      And a new file in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      And the application asks for a view link dropping existing permissions
      And the owner looks at the file
      Then the owner still has access to the file

    Scenario: every item of the run
      Given a new file
      When the application asks for a view link
      Then the owner still reads everything that was shared

  @RET-06 @should @business @sharepoint
  Rule: The folder's own permissions stay as they are
    Page, Request body: "are retained on the shared item"

    Scenario: dropping existing permissions of a file in it
      Given a new folder
      And a new file in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      And the owner lists the permissions of the folder
      And the application asks for a view link dropping existing permissions
      Then the folder has the permissions it had

  @RET-07 @must @personal @business @sharepoint
  Rule: retainInheritedPermissions is a Boolean
    Page, Request body: "retainInheritedPermissions | Boolean"

    Scenario: the word "no" is refused
      Given a new file
      When the application asks for a view link with the word "no" for keeping permissions
      Then the request is refused with 400 Bad Request or 422 Unprocessable Entity
      And the file has no sharing link

    @business @sharepoint
    Scenario: true is accepted
      Given a new folder
      And a new file in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      And the application asks for a view link keeping inherited permissions
      Then the request for the file is granted

  @RET-10 @info @personal
  Rule: What false does on a personal drive
    Page, Request body: no product is excepted, and no personal drive was observed
    That nothing is lost without false is RET-01's and RET-02's.

    Scenario: dropping existing permissions
      Given a new folder
      And a new file in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      And the application asks for a view link dropping existing permissions
      Then what became of the folder's link is recorded
