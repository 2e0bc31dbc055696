Feature: Who may ask for a link
  The page lists the permissions that suffice, and nothing below them does.
  Each permission is judged with a token of its own that carries nothing else.

  @AUTH-01 @must @personal @business @sharepoint
  Rule: A request without a token is refused with 401 Unauthorized
    Page, Request headers: "Bearer {token}. Required."

    Scenario: no Authorization header
      Given a new file
      When an application without a token asks for a view link
      Then the answer is 401 Unauthorized
      And the refused request makes no link

  @AUTH-02 @must @personal @business @sharepoint
  Rule: A request with an invalid token is refused with 401 Unauthorized
    Errors page, HTTP status codes: "Required authentication information is either missing or not valid for the resource"
    Documented code: unauthenticated; seen: InvalidAuthenticationToken. Either is accepted.

    Scenario: a token that is none
      Given a new file
      When an application with an invalid token asks for a view link
      Then the answer is 401 Unauthorized
      And the refused request makes no link

  @AUTH-03 @must @business @sharepoint @needs-files-read-write
  Rule: For a work or school account Files.ReadWrite suffices
    Page, Permissions: "Delegated (work or school account) | Files.ReadWrite"

    Scenario: a token with nothing else
      Given a new file
      When an application with Files.ReadWrite only asks for a view link
      Then the permission suffices

  @AUTH-04 @must @business @sharepoint @needs-files-read-write-all
  Rule: For a work or school account Files.ReadWrite.All suffices
    Page, Permissions: "Delegated (work or school account) | Files.ReadWrite | Files.ReadWrite.All"

    Scenario: a token with nothing else
      Given a new file
      When an application with Files.ReadWrite.All only asks for a view link
      Then the permission suffices

  @AUTH-05 @must @business @sharepoint @needs-sites-read-write-all
  Rule: For a work or school account Sites.ReadWrite.All suffices
    Page, Permissions: "Delegated (work or school account) | Files.ReadWrite | Files.ReadWrite.All, Sites.ReadWrite.All"

    Scenario: a token with nothing else
      Given a new file
      When an application with Sites.ReadWrite.All only asks for a view link
      Then the permission suffices

  @AUTH-06 @must @personal @needs-files-read-write
  Rule: For a personal account Files.ReadWrite suffices
    Page, Permissions: "Delegated (personal Microsoft account) | Files.ReadWrite"

    Scenario: a token with nothing else
      Given a new file
      When an application with Files.ReadWrite only asks for a view link
      Then the permission suffices

  @AUTH-07 @must @personal @needs-files-read-write-all
  Rule: For a personal account Files.ReadWrite.All suffices
    Page, Permissions: "Delegated (personal Microsoft account) | Files.ReadWrite | Files.ReadWrite.All"

    Scenario: a token with nothing else
      Given a new file
      When an application with Files.ReadWrite.All only asks for a view link
      Then the permission suffices

  @AUTH-09 @must @business @sharepoint @needs-app-only
  Rule: For an application without a user Files.ReadWrite.All suffices
    Page, Permissions: "Application | Files.ReadWrite.All"
    The address is /drives, since an application alone has no /me.

    Scenario: a token with nothing else
      Given a new file
      When an application without a user asks for a view link at the drives address
      Then the permission suffices

  @AUTH-10 @must @business @sharepoint @needs-app-only-sites
  Rule: For an application without a user Sites.ReadWrite.All suffices
    Page, Permissions: "Application | Files.ReadWrite.All | Sites.ReadWrite.All"

    Scenario: a token with nothing else
      Given a new file
      When an application without a user and with Sites.ReadWrite.All only asks for a view link at the drives address
      Then the permission suffices

  @AUTH-12 @must @personal @business @sharepoint @needs-read-only
  Rule: A permission to read does not suffice
    Errors page, HTTP status codes: "Access is denied to the requested resource. The user might not have enough permission"
    Accepted: 403, or 404 where the service hides the item (AMB-30); 401 only with a challenge that names a scope.

    Scenario: a token that may only read
      Given a new file
      When an application that may only read asks for a view link
      Then the permission does not suffice
      And the refused request makes no link

    @business @sharepoint
    Scenario: a token that may only read, and an edit link that is there already
      Given a new folder
      And a new file in the folder
      And the folder is shared with a view link
      When the owner lists the permissions of the file
      And the application asks for a view link keeping inherited permissions
      And the application asks for an edit link dropping existing permissions
      And an application that may only read asks for an edit link
      Then the permission does not suffice for the fourth request
      And the fourth request makes no link

    Scenario: every request of the run with such a token
      Given a new file
      When the application asks for a view link
      Then every token that may only read is refused

  @AUTH-14 @should @business @sharepoint @needs-second-user
  Rule: A user who may only read an item cannot make an edit link for it
    Permissions overview, Delegated permissions: a token gives an application no more than the user has
    Accepted: 403, or 404 where the service hides the item.

    Scenario: another user opens a view link, cannot write, and asks for an edit link
      Given a new file
      When the application asks for a view link
      And another user opens the link
      And another user writes new content through the link
      And another user reads the content through the link
      And another user asks for an edit link at the drives address
      Then the other user may not make an edit link
      And the second request makes no link

  @AUTH-15 @should @business @sharepoint @needs-app-only
  Rule: The me address needs a signed-in user
    Page, HTTP request: /me is the signed-in user, and an application alone has none
    Accepted: any 4xx.

    Scenario: an application without a user at the me address
      Given a new file
      When an application without a user asks for a view link at the drives address
      And an application without a user asks for the same link again at the me address
      Then the request at the me address is refused
