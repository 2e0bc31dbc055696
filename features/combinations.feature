Feature: Every two documented choices together
  A fault may show only where two choices meet: an edit link with an expiration, a folder at another address.
  Each row below is one request and what came before it. With the stories of the other chapters the rows hold
  every two choices that the page lets meet; `linkspec combinations` writes them.

  @REQ-18 @must @personal @business @sharepoint
  Rule: What is made of documented values is granted
    Page, Request body: each property is described by itself, and none of them excludes another
    What a service may refuse altogether, a scope, an expiration, a password or a null, is judged here only where the run shows that it grants it elsewhere.

    Scenario: every request of the run
      Given a new file
      When the application asks for a view link
      Then every request of documented values is granted

    @combined @personal
    Scenario Outline: two choices meet on a personal drive
      When <who> chooses type <type>, scope <scope>, address <address>, for <item>, keeping <keeping>, expiration <expiration>, password <password>, <occasion>
      Then what is documented is granted

      Examples:
        | type | scope        | address | item                      | who             | keeping | expiration | password | occasion           |
        | edit | organization | me      | a file in a shared folder | the application | false   | null       | omitted  | for the first time |
        | edit | organization | me      | a file in an inner folder | the application | null    | omitted    | null     | for the first time |

      @needs-premium
      Examples:
        | type  | scope     | address | item                      | who             | keeping | expiration | password | occasion                           |
        | edit  | omitted   | drives  | a folder                  | the application | false   | null       | given    | while another item has such a link |
        | edit  | anonymous | drives  | a folder                  | the application | true    | given      | null     | for the first time                 |
        | embed | omitted   | me      | a file in a shared folder | the application | null    | given      | null     | while another item has such a link |

      @needs-premium @needs-read-only
      Examples:
        | type | scope   | address | item                      | who                               | keeping | expiration | password | occasion           |
        | view | omitted | me      | a file in a shared folder | an application that may only read | null    | null       | given    | for the first time |
        | edit | omitted | drives  | a folder                  | an application that may only read | true    | given      | omitted  | for the first time |

      @needs-premium @needs-second-app
      Examples:
        | type  | scope        | address | item                      | who                    | keeping | expiration | password | occasion                     |
        | embed | omitted      | drives  | a file                    | the second application | true    | null       | given    | after a link of another type |
        | view  | omitted      | me      | a file in an inner folder | the second application | null    | given      | given    | after a link of another type |
        | view  | organization | drives  | a folder                  | the second application | true    | given      | given    | for the first time           |

      @needs-read-only
      Examples:
        | type  | scope        | address | item                      | who                               | keeping | expiration | password | occasion           |
        | embed | omitted      | drives  | a file in an inner folder | an application that may only read | false   | omitted    | null     | for the first time |
        | edit  | organization | me      | a file                    | an application that may only read | false   | null       | omitted  | for the first time |

      @needs-second-app
      Examples:
        | type | scope     | address | item                      | who                    | keeping | expiration | password | occasion                           |
        | view | omitted   | me      | a file                    | the second application | false   | omitted    | null     | after a link of another type       |
        | edit | anonymous | drives  | a file                    | the second application | null    | omitted    | omitted  | again                              |
        | view | anonymous | drives  | a folder                  | the second application | null    | null       | omitted  | after the link was deleted         |
        | edit | anonymous | drives  | a file in an inner folder | the second application | omitted | null       | null     | for the first time                 |
        | edit | omitted   | drives  | a file in an inner folder | the second application | true    | omitted    | omitted  | while another item has such a link |

    @combined @personal
    Scenario Outline: two choices meet on a personal drive, asked twice
      When <who> chooses type <type>, scope <scope>, address <address>, for <item>, keeping <keeping>, expiration <expiration>, password <password>, <occasion>
      And <who> asks for the same link again
      Then what is documented is granted

      @needs-premium
      Examples:
        | type  | scope   | address | item                      | who             | keeping | expiration | password | occasion                   |
        | embed | omitted | me      | a file in an inner folder | the application | false   | given      | null     | after the link was deleted |

      @needs-premium @needs-second-app
      Examples:
        | type | scope   | address | item                      | who                    | keeping | expiration | password | occasion                   |
        | edit | omitted | me      | a file in a shared folder | the second application | true    | null       | given    | after the link was deleted |

    @combined @business
    Scenario Outline: two choices meet on a business drive
      When <who> chooses type <type>, scope <scope>, address <address>, for <item>, keeping <keeping>, expiration <expiration>, password omitted, <occasion>
      Then what is documented is granted

      Examples:
        | type  | scope        | address | item                      | who             | keeping | expiration | occasion           |
        | edit  | organization | me      | a file                    | the application | null    | null       | again              |
        | view  | users        | groups  | a file in an inner folder | the application | true    | omitted    | for the first time |
        | embed | users        | groups  | a file in an inner folder | the application | null    | given      | for the first time |

      @needs-anonymous-links @needs-app-only
      Examples:
        | type | scope     | address | item                      | who                           | keeping | expiration | occasion                      |
        | edit | anonymous | users   | a file in an inner folder | an application without a user | null    | omitted    | after a link of another type  |
        | view | users     | users   | a folder                  | an application without a user | false   | null       | after a link of another scope |

      @needs-anonymous-links @needs-read-only
      Examples:
        | type | scope     | address | item     | who                               | keeping | expiration | occasion           |
        | view | anonymous | drives  | a folder | an application that may only read | false   | null       | for the first time |

      @needs-anonymous-links @needs-second-app
      Examples:
        | type  | scope     | address | item                      | who                    | keeping | expiration | occasion                           |
        | embed | anonymous | drives  | a file                    | the second application | true    | null       | for the first time                 |
        | edit  | anonymous | drives  | a file in an inner folder | the second application | null    | omitted    | after a link of another scope      |
        | view  | anonymous | drives  | a folder                  | the second application | true    | given      | after the link was deleted         |
        | view  | anonymous | users   | a file in a shared folder | the second application | true    | null       | while another item has such a link |

      @needs-app-only
      Examples:
        | type  | scope   | address | item                      | who                           | keeping | expiration | occasion                           |
        | embed | omitted | users   | a file in a shared folder | an application without a user | false   | omitted    | for the first time                 |
        | edit  | users   | groups  | a file in a shared folder | an application without a user | null    | null       | after the link was deleted         |
        | view  | omitted | groups  | a folder                  | an application without a user | null    | given      | while another item has such a link |
        | view  | omitted | users   | a file in an inner folder | an application without a user | false   | given      | after the link was deleted         |

      @needs-read-only
      Examples:
        | type  | scope        | address | item                      | who                               | keeping | expiration | occasion           |
        | edit  | users        | users   | a file in a shared folder | an application that may only read | true    | given      | for the first time |
        | view  | omitted      | groups  | a file in an inner folder | an application that may only read | null    | given      | for the first time |
        | embed | organization | me      | a folder                  | an application that may only read | true    | omitted    | for the first time |

      @needs-second-app
      Examples:
        | type | scope        | address | item                      | who                    | keeping | expiration | occasion                     |
        | edit | omitted      | drives  | a file                    | the second application | true    | null       | after a link of another type |
        | view | organization | me      | a file in an inner folder | the second application | omitted | null       | for the first time           |
        | view | users        | groups  | a file                    | the second application | false   | given      | after a link of another type |

    @combined @business
    Scenario Outline: two choices meet on a business drive, asked twice
      When <who> chooses type <type>, scope <scope>, address <address>, for <item>, keeping <keeping>, expiration <expiration>, password omitted, <occasion>
      And <who> asks for the same link again
      Then what is documented is granted

      @needs-anonymous-links @needs-app-only
      Examples:
        | type | scope   | address | item                      | who                           | keeping | expiration | occasion                      |
        | view | omitted | groups  | a file in a shared folder | an application without a user | true    | given      | after a link of another scope |

      @needs-second-app
      Examples:
        | type | scope | address | item                      | who                    | keeping | expiration | occasion                           |
        | edit | users | drives  | a file in an inner folder | the second application | false   | given      | while another item has such a link |

    @combined @sharepoint
    Scenario Outline: two choices meet on a sharepoint drive
      When <who> chooses type <type>, scope <scope>, address <address>, for <item>, keeping <keeping>, expiration <expiration>, password omitted, <occasion>
      Then what is documented is granted

      Examples:
        | type | scope        | address | item                      | who             | keeping | expiration | occasion                           |
        | view | organization | sites   | a file in an inner folder | the application | null    | omitted    | for the first time                 |
        | edit | users        | drives  | a file in an inner folder | the application | false   | given      | while another item has such a link |

      @needs-anonymous-links
      Examples:
        | type | scope     | address | item                      | who             | keeping | expiration | occasion                   |
        | view | anonymous | groups  | a file in an inner folder | the application | true    | null       | after the link was deleted |

      @needs-anonymous-links @needs-app-only
      Examples:
        | type  | scope     | address | item                      | who                           | keeping | expiration | occasion                           |
        | embed | anonymous | groups  | a file in an inner folder | an application without a user | true    | null       | for the first time                 |
        | view  | anonymous | groups  | a file in a shared folder | an application without a user | null    | null       | while another item has such a link |
        | edit  | anonymous | groups  | a file                    | an application without a user | false   | null       | after a link of another type       |

      @needs-anonymous-links @needs-read-only
      Examples:
        | type  | scope     | address | item                      | who                               | keeping | expiration | occasion           |
        | edit  | anonymous | drives  | a file in an inner folder | an application that may only read | null    | null       | for the first time |
        | embed | anonymous | drives  | a file in an inner folder | an application that may only read | omitted | omitted    | for the first time |

      @needs-anonymous-links @needs-second-app
      Examples:
        | type | scope     | address | item                      | who                    | keeping | expiration | occasion                      |
        | view | anonymous | drives  | a file in an inner folder | the second application | omitted | null       | for the first time            |
        | view | anonymous | groups  | a folder                  | the second application | false   | null       | after a link of another scope |

      @needs-app-only
      Examples:
        | type  | scope   | address | item                      | who                           | keeping | expiration | occasion                     |
        | edit  | users   | sites   | a file                    | an application without a user | true    | null       | for the first time           |
        | embed | omitted | drives  | a file                    | an application without a user | false   | null       | for the first time           |
        | edit  | users   | drives  | a folder                  | an application without a user | null    | given      | after the link was deleted   |
        | view  | users   | groups  | a file in an inner folder | an application without a user | true    | given      | after a link of another type |

      @needs-read-only
      Examples:
        | type | scope   | address | item                      | who                               | keeping | expiration | occasion           |
        | edit | users   | sites   | a file in a shared folder | an application that may only read | true    | given      | for the first time |
        | view | omitted | groups  | a folder                  | an application that may only read | false   | null       | for the first time |

      @needs-second-app
      Examples:
        | type  | scope   | address | item                      | who                    | keeping | expiration | occasion                           |
        | edit  | omitted | groups  | a folder                  | the second application | true    | given      | while another item has such a link |
        | embed | users   | sites   | a file in a shared folder | the second application | null    | given      | for the first time                 |
        | view  | omitted | drives  | a file                    | the second application | null    | omitted    | after a link of another type       |

    @combined @sharepoint
    Scenario Outline: two choices meet on a sharepoint drive, asked twice
      When <who> chooses type <type>, scope <scope>, address <address>, for <item>, keeping <keeping>, expiration <expiration>, password omitted, <occasion>
      And <who> asks for the same link again
      Then what is documented is granted

      @needs-anonymous-links @needs-app-only
      Examples:
        | type | scope   | address | item                      | who                           | keeping | expiration | occasion                      |
        | view | omitted | drives  | a file in an inner folder | an application without a user | true    | null       | after a link of another scope |

      @needs-anonymous-links @needs-second-app
      Examples:
        | type | scope | address | item                      | who                    | keeping | expiration | occasion                      |
        | edit | users | drives  | a file in a shared folder | the second application | null    | given      | after a link of another scope |

      @needs-second-app
      Examples:
        | type | scope   | address | item                      | who                    | keeping | expiration | occasion                   |
        | view | omitted | sites   | a file in a shared folder | the second application | false   | omitted    | after the link was deleted |
