Feature: Links that expire
  A link lasts until it is removed, unless the request names an end or the organization's policy does.

  @EXP-01 @should @personal @business @sharepoint
  Rule: A link can be given an expiration
    Page, Request body: "indicates the expiration time of the permission"
    Personal drives need a paid plan for this.

    @personal @needs-premium
    Scenario: a view link for seven days, with a paid plan
      Given a new file
      When the application asks for a view link that expires in 7 days
      Then the request is granted
      And the link expires

    @business @sharepoint
    Scenario: a view link for seven days
      Given a new file
      When the application asks for a view link that expires in 7 days
      Then the request is granted
      And the link expires

    @business @sharepoint @needs-anonymous-links
    Scenario: an edit link for anyone, for seven days
      Given a new file
      When the application asks for an edit link for anyone that expires in 7 days
      Then the link expires

    Scenario: every link of the run with an expiration
      Given a new file
      When the application asks for a view link
      Then every link expires as asked

    @traffic @personal @needs-premium
    Scenario: every new link, with a paid plan
      Given a new file
      When the application asks for a view link that expires in 7 days
      Then no expiration that was asked for is dropped

    @traffic @business @sharepoint
    Scenario: every new link
      Given a new file
      When the application asks for a view link that expires in 7 days
      Then no expiration that was asked for is dropped

  @EXP-02 @should @business @sharepoint
  Rule: A link does not outlast the expiration asked for
    Page, Request body: "indicates the expiration time of the permission"
    An expiration policy may end it earlier; without a policy the instant is the one asked for (AMB-19).

    Scenario: a view link for seven days
      Given a new file
      When the application asks for a view link that expires in 7 days
      Then the link expires when asked, or earlier by policy

    Scenario: a view link for seven days, the instant written with an offset
      Given a new file
      When the application asks for a view link that expires in 7 days, written with an offset
      Then the link expires no later than asked

    Scenario: every link of the run with an expiration
      Given a new file
      When the application asks for a view link
      Then no link outlasts what was asked for

    @traffic
    Scenario: every new link
      Given a new file
      When the application asks for a view link that expires in 7 days
      Then no new link ends later than was asked for

  @EXP-03 @should @answers
  Rule: A link asked for without an expiration has none
    Page, Remarks: "Links created using this action do not expire unless a default expiration policy is enforced for the organization"
    Accepted as none: expirationDateTime absent, null or 0001-01-01T00:00:00Z (AMB-18, AMB-21).

    Scenario: every link
      Given a new file
      When the application asks for a view link
      Then no link has an expiration that was not asked for

  @EXP-04 @may @business @sharepoint @needs-expiration-policy
  Rule: A policy may give a link an expiration
    Page, Remarks: "unless a default expiration policy is enforced for the organization"

    Scenario: a view link where a policy is enforced
      Given a new file
      When the application asks for a view link
      Then what the service did is recorded

  @EXP-05 @may @personal @needs-free-plan
  Rule: Without a paid plan an expiration may be refused
    Reports: the service asks for an account upgrade; the page does not say so

    Scenario: a view link for seven days
      Given a new file
      When the application asks for a view link that expires in 7 days
      Then what the service did is recorded

  @EXP-06 @should @personal @business @sharepoint
  Rule: An expiration that is no instant is refused
    Page, Request body: "A String with format of yyyy-MM-ddTHH:mm:ssZ"

    @personal
    Scenario: tomorrow
      Given a new file
      When the application asks for a view link that expires at "tomorrow"
      Then the expiration is refused with 400 Bad Request or 422 Unprocessable Entity
      And the file has no sharing link

    @business @sharepoint
    Scenario: the 45th of the 13th month
      Given a new file
      When the application asks for a view link that expires at "2030-13-45T00:00:00Z"
      Then the expiration is refused with 400 Bad Request or 422 Unprocessable Entity
      And the file has no sharing link

  @EXP-07 @info @personal @business @sharepoint
  Rule: What an expiration in the past gives is not documented
    Page, Request body: nothing is said about instants in the past; a refusal is expected
    A link that has expired already is a warning.

    Scenario: a view link that expired yesterday
      Given a new file
      When the application asks for a view link that expired yesterday
      Then what became of the past expiration is recorded

    @traffic
    Scenario: every new link
      Given a new file
      When the application asks for a view link that expired yesterday
      Then no new link has expired already

  @EXP-08 @info @personal @business @sharepoint
  Rule: What an instant with an offset and a fraction gives is not documented
    Page, Request body: the form is yyyy-MM-ddTHH:mm:ssZ; the metadata's type allows offsets and fractions (AMB-20)

    Scenario: a view link for seven days, the instant written with an offset
      Given a new file
      When the application asks for a view link that expires in 7 days, written with an offset
      Then what the service did is recorded

  @EXP-10 @info @answers
  Rule: The expiration may be left out
    Page, Examples: no request has an expirationDateTime, though its description does not say Optional (AMB-06)

    Scenario: every link
      Given a new file
      When the application asks for a view link
      Then the links granted without an expiration are recorded

  @EXP-12 @info @business @sharepoint @answers
  Rule: Which scopes of link can expire is not documented
    Update permission page, Request body: expirations can be changed on links for anyone only; createLink was seen to take one for a link for the organization (AMB-35)

    Scenario: every link asked for with an expiration
      Given a new file
      When the application asks for a view link that expires in 7 days
      Then the scopes whose links expire as asked are recorded

  @EXP-14 @must @personal @business @sharepoint
  Rule: The permission goes on showing the expiration it was granted with
    Page, Response: a permission that represents what was requested goes on doing so
    Compared are instants, in whatever form they are written.

    Scenario: a view link for seven days, read again
      Given a new file
      When the application asks for a view link that expires in 7 days
      And the owner reads the permission of the link
      Then the permission read again has the same expiration

    Scenario: every link of the run with an expiration
      Given a new file
      When the application asks for a view link
      Then every reading shows the expiration granted
