//! Refusals and throttling.

use super::{ALL, Deviation, EVERYTHING, rows};
use crate::mock::departures::Departure;

/// The rules that ask for a refusal with a valid error body.
const REFUSALS: [&str; 21] = [
    "AUTH-01", "AUTH-02", "AUTH-12", "AUTH-14", "AUTH-15", "REQ-02", "REQ-05", "REQ-06", "REQ-10",
    "RET-07", "TYPE-08", "TYPE-10", "TYPE-11", "SCOPE-03", "SCOPE-09", "SCOPE-14", "EXP-06",
    "ERR-02", "ERR-06", "ERR-08", "ERR-01",
];

#[rustfmt::skip]
pub(super) const TABLE: &[Deviation] = rows! {
    // ERR
    ErrorBesideOthers "error-beside-others" ALL, ["ERR-01"], REFUSALS,
        "An error body has a member status beside error.";
    ErrorNotWrapped "error-not-wrapped" ALL, ["ERR-01"], REFUSALS,
        "Code and message stand in an error body without error around them.";
    ErrorInList "error-in-list" ALL, ["ERR-01"], REFUSALS,
        "error is a list of errors.";
    ErrorAsHtml "error-as-html" ALL, ["ERR-01"], REFUSALS,
        "A refusal comes as an HTML page.";
    ErrorWithoutBody "error-without-body" ALL, ["REQ-06", "AUTH-01"], REFUSALS,
        "A refusal has no body.";
    ErrorWithoutCode "error-without-code" ALL, ["ERR-02"], REFUSALS,
        "An error has no code.";
    ErrorCodeNumber "error-code-number" ALL, ["ERR-02"], REFUSALS,
        "error.code is the status as a number.";
    ErrorCodeEmpty "error-code-empty" ALL, ["ERR-02"], REFUSALS,
        "error.code is an empty string.";
    ErrorWithoutMessage "error-without-message" ALL, ["ERR-02"], REFUSALS,
        "An error has no message.";
    InnerErrorText "inner-error-text" ALL, ["ERR-03"], REFUSALS,
        "innerError is a string.";
    ErrorCodeUnknown "error-code-unknown" ALL, ["ERR-06"], ["TYPE-08", "TYPE-11", "ERR-09"],
        "Requests that cannot be read have a code nobody documented.";
    MissingItemAnswers400 "missing-item-answers-400" ALL, ["ERR-08"], ["SIDE-04", "ERR-09"],
        "An item that does not exist is answered 400.";
    MissingItemAnswers410 "missing-item-answers-410" ALL, ["ERR-08"], ["SIDE-04", "ERR-09"],
        "An item that does not exist is answered 410.";
    MissingItemOtherCode "missing-item-other-code" ALL, ["ERR-08"], [],
        "An item that does not exist is answered 404 with the code generalException.";
    MalformedIdAnswers403 "malformed-id-answers-403" ALL, ["ERR-09"], [],
        "A malformed drive id is answered 403.";
    WrongMethodAnswers403 "wrong-method-answers-403" ALL, ["PATH-07"], [],
        "A GET on createLink is answered 403.";
    WrongMethodAnswers410 "wrong-method-answers-410" ALL, ["PATH-07"], [],
        "A GET on createLink is answered 410.";
    ForbiddenAnswers401 "forbidden-answers-401" ALL, ["AUTH-12", "AUTH-14"], ["SIDE-05"],
        "What the caller may not do is answered 401.";
    ForbiddenAnswers410 "forbidden-answers-410" ALL, ["AUTH-12", "AUTH-14"], ["SIDE-05"],
        "What the caller may not do is answered 410.";
    ErrorIn200 "error-in-200" ALL, ["ERR-14"], EVERYTHING,
        "A refusal comes with the status 200.";
    SuccessWithError "success-with-error" ALL, ["ERR-14"], [],
        "A successful answer has an error member without content.";

    // THR
    ThrottledWithoutRetryAfter "throttled-says-not-when" ALL, ["THR-05"], [],
        "Every fifth createLink is answered 429 without Retry-After.";
    ThrottledButMade "throttled-but-made" ALL, ["THR-13"], EVERYTHING,
        "Every fifth createLink is answered 429, but the link is made.";
};
