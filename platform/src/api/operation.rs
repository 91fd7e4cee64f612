//! What a route promises: one OpenAPI operation.

use axum::http::StatusCode;

use super::{Schema, guard::Access};
use crate::{identity::Scope, problem::ErrorCode};

/// The description of one operation. Unless told otherwise it asks for a valid token; the problems that this
/// crate itself answers with (401, 403, 413, 500, 503, 504) describe themselves.
#[derive(Debug, Clone)]
pub struct Operation {
    pub(super) id: String,
    pub(super) summary: String,
    pub(super) description: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) access: Access,
    pub(super) parameters: Vec<Parameter>,
    pub(super) request: Vec<(String, Schema)>,
    pub(super) answers: Vec<Answer>,
    pub(super) problems: Vec<&'static ErrorCode>,
}

#[derive(Debug, Clone)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) place: Place,
    pub(super) schema: Schema,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Path,
    Query,
    RequiredQuery,
    Header,
}

#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) description: String,
    pub(super) content: Option<(String, Schema)>,
}

impl Operation {
    /// An operation of that id, unique in its document, and a summary of one line.
    pub fn new(id: impl Into<String>, summary: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            summary: summary.into(),
            description: None,
            tags: Vec::new(),
            access: Access::Authenticated,
            parameters: Vec::new(),
            request: Vec::new(),
            answers: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// More than the summary, in Markdown.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// The group it is shown in.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Only answers tokens with this scope.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.access = Access::Scoped(scope);
        self
    }

    /// Answers anyone, without a token.
    #[must_use]
    pub fn public(mut self) -> Self {
        self.access = Access::Public;
        self
    }

    /// Describes a parameter that the route's path holds in braces.
    #[must_use]
    pub fn path_parameter(self, name: impl Into<String>, description: impl Into<String>) -> Self {
        self.path_parameter_of(name, description, Schema::text())
    }

    /// As [`Self::path_parameter`], where not any text will do.
    #[must_use]
    pub fn path_parameter_of(
        self,
        name: impl Into<String>,
        description: impl Into<String>,
        schema: Schema,
    ) -> Self {
        self.parameter(name, description, Place::Path, schema)
    }

    /// Adds an optional query parameter.
    #[must_use]
    pub fn query_parameter(
        self,
        name: impl Into<String>,
        description: impl Into<String>,
        schema: Schema,
    ) -> Self {
        self.parameter(name, description, Place::Query, schema)
    }

    /// Adds a query parameter without which the request is refused.
    #[must_use]
    pub fn required_query_parameter(
        self,
        name: impl Into<String>,
        description: impl Into<String>,
        schema: Schema,
    ) -> Self {
        self.parameter(name, description, Place::RequiredQuery, schema)
    }

    /// Adds a header that a request may carry.
    #[must_use]
    pub fn header_parameter(
        self,
        name: impl Into<String>,
        description: impl Into<String>,
        schema: Schema,
    ) -> Self {
        self.parameter(name, description, Place::Header, schema)
    }

    fn parameter(
        mut self,
        name: impl Into<String>,
        description: impl Into<String>,
        place: Place,
        schema: Schema,
    ) -> Self {
        self.parameters.push(Parameter {
            name: name.into(),
            description: description.into(),
            place,
            schema,
        });
        self
    }

    /// Adds a media type that the body may have.
    #[must_use]
    pub fn request(mut self, media_type: impl Into<String>, schema: Schema) -> Self {
        self.request.push((media_type.into(), schema));
        self
    }

    /// Adds an answer; again with the same status for a further media type.
    #[must_use]
    pub fn answer(
        mut self,
        status: StatusCode,
        description: impl Into<String>,
        media_type: impl Into<String>,
        schema: Schema,
    ) -> Self {
        self.answers.push(Answer {
            status,
            description: description.into(),
            content: Some((media_type.into(), schema)),
        });
        self
    }

    /// Adds an answer without a body.
    #[must_use]
    pub fn empty_answer(mut self, status: StatusCode, description: impl Into<String>) -> Self {
        self.answers.push(Answer {
            status,
            description: description.into(),
            content: None,
        });
        self
    }

    /// Adds problems that the handler answers with.
    #[must_use]
    pub fn problems(mut self, codes: &[&'static ErrorCode]) -> Self {
        self.problems.extend(codes);
        self
    }
}
