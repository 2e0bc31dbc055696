Feature: Every answer: the permission
  What createLink answers is a permission. Its members have the types of the permission resource, in the
  answer and wherever the link is listed.

  @PERM-01 @must @answers
  Rule: The id is a non-empty string
    Permission resource, Properties: "id | String | The unique identifier of the permission"

    Scenario: every permission
      Given a new file
      When the application asks for a view link
      Then every permission has a non-empty string id

  @PERM-02 @must @answers
  Rule: The id is unique among the permissions of the item
    Permission resource, Properties: "The unique identifier of the permission among all permissions on the item"

    Scenario: every listing
      Given a new file
      When the application asks for a view link
      Then every id is listed once

  @PERM-03 @must @personal @business @sharepoint
  Rule: The permission can be read by its id
    Get permission page, introduction: "Return the effective sharing permission for a particular permission resource"

    Scenario: the permission of an edit link
      Given a new file
      When the application asks for an edit link
      And the owner reads the permission of the link
      Then reading the permission shows what was granted

    Scenario: every permission that is read
      Given a new file
      When the application asks for an edit link
      And the application asks for a view link
      And the application asks for an edit link
      And the owner reads the permission of the second link
      Then every permission that is read shows what was granted

  @PERM-04 @must @answers
  Rule: The roles are a non-empty list of strings
    Permission resource, Properties: "roles | Collection of String"

    Scenario: every permission
      Given a new file
      When the application asks for a view link
      Then every permission has a list of roles

  @PERM-05 @must @answers
  Rule: The roles of a link are read and write
    Permission resource, Roles property values: "read | Provides the ability to read the metadata and contents of the item. | write | Provides the ability to read and modify the metadata and contents of the item"
    The letter case is not judged.

    Scenario: every granted link
      Given a new file
      When the application asks for a view link
      Then every role is read or write

  @PERM-06 @must @answers
  Rule: The permission has a link
    Permission resource, Properties: "Permissions with a link facet represent sharing links created on the item"

    Scenario: every granted link
      Given a new file
      When the application asks for a view link
      Then every permission has a link

  @PERM-07 @must @answers
  Rule: hasPassword is a boolean
    Permission resource, Properties: "hasPassword | Boolean"

    Scenario: every permission that has it
      Given a new file
      When the application asks for a view link
      Then every hasPassword is a boolean

  @PERM-08 @may @answers
  Rule: hasPassword may come on every product
    Permission resource, Properties: "Optional and Read-only and for OneDrive Personal only"

    Scenario: every granted link
      Given a new file
      When the application asks for a view link
      Then where hasPassword comes is recorded

  @PERM-09 @should @answers
  Rule: shareId is a string
    Permission resource, Properties: "shareId | String"
    Told: whether it is u! and the encoded URL of the link, as seen since 2024.

    Scenario: every permission that has it
      Given a new file
      When the application asks for a view link
      Then every shareId is a string

  @PERM-10 @should @personal @business @sharepoint
  Rule: shareId opens the item
    Permission resource, Properties: "A unique token that can be used to access this shared item via the shares API"

    Scenario: the owner opens the share id
      Given a new file
      When the application asks for a view link
      And the owner opens the share id of the link
      Then the share id leads to the file

    @business @sharepoint @needs-anonymous-links
    Scenario: the owner opens the share id of a link for anyone
      Given a new file
      When the application asks for a view link for anyone
      And the owner opens the share id of the link
      Then the share id leads to the file

    Scenario: every share id of the run
      Given a new file
      When the application asks for a view link
      Then every share id leads to its item

  @PERM-11 @must @answers
  Rule: The expiration is an instant
    Permission resource, Properties: "expirationDateTime | DateTimeOffset"
    Fractions of a second and any offset are accepted.

    Scenario: every permission that has it
      Given a new file
      When the application asks for a view link that expires in 7 days
      Then every expiration is an instant

  @PERM-12 @should @answers
  Rule: A link made on the item itself is not inherited
    Permission resource, Properties: "Provides a reference to the ancestor of the current permission, if it is inherited from an ancestor"
    Absent, null and empty are the same (AMB-25).

    Scenario: every granted link
      Given a new file
      When the application asks for a view link
      Then no new link says that it is inherited

  @PERM-13 @should @answers
  Rule: A link has no members of a permission for one person
    Permission resource, Properties: "For user type permissions, the details of the users & applications for this permission"

    Scenario: every granted link
      Given a new file
      When the application asks for a view link
      Then no link names one person it is granted to

  @PERM-14 @may @answers
  Rule: Lists of people may be present
    Permission resource, Properties: "For link type permissions, the details of the users to whom permission was granted"

    Scenario: every granted link
      Given a new file
      When the application asks for a view link
      Then the lists of people on links are recorded

  @PERM-15 @info @answers
  Rule: Whether deprecated members still come
    Permission resource, Remarks: "GrantedTo and GrantedToIdentities will be deprecated going forward"

    Scenario: every granted link
      Given a new file
      When the application asks for a view link
      Then the deprecated members of permissions are recorded

  @PERM-17 @may @business @sharepoint @answers
  Rule: The permission of those who have access already is no link
    Permission resource, Sharing links: "This link does not grant any additional privileges to the user"
    An answer with that id is warned about.

    Scenario: every granted link
      Given a new file
      When the application asks for a view link
      Then no answer is the permission of those who have access already
