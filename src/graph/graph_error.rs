//! The error object of Graph's answers.

use serde_json::Value;

/// The error object of a refused call, read as far as it is there.
///
/// Graph's error page: the body is one object with the single property `error`; `innerError`, also
/// spelled `innererror`, may nest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GraphError {
    /// `error.code`, when it is a string.
    pub code: Option<String>,
    /// `error.message`, when it is a string. For people only: nothing is decided on it (ERR-05).
    pub message: Option<String>,
    /// The codes of nested inner errors, outermost first.
    pub inner_codes: Vec<String>,
}

impl GraphError {
    /// Reads a body; whatever is missing or malformed is left out.
    pub fn read(body: &str) -> Self {
        serde_json::from_str(body).map(|body| Self::of(&body)).unwrap_or_default()
    }

    /// Reads the JSON of a body; whatever is missing or malformed is left out.
    pub fn of(body: &Value) -> Self {
        let error = &body["error"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let mut inner_codes = Vec::new();
        let mut inner = inner_error(error);
        while let Some(object) = inner {
            inner_codes.extend(text(&object["code"]));
            inner = inner_error(object);
        }
        Self { code: text(&error["code"]), message: text(&error["message"]), inner_codes }
    }

    /// Whether the outer code or any inner code is `code`, whatever the letter case.
    ///
    /// ERR-07: where the outer code is generic, the inner one decides.
    pub fn says(&self, code: &str) -> bool {
        self.code
            .iter()
            .chain(&self.inner_codes)
            .any(|candidate| candidate.eq_ignore_ascii_case(code))
    }
}

fn inner_error(error: &Value) -> Option<&Value> {
    let inner = error.get("innerError").or_else(|| error.get("innererror"))?;
    inner.is_object().then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::GraphError;

    #[test]
    fn both_spellings_nest() {
        let error = GraphError::read(
            r#"{"error":{"code":"accessDenied","message":"Too Many Requests","innererror":{"code":"a","innerError":{"code":"throttledRequest"}}}}"#,
        );
        assert_eq!(error.inner_codes, ["a", "throttledRequest"]);
        assert!(error.says("ThrottledRequest"));
    }

    #[test]
    fn a_body_that_is_no_error_object_reads_as_nothing() {
        for body in ["", "[]", "null", r#"{"error":"x"}"#, r#"{"error":{"innerError":[]}}"#] {
            assert_eq!(GraphError::read(body), GraphError::default(), "{body}");
        }
    }
}
