Feature: The ways to an item
  The page lists five paths to createLink. All of them that lead to an item act on that same item.
  A path this run was not told of is not judged.

  @PATH-01 @must @personal @business @sharepoint
  Rule: createLink works at the drives address
    Page, HTTP request: "/drives/{driveId}/items/{itemId}/createLink"

    Scenario: a view link at the drives address
      Given a new file
      When the application asks for a view link at the drives address
      Then the first address works

  @PATH-02 @must @sharepoint
  Rule: createLink works at the groups address
    Page, HTTP request: "/groups/{groupId}/drive/items/{itemId}/createLink"
    The drive of a group is a document library.

    Scenario: the same view link at one address of the library after the other
      Given a new file
      When the application asks for a view link at the drives address
      And the application asks for the same link again at the sites address
      And the application asks for the same link again at the groups address
      Then the third address works

  @PATH-03 @must @personal @business
  Rule: createLink works at the me address
    Page, HTTP request: "/me/drive/items/{itemId}/createLink"
    On personal drives, where calls are scarce, every view link asked for at this address is judged.

    @personal
    Scenario: every view link at the me address
      Given a new file
      When the application asks for a view link
      Then every view link at the me address is granted

    @business
    Scenario: the same view link at the drives address and at the me address
      Given a new file
      When the application asks for a view link at the drives address
      And the application asks for the same link again at the me address
      Then the second address works

  @PATH-04 @must @sharepoint
  Rule: createLink works at the sites address
    Page, HTTP request: "/sites/{siteId}/drive/items/{itemId}/createLink"

    Scenario: the same view link at the drives address and at the sites address
      Given a new file
      When the application asks for a view link at the drives address
      And the application asks for the same link again at the sites address
      Then the second address works

  @PATH-05 @must @business
  Rule: createLink works at the users address
    Page, HTTP request: "/users/{userId}/drive/items/{itemId}/createLink"

    Scenario: the same view link at one address after the other
      Given a new file
      When the application asks for a view link at the drives address
      And the application asks for the same link again at the me address
      And the application asks for the same link again at the users address
      Then the third address works

  @PATH-06 @must @personal @business @sharepoint
  Rule: Two addresses of one item lead to one link
    Page, introduction: "If a sharing link of the specified type already exists for the app, the existing sharing link will be returned"

    @personal @business
    Scenario: the same view link at the drives address and at the me address
      Given a new file
      When the application asks for a view link at the drives address
      And the application asks for the same link again at the me address
      Then the first and the second address lead to one link

    @sharepoint
    Scenario: the same view link at the drives address and at the sites address
      Given a new file
      When the application asks for a view link at the drives address
      And the application asks for the same link again at the sites address
      Then the first and the second address lead to one link

    @business
    Scenario: the same view link at one address after the other
      Given a new file
      When the application asks for a view link at the drives address
      And the application asks for the same link again at the me address
      And the application asks for the same link again at the users address
      And the application asks for the same link again at the groups address
      Then all addresses lead to one link

    @sharepoint
    Scenario: the same view link at one address of the library after the other
      Given a new file
      When the application asks for a view link at the drives address
      And the application asks for the same link again at the sites address
      And the application asks for the same link again at the groups address
      Then all addresses lead to one link

  @PATH-07 @must @personal @business @sharepoint
  Rule: createLink is called with POST
    Page, HTTP request: "POST /drives/{driveId}/items/{itemId}/createLink"
    Expected for another method: 405, which the errors page gives; tolerated: 400 and 404. Another refusal is a warning.

    Scenario: GET on the address of createLink
      Given a new file
      When the application calls createLink of the file with GET
      Then GET is refused
      And GET makes no link

    Scenario: PATCH and PUT, with the body of a view link
      Given a new file
      When the application calls createLink of the file with GET
      And the application calls createLink of the file with PATCH
      And the application calls createLink of the file with PUT
      Then PATCH is refused
      And PATCH makes no link
      And PUT is refused
      And PUT makes no link

  @PATH-08 @may @personal @business @sharepoint
  Rule: An item may be addressed by its path
    Page, HTTP request: the page does not list addressing by path
    Seen to work in practice (AMB-32). Recorded; if it works, it leads to the same link.

    Scenario: a view link by the path of the file
      Given a new file
      When the application asks for a view link
      And the application asks for a view link with every optional property null
      And the application asks for a view link with its ids percent-encoded
      And the application asks for a view link by its path
      Then what came of the fourth request is recorded

  @PATH-09 @may @personal @business @sharepoint
  Rule: The action may be named with its namespace
    Page, HTTP request: the page names the action createLink; OData also allows microsoft.graph.createLink
    Recorded; if it works, it leads to the same link.

    Scenario: a view link by the qualified action name
      Given a new file
      When the application asks for a view link
      And the application asks for a view link with every optional property null
      And the application asks for a view link with its ids percent-encoded
      And the application asks for a view link by its path
      And the application asks for a view link by the qualified action name
      Then what came of the fifth request is recorded

  @PATH-12 @should @personal @business @sharepoint
  Rule: Ids may be percent-encoded
    Page, HTTP request: ids are opaque, and a path segment is percent-encoded where it has to be

    Scenario: every reserved character of the ids percent-encoded
      Given a new file
      When the application asks for a view link
      And the application asks for a view link with every optional property null
      And the application asks for a view link with its ids percent-encoded
      Then the third address works

  @PATH-13 @must @personal @business @sharepoint
  Rule: A file can have a link
    Page, introduction: "You can use createLink action to share a DriveItem via a sharing link"

    Scenario: a view link for a file
      Given a new file
      When the application asks for a view link
      Then the file can have the first link

  @PATH-14 @must @personal @business @sharepoint
  Rule: A folder can have a view link and an edit link
    Page, introduction: "You can use createLink action to share a DriveItem via a sharing link"

    Scenario: a view link and an edit link for a folder
      Given a new folder
      And the folder is shared with a view link
      And a new inner folder in the folder
      And a new file in the inner folder
      When the owner lists the permissions of the file
      And the application asks for an edit link to the folder
      Then the folder can have the first link
      And the folder can have the second link
