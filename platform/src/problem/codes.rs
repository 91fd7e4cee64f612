//! The one table of error codes. A code is added here and in `docs/errors/<code>.md`, or it does not compile.

/// One kind of answer that is not a success: its code never changes once published.
#[derive(Debug, PartialEq, Eq)]
pub struct ErrorCode {
    code: &'static str,
    status: u16,
    title: &'static str,
    help: &'static str,
}

impl ErrorCode {
    /// The kebab-case name, also the name of the help page.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The HTTP status this code is always answered with.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// One short sentence, the same for every occurrence.
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// The help page, in Markdown.
    pub fn help(&self) -> &'static str {
        self.help
    }

    /// The code of that name.
    pub fn find(code: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|known| known.code == code)
    }
}

/// Declares each code as a constant and lists them in [`ALL`], so that none can be missing from the list.
macro_rules! error_codes {
    ($($name:ident = $status:literal, $code:literal, $title:literal;)*) => {
        $(
            #[doc = concat!($title, ": status ", $status, ".")]
            pub static $name: ErrorCode = ErrorCode {
                code: $code,
                status: $status,
                title: $title,
                help: include_str!(concat!("../../../docs/errors/", $code, ".md")),
            };
        )*

        /// Every code there is.
        pub static ALL: &[&ErrorCode] = &[$(&$name),*];
    };
}

error_codes! {
    PARTLY_ACCEPTED = 207, "partly-accepted", "Some records were accepted and some were not";
    BAD_REQUEST = 400, "bad-request", "The request is malformed";
    EMPTY_BODY = 400, "empty-body", "The request has no body";
    NOT_UTF8 = 400, "not-utf8", "The body is not UTF-8";
    NOT_JSON = 400, "not-json", "The body is not JSON";
    UNKNOWN_POSITION = 400, "unknown-position", "There is no such place in this stream";
    BAD_CSV = 400, "bad-csv", "The body is not well-formed CSV";
    QUERY_INVALID = 400, "query-invalid", "The query is not valid SQL here";
    UNAUTHENTICATED = 401, "unauthenticated", "This needs a bearer token";
    TOKEN_INVALID = 401, "token-invalid", "The token is not accepted";
    TOKEN_EXPIRED = 401, "token-expired", "The token has expired";
    FORBIDDEN = 403, "forbidden", "The caller may not do this";
    QUERY_NOT_READ_ONLY = 403, "query-not-read-only", "Only queries that read are allowed";
    NOT_FOUND = 404, "not-found", "There is nothing at this address";
    METHOD_NOT_ALLOWED = 405, "method-not-allowed", "This address does not answer that method";
    NOT_ACCEPTABLE = 406, "not-acceptable", "None of the accepted media types can be produced";
    NOT_REPLAYABLE = 409, "not-replayable", "These rows are not put in again from here";
    GATE_FAILED = 409, "gate-failed", "The version does not pass the gate of its model";
    STAGE_CONFLICT = 409, "stage-conflict", "The version cannot change its stage like this now";
    RUN_OVER = 409, "run-over", "The training run is over";
    BODY_TOO_LARGE = 413, "body-too-large", "The body is larger than allowed";
    QUERY_TOO_LARGE = 413, "query-too-large", "The query or its result is larger than allowed";
    UNSUPPORTED_MEDIA_TYPE = 415, "unsupported-media-type", "The body's media type is not understood here";
    CONTRACT_VIOLATION = 422, "contract-violation", "Records do not keep to their contract";
    MODEL_REFUSED = 422, "model-refused", "The file is no model that can answer here";
    UNDEFINED_SCORE = 422, "undefined-score", "The model has no answer to these numbers";
    MODEL_NOT_EXPLAINABLE = 422, "model-not-explainable", "The answers of this model cannot be explained";
    TOO_MANY_REQUESTS = 429, "too-many-requests", "More is sent than can be taken at the moment";
    INTERNAL = 500, "internal", "Something failed on this side";
    UNAVAILABLE = 503, "unavailable", "This part cannot answer at the moment";
    MODEL_NOT_READY = 503, "model-not-ready", "No version of this model is in production";
    TIMEOUT = 504, "timeout", "The answer took longer than allowed";
    QUERY_TIMEOUT = 504, "query-timeout", "The query took longer than allowed";
}
