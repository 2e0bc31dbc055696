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
        | type | scope   | address | item     | who             | keeping | expiration | password | occasion |
        | edit | omitted | me      | a folder | the application | true    | null       | omitted  | again    |

      @needs-premium
      Examples:
        | type | scope        | address | item                      | who             | keeping | expiration | password | occasion                           |
        | view | organization | me      | a file in a shared folder | the application | null    | null       | given    | for the first time                 |
        | view | anonymous    | drives  | a file                    | the application | false   | null       | given    | after a link of another type       |
        | view | organization | me      | a folder                  | the application | true    | given      | omitted  | for the first time                 |
        | edit | omitted      | me      | a folder                  | the application | null    | given      | null     | while another item has such a link |
        | view | anonymous    | me      | a file                    | the application | omitted | given      | given    | again                              |
        | edit | omitted      | drives  | a file in a shared folder | the application | true    | null       | given    | while another item has such a link |
        | edit | omitted      | drives  | a file in an inner folder | the application | true    | null       | given    | after the link was deleted         |

      @needs-premium @needs-read-only
      Examples:
        | type  | scope        | address | item                      | who                               | keeping | expiration | password | occasion           |
        | embed | omitted      | drives  | a file in an inner folder | an application that may only read | true    | given      | null     | for the first time |
        | edit  | omitted      | drives  | a folder                  | an application that may only read | false   | null       | given    | for the first time |
        | view  | organization | me      | a folder                  | an application that may only read | true    | given      | given    | for the first time |

      @needs-premium @needs-second-app
      Examples:
        | type  | scope     | address | item                      | who                    | keeping | expiration | password | occasion                     |
        | view  | anonymous | me      | a file in an inner folder | the second application | null    | given      | omitted  | after a link of another type |
        | embed | omitted   | me      | a file in an inner folder | the second application | omitted | omitted    | given    | for the first time           |
        | edit  | anonymous | drives  | a folder                  | the second application | false   | given      | given    | after the link was deleted   |
        | edit  | anonymous | drives  | a file                    | the second application | null    | null       | given    | for the first time           |
        | embed | omitted   | me      | a file in a shared folder | the second application | true    | given      | null     | after a link of another type |

      @needs-read-only
      Examples:
        | type | scope     | address | item                      | who                               | keeping | expiration | password | occasion           |
        | edit | anonymous | drives  | a file in a shared folder | an application that may only read | null    | omitted    | null     | for the first time |

      @needs-second-app
      Examples:
        | type | scope        | address | item                      | who                    | keeping | expiration | password | occasion           |
        | view | omitted      | me      | a folder                  | the second application | omitted | null       | null     | for the first time |
        | edit | organization | drives  | a file in an inner folder | the second application | false   | omitted    | null     | for the first time |
        | edit | anonymous    | drives  | a file                    | the second application | true    | omitted    | null     | for the first time |

    @combined @personal
    Scenario Outline: two choices meet on a personal drive, asked twice
      When <who> chooses type <type>, scope <scope>, address <address>, for <item>, keeping <keeping>, expiration <expiration>, password <password>, <occasion>
      And <who> asks for the same link again
      Then what is documented is granted

      @needs-second-app
      Examples:
        | type  | scope   | address | item                      | who                    | keeping | expiration | password | occasion                           |
        | embed | omitted | me      | a file in a shared folder | the second application | null    | omitted    | null     | after the link was deleted         |
        | embed | omitted | drives  | a file in an inner folder | the second application | false   | null       | null     | while another item has such a link |

    @combined @business
    Scenario Outline: two choices meet on a business drive
      When <who> chooses type <type>, scope <scope>, address <address>, for <item>, keeping <keeping>, expiration <expiration>, password omitted, <occasion>
      Then what is documented is granted

      Examples:
        | type  | scope   | address | item                      | who             | keeping | expiration | occasion           |
        | embed | users   | users   | a file in a shared folder | the application | null    | omitted    | for the first time |
        | edit  | omitted | me      | a file in an inner folder | the application | omitted | null       | for the first time |

      @needs-anonymous-links
      Examples:
        | type | scope     | address | item                      | who             | keeping | expiration | occasion                   |
        | edit | anonymous | drives  | a file in an inner folder | the application | null    | null       | after the link was deleted |

      @needs-anonymous-links @needs-app-only
      Examples:
        | type | scope     | address | item                      | who                           | keeping | expiration | occasion                      |
        | edit | anonymous | drives  | a file                    | an application without a user | true    | given      | again                         |
        | view | anonymous | users   | a file in an inner folder | an application without a user | null    | omitted    | after a link of another scope |

      @needs-anonymous-links @needs-read-only
      Examples:
        | type | scope     | address | item     | who                               | keeping | expiration | occasion           |
        | edit | anonymous | drives  | a folder | an application that may only read | false   | given      | for the first time |

      @needs-anonymous-links @needs-second-app
      Examples:
        | type  | scope     | address | item                      | who                    | keeping | expiration | occasion                           |
        | edit  | anonymous | users   | a folder                  | the second application | true    | null       | while another item has such a link |
        | edit  | users     | drives  | a folder                  | the second application | false   | null       | after a link of another scope      |
        | view  | anonymous | drives  | a file in an inner folder | the second application | omitted | null       | after a link of another type       |
        | embed | anonymous | groups  | a file                    | the second application | true    | null       | for the first time                 |
        | view  | omitted   | groups  | a file in a shared folder | the second application | true    | given      | after a link of another scope      |

      @needs-app-only
      Examples:
        | type  | scope        | address | item                      | who                           | keeping | expiration | occasion                     |
        | edit  | organization | groups  | a file                    | an application without a user | false   | null       | for the first time           |
        | edit  | omitted      | groups  | a folder                  | an application without a user | true    | given      | after the link was deleted   |
        | embed | omitted      | drives  | a file in an inner folder | an application without a user | false   | given      | for the first time           |
        | view  | omitted      | users   | a folder                  | an application without a user | null    | given      | after a link of another type |

      @needs-read-only
      Examples:
        | type  | scope        | address | item                      | who                               | keeping | expiration | occasion           |
        | view  | omitted      | groups  | a file in a shared folder | an application that may only read | null    | omitted    | for the first time |
        | view  | users        | users   | a file in an inner folder | an application that may only read | true    | null       | for the first time |
        | embed | organization | me      | a file                    | an application that may only read | null    | given      | for the first time |

      @needs-second-app
      Examples:
        | type | scope        | address | item                      | who                    | keeping | expiration | occasion                     |
        | view | users        | users   | a file in a shared folder | the second application | false   | given      | after the link was deleted   |
        | view | users        | groups  | a file in an inner folder | the second application | true    | omitted    | after a link of another type |
        | view | organization | me      | a file                    | the second application | null    | null       | for the first time           |

    @combined @business
    Scenario Outline: two choices meet on a business drive, asked twice
      When <who> chooses type <type>, scope <scope>, address <address>, for <item>, keeping <keeping>, expiration <expiration>, password omitted, <occasion>
      And <who> asks for the same link again
      Then what is documented is granted

      @needs-app-only
      Examples:
        | type | scope | address | item                      | who                           | keeping | expiration | occasion                           |
        | view | users | groups  | a file in a shared folder | an application without a user | null    | null       | while another item has such a link |

      @needs-second-app
      Examples:
        | type | scope   | address | item                      | who                    | keeping | expiration | occasion                           |
        | edit | omitted | drives  | a file in an inner folder | the second application | false   | given      | while another item has such a link |

    @combined @sharepoint
    Scenario Outline: two choices meet on a sharepoint drive
      When <who> chooses type <type>, scope <scope>, address <address>, for <item>, keeping <keeping>, expiration <expiration>, password omitted, <occasion>
      Then what is documented is granted

      Examples:
        | type | scope        | address | item     | who             | keeping | expiration | occasion                   |
        | edit | omitted      | groups  | a folder | the application | false   | null       | after the link was deleted |
        | view | organization | drives  | a folder | the application | null    | omitted    | for the first time         |

      @needs-anonymous-links @needs-app-only
      Examples:
        | type | scope     | address | item                      | who                           | keeping | expiration | occasion                      |
        | view | omitted   | sites   | a file in an inner folder | an application without a user | null    | omitted    | after a link of another scope |
        | view | anonymous | drives  | a file in an inner folder | an application without a user | true    | given      | after the link was deleted    |
        | edit | anonymous | groups  | a file in a shared folder | an application without a user | true    | null       | after a link of another scope |
        | edit | anonymous | groups  | a file                    | an application without a user | false   | given      | after a link of another type  |

      @needs-anonymous-links @needs-read-only
      Examples:
        | type | scope     | address | item                      | who                               | keeping | expiration | occasion           |
        | view | anonymous | drives  | a file in an inner folder | an application that may only read | true    | null       | for the first time |

      @needs-anonymous-links @needs-second-app
      Examples:
        | type  | scope     | address | item                      | who                    | keeping | expiration | occasion                      |
        | view  | users     | drives  | a folder                  | the second application | false   | given      | after a link of another scope |
        | embed | anonymous | drives  | a file in an inner folder | the second application | true    | given      | for the first time            |

      @needs-app-only
      Examples:
        | type  | scope        | address | item                      | who                           | keeping | expiration | occasion                           |
        | embed | organization | sites   | a file in a shared folder | an application without a user | false   | null       | for the first time                 |
        | view  | users        | groups  | a folder                  | an application without a user | true    | given      | while another item has such a link |

      @needs-read-only
      Examples:
        | type  | scope   | address | item                      | who                               | keeping | expiration | occasion           |
        | view  | users   | groups  | a file in a shared folder | an application that may only read | null    | given      | for the first time |
        | edit  | omitted | drives  | a folder                  | an application that may only read | false   | null       | for the first time |
        | embed | users   | drives  | a file                    | an application that may only read | true    | null       | for the first time |

      @needs-second-app
      Examples:
        | type  | scope        | address | item                      | who                    | keeping | expiration | occasion                     |
        | view  | users        | groups  | a file in a shared folder | the second application | null    | omitted    | after the link was deleted   |
        | edit  | omitted      | drives  | a file                    | the second application | true    | null       | for the first time           |
        | embed | users        | groups  | a file                    | the second application | null    | null       | for the first time           |
        | edit  | organization | sites   | a file in an inner folder | the second application | omitted | null       | for the first time           |
        | view  | omitted      | drives  | a file                    | the second application | null    | null       | after a link of another type |

    @combined @sharepoint
    Scenario Outline: two choices meet on a sharepoint drive, asked twice
      When <who> chooses type <type>, scope <scope>, address <address>, for <item>, keeping <keeping>, expiration <expiration>, password omitted, <occasion>
      And <who> asks for the same link again
      Then what is documented is granted

      Examples:
        | type | scope | address | item                      | who             | keeping | expiration | occasion                     |
        | view | users | groups  | a file in an inner folder | the application | true    | null       | after a link of another type |

      @needs-anonymous-links @needs-app-only
      Examples:
        | type | scope     | address | item                      | who                           | keeping | expiration | occasion                           |
        | edit | anonymous | drives  | a file in an inner folder | an application without a user | false   | null       | while another item has such a link |

      @needs-second-app
      Examples:
        | type | scope   | address | item                      | who                    | keeping | expiration | occasion                           |
        | view | omitted | sites   | a file in a shared folder | the second application | null    | given      | while another item has such a link |
