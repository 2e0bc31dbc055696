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

  @IDEM-02 @must @personal @business @sharepoint
  Rule: Asking again answers 200 OK
    Page, Response: "200 OK if an existing link is returned"

    Scenario: the same view link, twice
      Given a new file
      When the application asks for a view link
      And the application asks for the same link again
      Then the second answer is 200 OK
