Feature: Links with a password
  On a personal drive with a paid plan a link can have a password. Off personal drives the page
  promises nothing; but a password that was taken must protect.

  @PWD-01 @must @answers
  Rule: A link asked for without a password has none
    Page, Request body: "The password of the sharing link that is set by the creator. Optional"
    Accepted: hasPassword false, null or absent.

    Scenario: every link
      Given a new file
      When the application asks for a view link
      Then no link has a password that was not asked for

  @PWD-02 @should @personal @needs-premium
  Rule: A personal drive with a paid plan grants links with a password
    Page, Request body: "The password of the sharing link that is set by the creator. Optional and OneDrive Personal only"

    Scenario: a view link with a password
      Given a new file
      When the application asks for a view link for anyone with a password
      Then the request is granted
      And the link has a password

  @PWD-13 @should @personal @needs-premium
  Rule: The page's first example is granted as it is printed
    Page, Examples: "The sharing link is configured to be read-only and usable by anyone with the link. All existing permissions are removed when sharing for the first time if retainInheritedPermissions is false"
    Its members are judged apart everywhere; here they come together (AMB-17).

    Scenario: the first example
      Given a new file
      When the application asks for a view link with the password of the page's example for anyone dropping existing permissions
      Then the request is granted
      And the link has a password

  @PWD-03 @must @answers
  Rule: A link granted with a password says so
    Page, Examples: ""hasPassword": true"
    Off personal drives, where the page promises no passwords, a link without one is a warning (AMB-16).

    Scenario: every link asked for with a password
      Given a new file
      When the application asks for a view link for anyone with a password
      Then every link asked for with a password says that it has one

  @PWD-04 @must @answers
  Rule: The password never comes back
    Permission resource, Properties: a permission has hasPassword and no member with the password itself
    Looked through are the bodies and headers of all answers of the run.

    Scenario: every answer
      Given a new file
      When the application asks for a view link for anyone with a password
      Then no answer holds a password that was sent

  @PWD-05 @may @personal @needs-free-plan
  Rule: Without a paid plan a password may be refused
    Reports: passwords need a paid personal plan; the page does not say so

    Scenario: a view link with a password
      Given a new file
      When the application asks for a view link for anyone with a password
      Then what the service did is recorded

  @PWD-06 @should @business @sharepoint
  Rule: Off personal drives a password is refused or honoured, never dropped
    Page, Request body: "Optional and OneDrive Personal only"
    Accepted: any 4xx (400 invalidRequest was seen), or a link with hasPassword true (seen on SharePoint). A link without the password is what this rule is about (AMB-16).

    Scenario: a view link with a password
      Given a new file
      When the application asks for a view link for anyone with a password
      Then the password is refused or honoured

  @PWD-07 @info @business @sharepoint
  Rule: What a password on a link for the organization gives is not documented
    Page, Request body: passwords are for OneDrive Personal, and links for the organization are not
    A link without the password is a warning.

    Scenario: an edit link for the organization with a password
      Given a new file
      When the application asks for an edit link for the organization with a password
      Then what became of the password is recorded

  @PWD-08 @should @personal @business @sharepoint
  Rule: A link with a password does not open without it
    Page, Request body: "The password of the sharing link"
    Web pages change, so this is a warning at most.

    Scenario: a view link with a password in a browser
      Given a new file
      When the application asks for a view link for anyone with a password
      And somebody opens the link in a browser without signing in
      Then the page does not show the file

  @PWD-10 @info @personal @business @sharepoint
  Rule: What an empty password gives is not documented
    Page, Request body: nothing is said about the length of a password
    A link that says it has a password is a warning: nobody could enter it.

    Scenario: a view link with an empty password
      Given a new file
      When the application asks for a view link for anyone with an empty password
      Then what became of the empty password is recorded
