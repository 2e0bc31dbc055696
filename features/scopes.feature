Feature: Who a link is for
  A link is for anyone, for the organization, or for the people one chooses. Personal drives belong to
  no organization, and an administrator may switch links for anyone off.

  @SCOPE-01 @must @personal
  Rule: A personal drive grants links for anyone
    Page, Scope types: "Anyone with the link has access, without needing to sign in"

    Scenario: a view link for anyone
      Given a new file
      When the application asks for a view link
      Then the request is granted
      And the link is for anyone

  @SCOPE-02 @must @business @sharepoint @needs-anonymous-links
  Rule: Links for anyone are granted where the administrator permits them
    Page, Scope types: "Anyone with the link has access, without needing to sign in"

    Scenario: a view link for anyone
      Given a new file
      When the application asks for a view link for anyone
      Then the request is granted
      And the link is for anyone

  @SCOPE-03 @must @business @sharepoint @needs-anonymous-links-disabled
  Rule: Links for anyone are refused where the administrator has disabled them
    Page, Scope types: "Anonymous link support may be disabled by an administrator"
    No status is documented. Expected: 403 (seen), 400 or 422; another refusal is a warning (AMB-40).

    Scenario: a view link for anyone
      Given a new file
      When the application asks for a view link for anyone
      Then the request is refused with 403 Forbidden, 400 Bad Request or 422 Unprocessable Entity
      And the file has no sharing link

  @SCOPE-05 @should @personal @business @sharepoint
  Rule: A link for anyone opens without signing in
    Page, Scope types: "Anyone with the link has access, without needing to sign in"
    Web pages change, so this is a warning at most.

    @personal
    Scenario: a view link in a browser
      Given a new file
      When the application asks for a view link
      And somebody opens the link in a browser without signing in
      Then the page opens without a sign-in

    @business @sharepoint @needs-anonymous-links
    Scenario: a view link for anyone in a browser
      Given a new file
      When the application asks for a view link for anyone
      And somebody opens the link in a browser without signing in
      Then the page opens without a sign-in

    @needs-second-user
    Scenario: every link for anyone of the run
      Given a new file
      When the application asks for a view link
      Then another user opens every link for anyone

    Scenario: every link for anyone of the run, in a browser
      Given a new file
      When the application asks for a view link
      Then every link for anyone opens in a browser without a sign-in

  @SCOPE-06 @must @business @sharepoint
  Rule: Links for the organization are granted off personal drives
    Page, Examples: "To create a company sharable link, use the scope parameter with a value of organization"

    Scenario: a view link for the organization
      Given a new file
      When the application asks for a view link
      Then the request is granted
      And the link is for the organization

    Scenario: an edit link for the organization, as in the page's example
      Given a new file
      When the application asks for an edit link
      Then the request is granted
      And the link is for the organization

  @SCOPE-07 @should @business @sharepoint @needs-second-user
  Rule: Another user of the organization can use a link for the organization
    Page, Scope types: "Anyone signed into your organization (tenant) can use the link to get access"

    Scenario: another user opens the link
      Given a new file
      When the application asks for a view link
      And another user opens the link
      Then the link gives access

    Scenario: every link for the organization of the run
      Given a new file
      When the application asks for a view link
      Then another user opens every link for the organization

  @SCOPE-08 @should @business @sharepoint
  Rule: A link for the organization does not open without signing in
    Page, Examples: "they only work for members of the owning organization"
    Web pages change, so this is a warning at most.

    Scenario: a view link for the organization in a browser
      Given a new file
      When the application asks for a view link
      And somebody opens the link in a browser without signing in
      Then the page asks for a sign-in

    Scenario: every link for the organization of the run
      Given a new file
      When the application asks for a view link
      Then every link for the organization asks for a sign-in in a browser

  @SCOPE-09 @must @personal
  Rule: Links for the organization are refused on personal drives
    Page, Scope types: "Only available in OneDrive for Business and SharePoint"
    No status is documented and none was seen. Expected: 400, 403 or 422; another refusal is a warning, and so is a link for
    specific people instead. A link for anyone instead is the worst that can come, and fails (AMB-12).

    Scenario: a view link for the organization
      Given a new file
      When the application asks for a view link for the organization
      Then the link for the organization is refused

    Scenario: every link for the organization of the run
      Given a new file
      When the application asks for a view link
      Then every link for the organization asked for is refused

    @traffic
    Scenario: every link for the organization that is asked for
      Given a new file
      When the application asks for a view link for the organization
      Then no link for the organization is granted, nor one for anyone in its place

  @SCOPE-10 @should @business @sharepoint
  Rule: Links for specific people are granted
    Page, Scope types: "Share only with people you choose inside or outside the organization"
    The page lists the value but gives no way to name the people; some tenants answer 400 (AMB-11).

    Scenario: a view link for specific people
      Given a new file
      When the application asks for a view link for specific people
      Then the request is granted
      And the link is for specific people

  @SCOPE-11 @should @business @sharepoint
  Rule: A link for specific people gives nobody access as long as nobody is chosen
    Page, Scope types: "Share only with people you choose inside or outside the organization"

    Scenario: nobody is named
      Given a new file
      When the application asks for a view link for specific people
      Then the link names nobody

    @needs-second-user
    Scenario: another user cannot open it
      Given a new file
      When the application asks for a view link for specific people
      And another user opens the link
      And another user reads the content through the link
      Then the link for specific people gives no access

    @needs-second-user
    Scenario: every link for specific people of the run
      Given a new file
      When the application asks for a view link
      Then another user opens no link for specific people

  @SCOPE-12 @info @personal
  Rule: What a link for specific people is on a personal drive is not documented
    Page, Scope types: users has no product limit here; the sharingLink page limits it to business and SharePoint (AMB-11)

    Scenario: a view link for specific people
      Given a new file
      When the application asks for a view link for specific people
      Then what the service did is recorded

  @SCOPE-13 @must @answers
  Rule: The link has the scope that was asked for
    Page, Response: "represents the requested sharing permissions"
    Not judged here: scopes the drive does not have (SCOPE-09, SCOPE-12), embed links (TYPE-18).

    Scenario: every link
      Given a new file
      When the application asks for a view link
      Then every link has the scope that was asked for

  @SCOPE-14 @must @personal @business @sharepoint
  Rule: A scope outside the list is refused
    Page, Scope types: "The following values are allowed for the scope parameter"

    Scenario: a view link for everyone
      Given a new file
      When the application asks for a view link with the scope "everyone"
      Then the request is refused with 400 Bad Request or 422 Unprocessable Entity
      And the file has no sharing link

    @traffic
    Scenario: every scope that is asked for
      Given a new file
      When the application asks for a view link with the scope "everyone"
      Then no scope outside the list is granted

  @SCOPE-15 @info @answers
  Rule: A link may carry a scope nobody can ask for
    SharingLink resource, Scope options: existingAccess is among the values of a link and not among those of a request

    Scenario: every link
      Given a new file
      When the application asks for a view link
      Then the scopes seen are recorded

  @SCOPE-16 @should @business @sharepoint
  Rule: Without a scope the organization's default link is made
    Page, Scope types: "If the scope parameter is not specified, the default link type for the organization is created"
    A refusal with 400 was seen where the default cannot apply; it is a warning (AMB-10).

    Scenario: a view link without a scope
      Given a new file
      When the application asks for a view link without naming a scope
      Then the link has the organization's default scope

  @SCOPE-18 @info @personal
  Rule: What a link without a scope is on a personal drive is not documented
    Page, Scope types: the default is the organization's, and a personal drive has none
    Formerly the link was for anyone; reports since 2025 speak of specific people (AMB-10).

    Scenario: a view link without a scope
      Given a new file
      When the application asks for a view link without naming a scope
      Then what the service did is recorded

  @SCOPE-24 @should @personal @business @sharepoint
  Rule: The scope may be left out
    Page, Request body: "Optional. The scope of link to create"
    Off personal drives a refusal is judged under SCOPE-16.

    Scenario: a view link without a scope
      Given a new file
      When the application asks for a view link without naming a scope
      Then the missing scope is accepted
